"""Examples: reading their files, and playing their stories through the public API."""
