"""What the audit says of acts and of how things stood, in plain words."""

import pytest

from sevensteps.case_history.audit import act_in_words, facts_in_words


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("repair.planned", "planned a repair"),
        ("repair.resume", "mended a case: resume"),
        ("repair.looked", "had a mended case looked at again"),
        ("something.new_and_odd", "something new and odd"),
    ],
)
def test_an_act_is_told_in_words(act: str, words: str) -> None:
    """To follow a name; one that is not known is still told."""
    assert act_in_words(act) == words


def test_facts_are_told_in_words() -> None:
    """Each with its name; what holds several is told part by part, and 0 cases are all that are left."""
    written = '{"outcome": "came_back", "heard": 7, "given": {"ending": "moved"}, "cases": 0, "seen": "so_so"}'
    expected = ["outcome: came back", "last event heard: 7", "given: ending moved", "cases: all that are left"]
    assert list(facts_in_words(written)) == [*expected, "seen: so_so"]
    assert list(facts_in_words("")) == []
