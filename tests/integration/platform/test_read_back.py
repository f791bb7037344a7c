"""Everything that is recorded can be read back, by calls that the table of rights allows."""

from collections.abc import Awaitable, Callable, Mapping
from fnmatch import fnmatchcase

import pytest
from google.protobuf.message import Message

from integration.approval.desk import Desk, line, plan
from integration.assessment.practice import NOT_ELIGIBLE, adult, new_id, new_reference, today
from integration.assessment.speaking import PLAN, lacking
from integration.planning.acting import known_to_assessment
from integration.planning.case import NEEDS, PlanningCase, in_days, new_request
from integration.platform.answers_story import story_of_answers
from integration.platform.budget_story import story_of_money
from integration.platform.complaint_story import story_of_complaints
from integration.platform.contact_story import (
    ending_contacts,
    story_of_a_contact,
    story_of_a_refusal,
    story_of_contacts,
)
from integration.platform.conversation_story import REFUSED, said_in_conversation
from integration.platform.finance_story import story_of_finances
from integration.platform.full_plan import facts_of_a_direct_payment, full_plan
from integration.platform.people_story import story_of_people
from integration.platform.places import (
    ELSEWHERE,
    EVERYWHERE,
    NOWHERE,
    OF_EARLIER_ONES,
    OF_NO_CASE,
    PLACES,
    SAID_OTHERWISE,
)
from integration.platform.read_back import CHANGING, Correspondence, paths_of, values_of
from integration.platform.representation_story import story_of_representation
from integration.review.home import Home
from integration.review.home import plan as plan_in_force
from servers.services import SharedService
from sevensteps.api.approval.v1 import approval_pb2, personal_budget_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.identity.actor import Role
from sevensteps.steps import CARER_OUTCOMES

COVERED = sorted(
    (service, rpc) for service, rpc in CHANGING if service not in ELSEWHERE and (service, rpc) not in OF_NO_CASE
)


class OnCase:
    """A case of the assessment service, whose etag goes along."""

    def __init__(self, mail: Correspondence) -> None:
        self._mail = mail
        self._case = assessment_pb2.Case()

    async def do(self, request: Message, role: Role = Role.PRACTITIONER) -> Message:
        """Send a request about the case as it stands, with an id of its own."""
        values = {"request_id": new_id(), "case_id": self._case.case_id, "etag": self._case.etag}
        if request.DESCRIPTOR.name == "DecideConcernRequest":
            del values["etag"]  # that of the concern is there already
        for name in values.keys() & request.DESCRIPTOR.fields_by_name.keys():
            setattr(request, name, values[name])
        who = "amy" if role is not Role.HEAD_OF_SERVICE else "olu"  # who decided does not answer a complaint about it
        answer = await self._mail.send(who, role, request)
        if "case" in answer.DESCRIPTOR.fields_by_name:
            self._case = answer.case  # type: ignore[attr-defined]
        else:
            reading = assessment_pb2.GetCaseRequest(case_id=self._case.case_id)
            self._case = (await self._mail.send("amy", role, reading)).case  # type: ignore[attr-defined]
        return answer

    async def open(self, kind: assessment_pb2.CaseKind.ValueType, reference: str, **fields: str) -> str:
        """Open the case; answers its id."""
        await self.do(assessment_pb2.OpenCaseRequest(kind=kind, person_reference=reference, **fields))
        return self._case.case_id

    async def determine(
        self, facts: assessment_pb2.AdultFacts, confirmation: assessment_pb2.ConfirmDeterminationRequest
    ) -> None:
        """Have a determination proposed, and confirm it, after a conversation."""
        await self.do(said_in_conversation())
        proposed = await self.do(assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), adult=facts))
        confirmation.determination_id = proposed.determination.determination_id  # type: ignore[attr-defined]
        await self.do(confirmation)


def facts_of_adult() -> assessment_pb2.AdultFacts:
    """All that can be said of an adult: every limb of one outcome, one that does not apply, one that a carer meets."""
    facts = adult("hygiene")
    facts.outcomes["hygiene"].met_by_carer = True
    facts.outcomes["nutrition"].CopyFrom(
        assessment_pb2.OutcomeAnswers(
            cannot_unaided=True, pain_distress_anxiety=True, endangers=True, takes_longer=True
        )
    )
    facts.outcomes["child_caring"].CopyFrom(assessment_pb2.OutcomeAnswers(not_applicable=True))
    facts.charged, facts.means_within_limit, facts.asks = True, False, True
    facts.care_home, facts.lacks_capacity, facts.somebody_arranges = False, True, False
    return facts


