"""What a process tells of itself: its series, and whether it is ready. Never of the people whom the suite is for."""
