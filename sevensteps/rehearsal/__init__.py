"""A rehearsal: a suite of its own in which example cases are hurt, for staff to mend. Nothing in it counts."""
