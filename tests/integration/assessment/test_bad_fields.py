"""Wrong fields: refused by path, all at once, and nothing is changed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from google.protobuf.message import Message

from integration.assessment.practice import ELIGIBLE, UNABLE, Practice, call, new_id, today
from servers.services import PACK, refusal_of
from services.assessment.domain.case import OUTCOMES
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library

WRONG_MONEY = [
    "",
    "-1.00",
    "82.912",
    "NaN",
    "Infinity",
    "lots",
    "1e3",
    "£82.91",
    "82,91",
    "٨٢.٩١",
    " 82.91",
    "82.91\n",
    "+5",
]
WRONG_DAYS = [
    "",
    "2026-6-1",
    "01/06/2026",
    "2026-02-30",
    "2026-06-01T00:00:00Z",
    "20260601",
    "٢٠٢٦-٠٦-٠١",
    "0000-00-00",
]
FUTURE = "2999-01-01"
UNKNOWN = 99


def paths(fault: Fault) -> list[str]:
    """The fields that a fault names."""
    return [violation.field for violation in fault.violations]


async def refused(work: Practice, rpc: str, request: Message) -> Fault:
    """How a call on a newly opened case is refused; afterwards the case is as it was."""
    case = await work.open()
    fault = await refusal_of(call(work.amy, rpc, work.on_case(request)))
    assert await work.read() == case
    assert fault.kind is Kind.INVALID
    return fault


def urgent(
    *, needs: Sequence[str] = ("nutrition",), weekly: str = "1.00", starts_on: str = today(), because: str = "-"
) -> pb.RecordUrgentSupportRequest:
    """A request with one thing wrong."""
    return pb.RecordUrgentSupportRequest(needs=needs, weekly=weekly, starts_on=starts_on, because=because)


@pytest.mark.parametrize("weekly", WRONG_MONEY)
async def test_an_amount_is_pounds_and_pence(work: Practice, weekly: str) -> None:
    """Not negative, at most two decimals, ASCII digits; anything else names the field."""
    fault = await refused(work, "RecordUrgentSupport", urgent(weekly=weekly))
    assert (fault.reason, paths(fault)) == ("FIELD_INVALID", ["weekly"])
    assert "82.91" in fault.violations[0].detail


@pytest.mark.parametrize("day", WRONG_DAYS)
async def test_a_date_is_year_month_day(work: Practice, day: str) -> None:
    """One form, and a day that exists."""
    assert paths(await refused(work, "RecordUrgentSupport", urgent(starts_on=day))) == ["starts_on"]
    proposal = pb.ProposeDeterminationRequest(assessed_on=day, adult=ELIGIBLE)
    assert paths(await refused(work, "ProposeDetermination", proposal)) == ["assessed_on"]


@pytest.mark.parametrize(
    ("rpc", "request_", "path"),
    [
        ("RecordUrgentSupport", urgent(needs=[]), "needs"),
        ("RecordUrgentSupport", urgent(needs=["nutrition", "nutrition"]), "needs"),
        ("RecordUrgentSupport", urgent(needs=["nutrition", "swimming"]), "needs[1]"),
        ("RecordUrgentSupport", urgent(because="  "), "because"),
        ("RecordUrgentSupport", urgent(starts_on="1990-01-01"), "starts_on"),
        ("RecordUrgentSupport", urgent(starts_on="2206-06-01"), "starts_on"),
        ("RecordUrgentSupport", urgent(weekly="1000000.01"), "weekly"),
        ("RecordUrgentSupport", urgent(because="x" * 20_001), "because"),
        ("RecordUrgentSupport", urgent(because="\0"), "because"),
        ("RecordSelfAssessment", pb.RecordSelfAssessmentRequest(own_words="-"), "help"),
        ("RecordSelfAssessment", pb.RecordSelfAssessmentRequest(help=UNKNOWN, own_words="-"), "help"),  # type: ignore[arg-type]
        ("RecordSelfAssessment", pb.RecordSelfAssessmentRequest(help=pb.SELF_ASSESSMENT_HELP_ALONE), "own_words"),
        ("PlaceHold", pb.PlaceHoldRequest(), "reason"),
        ("PlaceHold", pb.PlaceHoldRequest(reason=UNKNOWN), "reason"),  # type: ignore[arg-type]
        ("EndCase", pb.EndCaseRequest(), "ending"),
        ("EndCase", pb.EndCaseRequest(ending=-1), "ending"),  # type: ignore[arg-type]
        (
            "ProposeDetermination",
            pb.ProposeDeterminationRequest(assessed_on=FUTURE, adult=ELIGIBLE),
            "assessed_on",
        ),
        ("ProposeDetermination", pb.ProposeDeterminationRequest(assessed_on=today()), "facts"),
        (
            "ProposeDetermination",
            pb.ProposeDeterminationRequest(assessed_on=today(), carer=pb.CarerFacts(necessary_care=True)),
            "facts",
        ),
        ("ConfirmDetermination", pb.ConfirmDeterminationRequest(determination_id="d"), "reasons"),
        ("GiveIndicativeBudget", pb.GiveIndicativeBudgetRequest(points=-1), "points"),
        (
            "GiveIndicativeBudget",
            pb.GiveIndicativeBudgetRequest(points=1, weekly_by_practitioner="0.00"),
            "weekly_by_practitioner",
        ),
        ("GiveAdvice", pb.GiveAdviceRequest(advice="-", how_to_ask_again="-"), "written_reasons"),
    ],
)
async def test_a_wrong_field_is_named(work: Practice, rpc: str, request_: Message, path: str) -> None:
    """Whatever is wrong with it, its path says where."""
    fault = await refused(work, rpc, request_)
    assert (fault.reason, paths(fault)) == ("FIELD_INVALID", [path])


async def test_everything_that_is_wrong_is_said_at_once(work: Practice) -> None:
    """All wrong fields are listed at once."""
    fault = await refused(work, "RecordUrgentSupport", urgent(needs=["x"], weekly="y", starts_on="z", because=""))
    assert paths(fault) == ["needs[0]", "weekly", "starts_on", "because"]
    assert "and 3 more" in fault.detail


@pytest.mark.parametrize(
    ("kind", "reference", "path"),
    [
        (0, "P-1", "kind"),
        (UNKNOWN, "P-1", "kind"),
        (pb.CASE_KIND_ADULT, "", "person_reference"),
        (pb.CASE_KIND_ADULT, "x" * 65, "person_reference"),
        (pb.CASE_KIND_ADULT, "P\0", "person_reference"),
    ],
)
async def test_a_case_is_opened_for_somebody(
    work: Practice, kind: pb.CaseKind.ValueType, reference: str, path: str
) -> None:
    """Adult or carer, with the council's reference."""
    request = pb.OpenCaseRequest(request_id=new_id(), kind=kind, person_reference=reference)
    fault = await refusal_of(work.amy.OpenCase(request))
    assert (fault.kind, paths(fault)) == (Kind.INVALID, [path])


