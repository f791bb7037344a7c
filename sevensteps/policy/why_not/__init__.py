"""Which changes of the facts would turn a verdict."""
