"""What a repair can do, as it is offered to people."""

import pytest

from console.repair_offers import OFFERS, Offer, that_fit
from sevensteps.api.operations.v1 import operations_pb2 as pb
from unit.operations.reading import grade, sentences_of

EASY = 8.0


@pytest.mark.parametrize("offer", OFFERS.values(), ids=lambda offer: offer.name)
def test_what_an_action_does_is_easily_read(offer: Offer) -> None:
    """Each sentence at a grade of eight or less; and the contract has the action and the field that it asks for."""
    assert all(grade(sentence) <= EASY for sentence in sentences_of(offer.does))
    assert offer.number
    of = pb.Correction if offer.is_of_one else pb.PlanRepairRequest
    assert {asks.field for asks in offer.asks} <= set(of.DESCRIPTOR.fields_by_name)


@pytest.mark.parametrize(
    ("kinds", "some_held", "all_held", "fit"),
    [
        ([pb.STUCK_KIND_PARKED], False, False, {"resume", "hold"}),
        ([pb.STUCK_KIND_ACTIVITY_RETRYING], False, False, {"retry", "hold"}),
        ([pb.STUCK_KIND_JOURNEY_MISSING], True, False, {"rebuild", "hold", "release"}),
        ([], True, True, {"release"}),
    ],
)
def test_what_fits_is_offered_first(
    kinds: list[pb.StuckKind.ValueType], fit: set[str], *, some_held: bool, all_held: bool
) -> None:
    """What mends them, and what holds or releases them; a journey can be rebuilt whatever is found."""
    first, others = that_fit(kinds, some_held=some_held, all_held=all_held, is_one=False)
    about = {"resume", "retry", "rebuild", "hold", "release"}
    assert {each.name for each in first} & about == fit
    assert {each.name for each in others} == {"replay", "rebuild"} - fit


def test_a_record_is_corrected_in_one_case_alone() -> None:
    """Where several are chosen, that is not offered."""
    several, _ = that_fit([], some_held=False, all_held=False, is_one=False)
    one, _ = that_fit([], some_held=False, all_held=False, is_one=True)
    assert {each.name for each in one} - {each.name for each in several} == {"correct"}
