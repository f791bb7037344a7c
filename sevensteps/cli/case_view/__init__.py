"""One case on a terminal: where it stands, how it came there, and which rule said so."""
