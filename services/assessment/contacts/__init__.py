"""Contacts of a case, and enquiries without a person: their calls, use cases and records."""
