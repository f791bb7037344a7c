"""Rounds of assessment: refused, revived, and compared."""
