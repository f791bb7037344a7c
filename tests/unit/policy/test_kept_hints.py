"""Hint words that receipts keep, under declarations that look for others."""

import pytest

from sevensteps.policy.authoring.kept_hints import hints_of, with_own_hints
from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Json

TEXT = Fact("text", "narrative", hints=("bet", "bingo"))
DECLARED = DeclaredFacts(
    {"hours": Fact("hours", "whole number"), "talk.note": Fact("talk.note", "narrative", hints=("bet",))},
    {
        "lines": Collection("lines", {"text": TEXT}),
        "outcomes": Collection("outcomes", {"text": TEXT}, items=("food", "child")),
    },
)


def test_every_word_that_is_looked_for_is_named() -> None:
    """Those of the case and of every collection."""
    assert hints_of(DECLARED) == {"bet", "bingo"}


@pytest.mark.parametrize(
    ("kept", "own"),
    [
        ({"talk": {"note": ["bet", "bingo"]}}, {"talk": {"note": ["bet"]}}),
        ({"lines": [{"id": "l1", "text": ["wine", "bingo"]}]}, {"lines": [{"id": "l1", "text": ["bingo"]}]}),
        ({"outcomes": {"food": {"text": ["wine"]}}}, {"outcomes": {"food": {"text": []}}}),
    ],
)
def test_words_that_are_looked_for_no_more_are_left_out(kept: dict[str, Json], own: dict[str, Json]) -> None:
    """In the case's own facts, in records, and in items that the law lists."""
    assert with_own_hints(kept, DECLARED) == own


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"hours": 3, "talk": {}},
        {"talk": {"note": "a text, not yet looked through"}},
        {"talk": None, "lines": None, "outcomes": None},
        {"lines": [{"id": "l1"}], "outcomes": {"child": "not_applicable", "food": {}}},
    ],
)
def test_whatever_else_was_kept_stays(kept: dict[str, Json]) -> None:
    """Facts that were not given, text, and anything but a list of words."""
    assert with_own_hints(kept, DECLARED) == kept
