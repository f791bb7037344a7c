"""Signing on: by an issuer, for how long, and what of it is kept sealed."""
