"""Reading an example file, and playing its story through the public API."""
