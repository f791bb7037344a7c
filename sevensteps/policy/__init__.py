"""The rules engine: decides on facts by dated packs of rules, says why, and can make any stored decision again."""

from typing import TYPE_CHECKING

from sevensteps.policy.model.verdict import Decision, Finding, Verdict

if TYPE_CHECKING:
    from sevensteps.policy.library import Library

__all__ = ["Decision", "Finding", "Library", "Verdict"]


def __getattr__(name: str) -> type[object]:
    """Load the engine for whoever decides: who only reads verdicts would wait a second for it, and hold 20 MB."""
    if name != "Library":
        raise AttributeError(name)
    from sevensteps.policy.library import Library  # noqa: PLC0415

    return Library
