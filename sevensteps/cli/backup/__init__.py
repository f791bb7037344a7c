"""Backups: all records as of one moment in one file, and putting them back."""
