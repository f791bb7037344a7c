"""Looking for what is stuck: in the rows, at the parts of the suite, and at what Temporal knows of journeys."""
