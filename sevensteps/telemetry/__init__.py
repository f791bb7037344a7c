"""What a process tells of itself: series, readiness and traces. Never of the people whom the suite is for."""