def facts_of_somebody_elsewhere() -> assessment_pb2.AdultFacts:
    """Facts as earlier callers send them: no to whether the adult lives here."""
    facts = adult("hygiene")
    facts.ClearField("residence")
    facts.resident = False
    return facts


def facts_of_carer() -> assessment_pb2.CarerFacts:
    """All that can be said of a carer."""
    limbs = assessment_pb2.OutcomeAnswers(cannot_unaided=True, pain_distress_anxiety=True, endangers=True)
    outcomes = dict.fromkeys(CARER_OUTCOMES, limbs) | {
        "child_caring": assessment_pb2.OutcomeAnswers(not_applicable=True)
    }
    return assessment_pb2.CarerFacts(
        necessary_care=True,
        health_at_risk=True,
        significant_impact=True,
        outcomes=outcomes,
        residence=assessment_pb2.RESIDENCE_NO_SETTLED_RESIDENCE,
        charged=True,
        means_within_limit=False,
        asks=True,
        care_to_adult=False,
        adult_charged=True,
        adult_means_within_limit=False,
        adult_agrees=True,
        adult_asks=False,
    )


async def story_of_assessment(mail: Correspondence) -> None:
    """An adult in two rounds; then the cases beside that one."""
    pb, reference = assessment_pb2, new_reference()
    first = OnCase(mail)
    adults = await first.open(pb.CASE_KIND_ADULT, reference)
    await first.do(
        pb.RecordUrgentSupportRequest(
            needs=["nutrition", "toilet"], weekly="123.45", starts_on=in_days(3), because="Nobody cooks from Friday on."
        )
    )
    helped = pb.SELF_ASSESSMENT_HELP_ADVOCATE
    await first.do(pb.RecordSelfAssessmentRequest(help=helped, own_words="I would like to keep my allotment."))
    await first.do(
        pb.ConsiderAdvocacyRequest(
            understanding=True,
            retaining=False,
            weighing=True,
            communicating=False,
            appropriate_person=True,
            hospital_28_days=False,
            care_home_8_weeks=True,
            dispute_both_agree=False,
            advocate_best_interests=True,
        )
    )
    await first.determine(facts_of_adult(), pb.ConfirmDeterminationRequest(reasons="Two outcomes, as seen at home."))
    await first.do(pb.GiveWrittenRecordRequest(given_on=in_days(-3), how=pb.GIVEN_BY_ACCESSIBLE_FORMAT))
    await story_of_money(first.do)
    await first.do(pb.GiveIndicativeBudgetRequest(points=140, weekly_by_practitioner="1432.10"))
    await story_of_finances(first.do)
    await story_of_complaints(first.do)
    await story_of_people(first.do)
    await story_of_contacts(first.do)
    await story_of_representation(first.do)
    await story_of_round_2(first)
    await story_of_answers(mail)
    await story_beside(mail, adults, reference)


async def story_of_round_2(first: OnCase) -> None:
    """An assessment in which the practitioner departs from the proposal, and whose written record is late."""
    pb = assessment_pb2
    await first.do(pb.OpenAssessmentRequest(round=2, opened_on="2026-05-06"), Role.JOURNEY)
    await first.do(pb.PlaceHoldRequest(reason=pb.HOLD_REASON_HOSPITAL, because="A hip operation."))
    await first.do(pb.ReleaseHoldRequest(because="Home and walking."))
    await first.do(pb.ResumeCaseRequest(because="The pack has next year's holidays."), Role.OPERATIONS)
    await first.do(REFUSED)
    await first.do(pb.AssignCaseRequest(team="moves", because="They are about to move."))
    await first.do(pb.EscalateCaseRequest(role="team_manager", because="The other council does not answer."))
    departure = pb.Departure(
        outcome="community", judgement=pb.OUTCOME_JUDGEMENT_UNABLE, because="No bus goes there any more."
    )
    confirmation = pb.ConfirmDeterminationRequest(
        reasons="Two outcomes, after the move.",
        duty_because="We go on until the other council takes over.",
        departures=[departure],
    )
    await first.determine(facts_of_somebody_elsewhere(), confirmation)
    for clock in ("", "written_record"):
        overdue = pb.RecordOverdueRequest(stage="money_found", turn=2, due_on="2026-06-17", by_law=True, clock=clock)
        await first.do(overdue, Role.JOURNEY)


