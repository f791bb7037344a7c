"""What a process tells operations of itself, beside its log."""
