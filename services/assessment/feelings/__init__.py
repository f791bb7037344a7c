"""How each step felt: its calls, use cases and records."""