async def story_beside(mail: Correspondence, adults: str, reference: str) -> None:
    """Another case of the same person, who is not eligible, and the case of a carer that belongs to the first."""
    pb = assessment_pb2
    second = OnCase(mail)
    beside = "Asked for again after a move within the town."
    await second.open(pb.CASE_KIND_ADULT, reference, another_because=beside, linked_case_id=adults)
    await second.determine(NOT_ELIGIBLE, pb.ConfirmDeterminationRequest(reasons="One outcome."))
    await second.do(
        pb.GiveAdviceRequest(
            written_reasons="One outcome, and two are needed.",
            advice="The lunch club meets on Tuesdays.",
            how_to_ask_again="Ring us, or write.",
            given_on=in_days(-2),
            how=pb.GIVEN_BY_EMAIL,
            options=[pb.ADVICE_OPTION_PLAN_WITH_OWN_MONEY, pb.ADVICE_OPTION_CARER_SUPPORT],
            signposts=[pb.Signpost(whereto="The library", helps_with="a reading group")],
        )
    )

    for ends in ending_contacts():
        only_advice = OnCase(mail)
        await only_advice.open(pb.CASE_KIND_ADULT, new_reference())
        await story_of_a_refusal(only_advice.do)
        await story_of_a_contact(only_advice.do, ends)

    carer = OnCase(mail)
    await carer.open(pb.CASE_KIND_CARER, new_reference(), linked_case_id=adults)
    await carer.do(pb.ProposeDeterminationRequest(assessed_on=in_days(-2), carer=facts_of_carer()))
    await carer.do(pb.EndCaseRequest(ending=pb.ENDING_MOVED, ended_on=in_days(-1), because="To Exampleshire."))


async def story_of_planning(mail: Correspondence) -> None:
    """A plan that is made, paid for and arranged, stopped and started again; then the person dies."""
    pb, case = planning_pb2, PlanningCase(mail.running)
    needs = (*NEEDS, "hygiene")
    await (await known_to_assessment(case)).do(lacking(PLAN))

    async def do(role: Role, request: Message) -> Message:
        values = {"request_id": new_request(), "case_id": case.case_id}
        if role is not Role.JOURNEY:
            values["etag"] = (await case.stands()).etag
        for name, value in values.items():
            setattr(request, name, value)
        return await mail.send("pat", role, request)

    opening = case.opening_of_plan(needs=needs)
    opening.met_by_carer.append("hygiene")
    await do(Role.JOURNEY, opening)
    await do(Role.PLANNER, full_plan())
    await do(Role.PLANNER, pb.SubmitPlanRequest())
    await do(Role.JOURNEY, case.opening_of_money(budget="60.00"))
    await do(
        Role.FINANCE,
        pb.ArrangeMoneyRequest(
            kind=pb.MONEY_KIND_DIRECT_PAYMENT,
            weekly="60.00",
            once="900.00",
            payee=pb.PAYEE_NOMINATED_PERSON,
            payee_reference="P-55",
            facts=facts_of_a_direct_payment(),
        ),
    )
    await do(Role.JOURNEY, case.opening_of_support())
    arranging = pb.ArrangeSupportRequest(kind=pb.SUPPORT_KIND_COMMUNITY, needs=NEEDS, starts_on=in_days(-9))
    answer = await do(Role.PLANNER, arranging)
    support = answer.planning.support[0].arrangement_id  # type: ignore[attr-defined]
    await do(Role.FINANCE, pb.StopArrangementsRequest(arrangement_ids=[support], last_day=in_days(-5)))
    await do(Role.FINANCE, pb.RestartArrangementsRequest(arrangement_ids=[support], first_day=in_days(-3)))
    overdue = pb.RecordOverdueRequest(stage="plan_made", turn=1, due_on="2026-11-30")
    await do(Role.JOURNEY, overdue)
    await do(Role.JOURNEY, pb.CloseCaseRequest(ended_on=in_days(-1), died=True))
    await story_of_own_money(mail)


async def story_of_own_money(mail: Correspondence) -> None:
    """A plan that the person pays for."""
    case = PlanningCase(mail.running)
    opening = case.opening_of_plan()
    opening.request_id, opening.case_id, opening.own_money = new_request(), case.case_id, True
    await mail.send("pat", Role.JOURNEY, opening)
    saving = full_plan()
    saving.ClearField("lacks_capacity")
    saving.request_id, saving.case_id, saving.etag = new_request(), case.case_id, (await case.stands()).etag
    await mail.send("pat", Role.PLANNER, saving)


