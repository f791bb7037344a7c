"""The individual budget of a case, the offer of a personal budget, and planning with one's own money."""
