"""One case on a terminal: where it stands, what happened in it, and which rules decided."""
