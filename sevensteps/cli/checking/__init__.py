"""Checking what is stored: the chain of receipts, each decision made again, and the records that decisions led to."""
