"""Who calls, how their token is checked, and what they may do."""
