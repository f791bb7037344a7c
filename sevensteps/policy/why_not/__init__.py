"""Which changes of the facts would change a verdict."""
