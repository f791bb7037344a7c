"""All that Temporal replays: the journey of one case and its seven steps."""
