"""Deciding: two evaluators, what is missing, and the sentences of the findings."""
