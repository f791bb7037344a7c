"""The rules engine: decides on facts by dated packs of rules, says why, and keeps what is needed to decide again."""

from sevensteps.policy.library import Library
from sevensteps.policy.model.verdict import Decision, Finding, Verdict

__all__ = ["Decision", "Finding", "Library", "Verdict"]
