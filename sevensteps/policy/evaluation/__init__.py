"""Deciding: two evaluators, partial evaluation, missing facts, the wording of findings, and verifying receipts."""
