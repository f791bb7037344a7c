"""Safeguarding concerns: their calls, use cases and records."""