async def story_of_approval(mail: Correspondence) -> None:
    """A plan that is returned; its next version, which leaves something to judge, is signed."""
    pb, desk = approval_pb2, Desk(mail.running)
    submitted = plan(*full_plan().lines, line("extra", planning_pb2.USE_LOCAL_LIST))
    submitted.lines[0].weekly, submitted.lines[1].weekly = "41.25", "18.75"
    submitted.lines[2].weekly, submitted.lines[3].weekly = "0.00", "1.00"
    submitted.once, submitted.own_money = "900.00", True
    submitted.weekly, submitted.top_up, submitted.review_on = "100.00", "3.75", in_days(170)
    submitted.lacks_capacity, submitted.interested_involved = True, True
    opening = desk.opening(submitted, indicative="97.53")
    opening.met_by_carer.append("community")
    await mail.send("journey", Role.JOURNEY, opening)
    checked = await desk.read()
    returning = pb.ReturnPlanRequest(
        request_id=new_id(), case_id=desk.case_id, version=1, etag=checked.etag, because="The evenings are not in it."
    )
    await mail.send("olu", Role.HEAD_OF_SERVICE, returning)
    again = plan(line("extra", planning_pb2.USE_LOCAL_LIST), version=2)
    await mail.send("journey", Role.JOURNEY, desk.opening(again))
    checked = await desk.read()
    judged = [each for each in checked.checks.findings if each.verdict == 4]
    signing = pb.ApprovePlanRequest(
        request_id=new_id(),
        case_id=desk.case_id,
        version=2,
        etag=checked.etag,
        because="It is what she asked for.",
        judgements=[
            pb.Judgement(rule=each.rule, about=each.about, because=f"Satisfied as to {each.rule}.") for each in judged
        ],
    )
    await mail.send("olu", Role.HEAD_OF_SERVICE, signing)
    restating = personal_budget_pb2.RestatePersonalBudgetRequest(request_id=new_id(), case_id=desk.case_id, etag="1")
    await mail.send("frank", Role.FINANCE, restating)
    overdue = pb.RecordOverdueRequest(
        request_id=new_id(), case_id=desk.case_id, stage="plan_agreed", turn=2, due_on="2026-06-10"
    )
    await mail.send("journey", Role.JOURNEY, overdue)
    await mail.send("journey", Role.JOURNEY, desk.closing())


async def story_of_a_mistake(do: Callable[..., Awaitable[Message]]) -> None:
    """Spending is recorded wrongly, and corrected."""
    pb = review_pb2
    wrong = await do(pb.RecordSpendRequest(line_id="l1", amount="21.50", spent_on="2026-06-30"))
    right = pb.CorrectSpendRequest(
        spend_id=wrong.spend_id,  # type: ignore[attr-defined]
        line_id="l2",
        amount="12.50",
        spent_on="2026-06-28",
        evidence="RECEIPT-79",
        because="Two figures were swapped.",
    )
    await do(right, "fay")


async def story_of_review(mail: Correspondence) -> None:
    """A life in which money is spent, a review is called for twice and completed, and which goes on."""
    pb, home = review_pb2, Home(mail.running)

    async def do(request: Message, subject: str = "rae") -> Message:
        values = {"request_id": new_id(), "case_id": home.case_id, "etag": (await home.read()).etag}
        for name, value in values.items():
            setattr(request, name, value)
        return await mail.send(subject, Role.REVIEWER, request)

    in_force = plan_in_force(l1="80.00", l2="14.50")
    in_force.complex = True
    in_force.lines[0].once = "310.00"
    opening = home.life_opening(direct_payment_since="2026-05-28", review_on="2026-11-11", in_force=in_force)
    await mail.send("journey", Role.JOURNEY, opening)
    await do(pb.RecordSpendRequest(line_id="l1", amount="12.34", spent_on="2026-06-29", evidence="RECEIPT-77"))
    await do(pb.RecordSpendRequest(line_id="l1", amount="-2.30", spent_on="2026-06-30", evidence="REFUND-78"))
    ahead = await do(pb.RecordSpendRequest(line_id="l1", amount="9999.00", spent_on="2026-06-30"))
    judged = pb.JudgeSpendRequest(
        spend_id=ahead.spend_id,  # type: ignore[attr-defined]
        judgement=pb.SPEND_JUDGEMENT_NOT_AGREED,
        because="There is no invoice.",
    )
    await do(judged, "fay")
    await story_of_a_mistake(do)
    await do(pb.RequestReviewRequest(because="The evenings are too long."))
    await do(pb.TriggerReviewRequest(trigger=pb.REVIEW_TRIGGER_PROVIDER_FAILURE))
    await mail.send("journey", Role.JOURNEY, home.review_opening(opened_on="2026-07-14"))
    await do(
        pb.CompleteReviewRequest(
            achieved={"nutrition": pb.ACHIEVED_PARTLY, "community": pb.ACHIEVED_NO},
            how_it_worked="The club closed at six.",
            money_used_properly=False,
            outcome=pb.REVIEW_OUTCOME_CONTINUE,
        )
    )
    again = home.life_opening(2, started_on="2026-07-21", continues=True, in_force=in_force)
    await mail.send("journey", Role.JOURNEY, again)
    overdue = pb.RecordOverdueRequest(
        request_id=new_id(), case_id=home.case_id, stage="life_lived", turn=2, due_on="2027-07-01", ahead=True
    )
    await mail.send("journey", Role.JOURNEY, overdue)
    await mail.send("journey", Role.JOURNEY, home.closing())