async def test_an_outcome_that_is_none_is_named(work: Practice) -> None:
    """There are ten outcomes; another one is refused by its path."""
    facts = pb.AdultFacts(impairment=True, outcomes={"swimming": UNABLE})
    fault = await refused(
        work, "ProposeDetermination", pb.ProposeDeterminationRequest(assessed_on=today(), adult=facts)
    )
    assert (fault.reason, paths(fault)) == ("FIELD_INVALID", ["adult.outcomes[swimming]"])


async def test_what_is_no_name_of_an_outcome_is_not_repeated(work: Practice) -> None:
    """The path does not repeat what was typed there."""
    facts = pb.AdultFacts(outcomes={"Ada cannot swim": UNABLE})
    fault = await refused(
        work, "ProposeDetermination", pb.ProposeDeterminationRequest(assessed_on=today(), adult=facts)
    )
    assert paths(fault) == ["adult.outcomes[...]"]
    assert "Ada" not in fault.detail


@pytest.mark.parametrize(("kind", "decision"), [("adult", "eligibility"), ("carer", "carer-eligibility")])
def test_the_outcomes_are_those_of_the_law(kind: str, decision: str) -> None:
    """The service takes the same outcomes that the pack asks about."""
    settings = Settings()
    law = Library(settings.policies).decide(decision, pack=PACK, on=date(2026, 6, 1), facts={})
    asked = {missing.split(".")[1] for missing in law.missing if missing.startswith("outcomes.")}
    assert asked == OUTCOMES[kind]


