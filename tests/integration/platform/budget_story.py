"""The money of a case with every field that can be said, and where each stands again."""

from collections.abc import Mapping

from google.protobuf.message import Message

from integration.planning.case import in_days
from integration.platform.complaint_story import Do
from sevensteps.api.assessment.v1 import budget_pb2 as pb
from sevensteps.api.money.v1 import money_pb2

STREAM = "ListStreams.streams"
OFFER = "ListOffers.offers"
TERMS = ("funder", "amount", "frequency", "starts_on", "ends_on", "rules", "ring_fenced")
_TERMS = {f"terms.{name}": f"{STREAM}.terms.{name}" for name in TERMS}
_CHANGED = {"stream_id": f"{STREAM}.stream_id", "because": f"{STREAM}.because"}

PLACES_OF_BUDGETS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("assessment", "RecordStream"): {
        **{name: f"{STREAM}.{name}" for name in ("kind", "health_need", "immediate_representative")},
        **_TERMS,
    },
    ("assessment", "ChangeStream"): {**_CHANGED, **_TERMS},
    ("assessment", "EndStream"): {**_CHANGED, "ends_on": f"{STREAM}.terms.ends_on"},
    ("assessment", "OfferBudget"): {name: f"{OFFER}.{name}" for name in ("answer", "answered_on", "because")},
    ("assessment", "PlanWithOwnMoney"): {"because": "ListOwnMoney.own_money.because"},
}
"""Where each field of these changes stands again."""


def terms(amount: str, funder: str = "NHS Exampleshire") -> pb.StreamTerms:
    """What a stream brings, with nothing left out."""
    return pb.StreamTerms(
        funder=funder,
        amount=amount,
        frequency=money_pb2.FREQUENCY_FORTNIGHTLY,
        starts_on=in_days(-30),
        ends_on=in_days(300),
        rules="For care at night, and nothing else.",
        ring_fenced=True,
    )


async def story_of_money(do: Do) -> None:
    """A stream of the NHS that changes and ends, an offer that is declined, and the person's own money."""
    recorded = await do(
        pb.RecordStreamRequest(
            kind=pb.STREAM_KIND_PERSONAL_HEALTH_BUDGET,
            health_need=pb.HEALTH_NEED_CONTINUING_HEALTHCARE,
            immediate_representative="P-2201",
            terms=terms("410.20"),
        )
    )
    stream_id = _stream_of(recorded)
    changed = terms("415.60", funder="NHS Exampleshire and Weald")
    await do(pb.ChangeStreamRequest(stream_id=stream_id, terms=changed, because="One more night in the fortnight."))
    await do(pb.EndStreamRequest(stream_id=stream_id, ends_on=in_days(120), because="A nurse comes instead."))
    declined = pb.OFFER_ANSWER_DECLINED
    await do(pb.OfferBudgetRequest(answer=declined, answered_on=in_days(-1), because="They would rather pay."))
    await do(pb.PlanWithOwnMoneyRequest(because="They have sold the house."))


def _stream_of(answer: Message) -> str:
    return str(answer.stream.stream_id)  # type: ignore[attr-defined]