STORIES: Mapping[str, Callable[[Correspondence], Awaitable[None]]] = {
    "assessment": story_of_assessment,
    "planning": story_of_planning,
    "approval": story_of_approval,
    "review": story_of_review,
}


@pytest.fixture(scope="session")
def told() -> dict[str, Correspondence]:
    """The stories that have been told, each once."""
    return {}


async def mail_of(service: str, shared_service: SharedService, told: dict[str, Correspondence]) -> Correspondence:
    """What was sent to a service in its story."""
    if service not in told:
        mail = Correspondence(await shared_service(service), service)
        await STORIES[service](mail)
        told[service] = mail
    return told[service]


def places_of(service: str, rpc: str) -> dict[str, str]:
    """Every field of a request that has to stand again, with its place; empty where there is none."""
    paths = [path for path in paths_of(CHANGING[service, rpc].input_type) if path not in EVERYWHERE]
    return {path: PLACES.get((service, rpc), {}).get(path, "") for path in paths if (service, rpc, path) not in NOWHERE}


@pytest.mark.parametrize(("service", "rpc"), COVERED)
def test_every_field_of_a_change_has_a_place(service: str, rpc: str) -> None:
    """A field that is new has to be answered by some call, or its exception be told."""
    places = places_of(service, rpc)
    assert (service, rpc) in PLACES or (service, rpc) in {each[:2] for each in NOWHERE}
    assert [path for path, place in places.items() if not place] == []
    assert PLACES.get((service, rpc), {}).keys() <= places.keys(), "a place of a field that is gone, or an exception"


def test_no_row_is_of_a_call_that_is_gone() -> None:
    """Rows, exceptions and services are those of the contract."""
    calls = CHANGING.keys()
    assert PLACES.keys() <= calls
    assert {(service, rpc) for service, rpc, _ in NOWHERE} <= calls
    assert {(service, rpc) for service, rpc, _ in SAID_OTHERWISE} <= PLACES.keys()
    assert {service for service, _ in calls} == STORIES.keys() | ELSEWHERE.keys()
    for service, rpc, path in NOWHERE:
        assert path in paths_of(CHANGING[service, rpc].input_type), f"{rpc} has no field {path}"


@pytest.mark.parametrize(("service", "rpc"), COVERED)
async def test_what_was_sent_can_be_read_back(
    service: str, rpc: str, shared_service: SharedService, told: dict[str, Correspondence]
) -> None:
    """Each value of each request stands in its place once the story is over; and the story sends every field."""
    mail = await mail_of(service, shared_service, told)
    assert mail.sent[rpc], "the story of the service does not make this call"
    places, never_sent, lost = places_of(service, rpc), set(places_of(service, rpc)), []
    for sent in mail.sent[rpc]:
        answered = await mail.answers_about(sent.case_id)
        for path, value in values_of(sent.request):
            if path in places:
                never_sent.discard(path)
                said = SAID_OTHERWISE.get((service, rpc, path), {}).get(value, value)
                if not _stands(said, places[path], answered):
                    lost.append(f"{path}: {said!r} is not in {places[path]}: {sorted(answered.get(places[path], ()))}")
    assert (sorted(never_sent), lost) == ([], [])


def _stands(said: str, place: str, answered: Mapping[str, set[str]]) -> bool:
    """Whether a value stands in its place: as such, or as the name of what is said of it, as outcomes do in facts."""
    patterns = (place, OF_EARLIER_ONES.get(place, place))
    there = {
        value for path in answered if any(fnmatchcase(path, each) for each in patterns) for value in answered[path]
    }
    return said in there or any(f"{path}.".startswith(f"{place}.{said}.") for path in answered)