async def test_a_day_without_rules_is_refused(work: Practice) -> None:
    """A day before the Care Act came into force is refused."""
    proposal = pb.ProposeDeterminationRequest(assessed_on="2015-03-31", adult=ELIGIBLE)
    fault = await refused(work, "ProposeDetermination", proposal)
    assert (fault.reason, paths(fault)) == ("FIELD_INVALID", ["assessed_on"])
    assert "2015-04-01" in fault.violations[0].detail


async def test_today_is_today_in_the_united_kingdom(work: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """After midnight in summer time the day is a day later than in UTC: it is not in the future. The next one is."""
    await work.open()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 23, 30, tzinfo=UTC))
    request = pb.ProposeDeterminationRequest(assessed_on="2026-06-02", adult=ELIGIBLE)
    assert (await work.amy.ProposeDetermination(work.on_case(request))).determination.determination_id
    request.assessed_on = "2026-06-03"
    assert paths(await refusal_of(work.amy.ProposeDetermination(work.on_case(request)))) == ["assessed_on"]


async def test_answers_for_adults_only_are_not_a_carers(work: Practice) -> None:
    """That something takes longer does not count for a carer (SI 2015/313 reg 3)."""
    await work.open(pb.CASE_KIND_CARER)
    facts = pb.CarerFacts(outcomes={"recreation": pb.OutcomeAnswers(takes_longer=True)})
    request = work.on_case(pb.ProposeDeterminationRequest(assessed_on=today(), carer=facts))
    fault = await refusal_of(work.amy.ProposeDetermination(request))
    assert (fault.kind, paths(fault)) == (Kind.INVALID, ["carer.outcomes[recreation].takes_longer"])


async def test_an_outcome_that_applies_to_everybody_is_named(work: Practice) -> None:
    """Everybody eats; only the caring for others may be something that somebody does not do."""
    nobody = pb.OutcomeAnswers(not_applicable=True)
    adult = pb.AdultFacts(outcomes={"child_caring": nobody, "nutrition": nobody})
    fault = await refused(
        work, "ProposeDetermination", pb.ProposeDeterminationRequest(assessed_on=today(), adult=adult)
    )
    assert (fault.reason, paths(fault)) == ("FIELD_INVALID", ["adult.outcomes[nutrition].not_applicable"])
    await work.open(pb.CASE_KIND_CARER)
    carer = pb.CarerFacts(outcomes={"child_caring": nobody, "other_caring": nobody, "recreation": nobody})
    request = work.on_case(pb.ProposeDeterminationRequest(assessed_on=today(), carer=carer))
    fault = await refusal_of(work.amy.ProposeDetermination(request))
    assert (fault.reason, paths(fault)) == ("FIELD_INVALID", ["carer.outcomes[recreation].not_applicable"])
    assert "child_caring, other_caring" in fault.violations[0].detail


@pytest.mark.parametrize("words", ["'; DROP TABLE cases; --", "%s %(x)s {0} :name ?", "𝔘𝔫𝔦 \u202e ﷽ 🛟", "x" * 20_000])
async def test_any_words_are_kept_as_they_are(work: Practice, words: str) -> None:
    """Text that looks like SQL is stored as it is."""
    await work.open()
    request = pb.RecordSelfAssessmentRequest(help=pb.SELF_ASSESSMENT_HELP_ALONE, own_words=words)
    assert (await work.amy.RecordSelfAssessment(work.on_case(request))).case.etag == "2"
