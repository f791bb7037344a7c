"""Telling what is newly stuck: on the feed, and by the council's own command."""
