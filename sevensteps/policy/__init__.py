"""The rules engine: decides on facts by dated packs of rules, says why, and can make any stored decision again."""

from sevensteps.policy.library import Library
from sevensteps.policy.model.verdict import Decision, Finding, Verdict

__all__ = ["Decision", "Finding", "Library", "Verdict"]
