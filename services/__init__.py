"""The services that run the seven steps. Each owns its records; they meet on the wire only."""
