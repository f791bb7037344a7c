"""The console: pages on which those who look after the cases see where each stands and what is stuck."""
