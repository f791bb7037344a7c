"""How an indicative budget came of points, step by step, is what the pack's own arithmetic gives."""

from datetime import date

import pytest

from sevensteps.cli.case_view.budget_working import budget_working
from sevensteps.config import POLICIES
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import read_pack

TABLE = (
    "[A demonstration table; only 16 and 22 points are published: "
    "R (Savva) v Kensington and Chelsea [2010] EWCA Civ 1209]"
)
WITHHELD = "[A demonstration value; a council decides its own]"
ON = date(2026, 6, 1)


@pytest.fixture(scope="module")
def pack() -> CompiledPack:
    """The demonstration pack."""
    return CompiledPack(read_pack(POLICIES, "example-council"))


def working(pack: CompiledPack, facts: dict[str, Json]) -> tuple[list[str], Json]:
    """The steps, and the amount that the pack gives."""
    receipt = pack.decide("indicative-budget", ON, facts).receipt()
    values = receipt["values"]
    assert isinstance(values, dict)
    return budget_working(receipt, pack.pack), values.get("weekly")


def test_a_row_of_the_table(pack: CompiledPack) -> None:
    """16 points became £82.91: the row, what is withheld, and where both are published."""
    steps, weekly = working(pack, {"points": 16})
    assert weekly == "82.91"
    assert steps == [
        f"16 points: the table has £82.91 for them {TABLE}",
        f"less 0 per cent that the council withholds: £82.91 {WITHHELD}",
    ]


def test_between_two_rows(pack: CompiledPack) -> None:
    """On a straight line between them."""
    steps, weekly = working(pack, {"points": 13})
    assert weekly == "67.46"
    assert steps[0] == (
        "13 points: between 10 points, £52.00, and 16 points, £82.91, the table gives £52.00 and 3/6 of £30.91: £67.46 "
        + TABLE
    )


def test_with_help_from_family_and_friends(pack: CompiledPack) -> None:
    """The points that they meet are left out first."""
    steps, weekly = working(
        pack, {"points": 20, "informal_support": [{"id": "sister", "points": 3}, {"id": "club", "points": 1}]}
    )
    assert weekly == "82.91"
    assert steps[0] == "20 points, 4 of them met by family and friends: 16"
    assert steps[-1].startswith("less 0 per cent that the council withholds: £82.91")


def test_above_the_table(pack: CompiledPack) -> None:
    """The table gives no amount, and no cap."""
    steps, weekly = working(pack, {"points": 140})
    assert weekly is None
    assert steps == [f"140 points: above the last row of the table, 100, the amount is a practitioner's {TABLE}"]


@pytest.mark.parametrize("points", range(0, 101, 7))
def test_the_last_step_is_the_amount_of_the_decision(pack: CompiledPack, points: int) -> None:
    """Whatever the points."""
    steps, weekly = working(pack, {"points": points})
    assert f": £{float(str(weekly)):,.2f} [" in steps[-1]
