"""Owns the order of events: every event of every service, each with its position, and how far subscribers have read.

Tells readers what happened, page by page or as it comes; it adds no event of its own.
Must never leave a gap between positions, give one twice, or drop an event that a subscriber has not read.
"""
