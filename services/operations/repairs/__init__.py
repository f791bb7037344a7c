"""Repairs, planned, carried out and proved; and the audit of all that they do."""
