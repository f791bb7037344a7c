"""What is said before a record is corrected."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.operations.domain.correcting import SpendingSeen, SpendSeen, predict_correction, seen_corrected
from unit.operations.reading import grade, sentences_of

EASY = 8.0
GIVEN: Mapping[str, str] = {"spend_id": "spend-1", "line_id": "l1", "amount": "60.00", "spent_on": "2026-06-01"}
WRONG = SpendSeen("spend-1", 2, "club", "600.00", "2026-06-02", "BILL-1", "", "", is_marked=True)
RIGHT = SpendSeen("spend-2", 2, "l1", "60.00", "2026-06-01", "BILL-1", "spend-1", "", is_marked=False)


def seen(*records: SpendSeen, round_: int = 2) -> SpendingSeen:
    """A case that has spent this."""
    return SpendingSeen(round_, "612.50", records)


@pytest.mark.parametrize(
    "spending",
    [
        seen(WRONG),
        seen(replace(WRONG, is_marked=False)),
        seen(WRONG, round_=3),
        seen(replace(WRONG, corrected_by="spend-2")),
        seen(replace(RIGHT, spend_id="spend-1")),
        seen(),
    ],
)
def test_what_would_happen_is_easily_read(spending: SpendingSeen) -> None:
    """Each sentence at a grade of eight or less."""
    told = predict_correction(spending, GIVEN).sentence
    assert all(grade(sentence) <= EASY for sentence in sentences_of(told)), told


def test_a_sum_of_this_round_stays_where_an_earlier_one_is_corrected() -> None:
    """Then the sum of this round stays; in the same one it is told before and after."""
    assert "from £612.50 to £72.50." in predict_correction(seen(WRONG), GIVEN).sentence
    told = predict_correction(seen(WRONG, round_=3), GIVEN).sentence
    assert "It was recorded in round 2, so what is spent in this round stays £612.50." in told


@pytest.mark.parametrize(
    ("record", "is_proof"),
    [
        (RIGHT, True),
        (replace(RIGHT, amount="61.00"), False),
        (replace(RIGHT, line_id="club"), False),
        (replace(RIGHT, corrects="spend-0"), False),
    ],
)
def test_only_what_is_right_in_its_place_is_proof(record: SpendSeen, *, is_proof: bool) -> None:
    """A record of the same amount elsewhere, or another correction, proves nothing."""
    assert bool(seen_corrected(seen(WRONG, record), GIVEN)) == is_proof
    other = {**GIVEN, "evidence": "BILL-2"}
    assert not seen_corrected(seen(WRONG, record), other), "nor does one with other evidence than it should have"
