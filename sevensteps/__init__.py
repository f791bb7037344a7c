"""What two processes of Seven Steps share, and nothing else."""
