"""Brings facts from the feed to the journeys, and starts journeys that Temporal has lost again."""
