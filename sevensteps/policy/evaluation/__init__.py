"""Deciding: two evaluators, partial evaluation, the missing facts, and the wording of findings."""
