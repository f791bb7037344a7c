"""Owns what is known of the running cases as a whole: where each stands, for whom it waits, and what is stuck.

Where a case stands is read from the feed, and can be made anew from it; what is observed of journeys stands apart, with
the time of the look. Must never decide anything for a case, nor show as certain what it has not heard or looked at.
"""
