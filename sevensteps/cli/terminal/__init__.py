"""Talking to whoever sits at the terminal: width, progress, errors as a sentence."""
