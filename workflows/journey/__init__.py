"""The journey of one case through its seven steps: all the code that Temporal replays, and nothing else."""
