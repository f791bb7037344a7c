"""Telling everything of one case in one answer, asked with the rights of whoever wants to know."""
