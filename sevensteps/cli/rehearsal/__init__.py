"""Setting the scene of a rehearsal: example cases are played to different steps, and some of them are hurt."""
