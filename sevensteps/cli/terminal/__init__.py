"""Printing on a terminal: its width, progress bars, errors as sentences."""
