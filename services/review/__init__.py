"""Owns steps 6 and 7: when the next review is due, what is spent, what calls for a review, and what it leads to.

Tells when a life and a review open, what is spent, who or what calls for a review, and how it was completed.
Must never put a review off past the day that the law sets.
"""
