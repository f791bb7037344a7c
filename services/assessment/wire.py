"""Between the wire and the domain: fields read and checked, records written as messages."""

from datetime import date

from services.assessment.domain.assessment import SelfAssessment, UrgentSupport
from services.assessment.domain.case import Case, CaseOpening, CasesWanted, RoundOpening
from services.assessment.domain.determination import Confirmation
from services.assessment.domain.outcome import Advice, Points, Signpost
from services.assessment.domain.written import Given, WrittenKind
from services.assessment.facts import (
    LONGEST_REASON,
    answers_of,
    departures_of,
)
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.asks import Ask
from sevensteps.councils import LONGEST_TEAM, Council
from sevensteps.events import CaseResumed
from sevensteps.fields import Fields, moment, number_of
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.identity.claims import LONGEST_COUNCIL
from sevensteps.identity.role_groups import SIGNING
from sevensteps.policy.model.verdict import Json
from sevensteps.service import overdue
from sevensteps.service.overdue import PassedDate
from sevensteps.steps import Stage
from sevensteps.temporal import ASKED

PAGE = 50
LARGEST_PAGE = 1000
MOST_IDS = 1000
MOST_SIGNPOSTS = 20
LONGEST_SIGNPOST = 200
FACTS_OF_ADVOCACY = (
    "understanding",
    "retaining",
    "weighing",
    "communicating",
    "appropriate_person",
    "hospital_28_days",
    "care_home_8_weeks",
    "dispute_both_agree",
    "advocate_best_interests",
)


def case_message(case: Case) -> pb.Case:
    """A case as it goes on the wire."""
    return pb.Case(
        case_id=case.case_id,
        council=case.council,
        kind=number_of(pb.CaseKind, case.kind),
        person_reference=case.person_reference,
        round=case.round,
        assessment_open=case.assessment_open,
        assessment_due=case.assessment_due.isoformat(),
        on_hold=case.on_hold,
        ending=number_of(pb.Ending, case.ending),
        ended_on=case.ended_on.isoformat() if case.ended_on else "",
        etag=str(case.version),
        opened_by=case.opened_by,
        another_because=case.another_because or "",
        linked_case_id=case.linked_case_id,
        opened_at=moment(case.opened_at),
        team=case.team,
    )


def council_named(request: pb.GetCouncilRequest, actor: Actor) -> str:
    """The council asked for, or else the actor's own. Raises a Fault (INVALID) where that is every council."""
    fields = Fields()
    name = fields.text("council", request.council, limit=LONGEST_COUNCIL, may_be_empty=True) or actor.council
    if name == EVERY_COUNCIL:
        fields.wrong("council", "must be given: the token is for every council")
    fields.check()
    return name


def council_message(council: Council, pack_hash: str) -> pb.Council:
    """A council's choices as they go on the wire, with the hash of the pack in force."""
    return pb.Council(
        council=council.name,
        title=council.title,
        jurisdiction=council.jurisdiction,
        pack=council.pack,
        pack_hash=pack_hash,
        publishing_needs_two=council.publishing_needs_two,
        repairs_by_two=sorted(council.repairs_by_two),
        teams=council.teams,
        plan_templates=council.plan_templates,
        contact_points=[
            pb.ContactPoint(
                purpose=number_of(pb.ContactPurpose, point.purpose),
                name=point.name,
                telephone=point.telephone,
                email=point.email,
                web=point.web,
                hours=point.hours,
            )
            for point in council.contact_points
        ],
    )


def case_opening_of(request: pb.OpenCaseRequest, fields: Fields) -> CaseOpening:
    """The opening of a case."""
    because = request.another_because
    return CaseOpening(
        kind=fields.choice("kind", request.kind, pb.CaseKind),
        person_reference=fields.reference("person_reference", request.person_reference),
        another_because=fields.text("another_because", because, limit=LONGEST_REASON) if because else None,
        linked_case_id=fields.id("linked_case_id", request.linked_case_id) if request.linked_case_id else "",
    )


def cases_wanted(request: pb.ListCasesRequest) -> tuple[int, CasesWanted]:
    """How many cases are to be listed at most, and which. Raises a Fault (INVALID) that names wrong fields."""
    fields, reference = Fields(), request.person_reference
    size = fields.page_size(request.page_size, default=PAGE, largest=LARGEST_PAGE)
    wanted = CasesWanted(
        open_only=request.open_only,
        person_reference=fields.reference("person_reference", reference) if reference else "",
        same_person=request.same_person,
        linked_case_id=fields.id("linked_case_id", request.linked_case_id) if request.linked_case_id else "",
        open_or_waiting=request.open_or_waiting,
        case_ids=tuple(request.case_ids),
    )
    if len(request.case_ids) > MOST_IDS:
        fields.wrong("case_ids", f"must be at most {MOST_IDS}")
    fields.check()
    return size, wanted


def urgent_support_of(request: pb.RecordUrgentSupportRequest, fields: Fields) -> UrgentSupport:
    """The urgent needs that are met before the assessment."""
    return UrgentSupport(
        needs=fields.needs("needs", request.needs),
        weekly=fields.weekly("weekly", request.weekly),
        starts_on=fields.day("starts_on", request.starts_on, earliest=clock.in_years(-1), latest=clock.in_years(1)),
        because=fields.text("because", request.because),
    )


def self_assessment_of(request: pb.RecordSelfAssessmentRequest, fields: Fields) -> SelfAssessment:
    """The person's self-assessment."""
    return SelfAssessment(
        help=fields.choice("help", request.help, pb.SelfAssessmentHelp),
        own_words=fields.text("own_words", request.own_words),
    )


def advocacy_facts_of(request: pb.ConsiderAdvocacyRequest, _: Fields) -> dict[str, Json]:
    """The facts on which it depends whether an advocate must be arranged."""
    return answers_of(request, *FACTS_OF_ADVOCACY)


def confirmation_of(request: pb.ConfirmDeterminationRequest, fields: Fields) -> Confirmation:
    """With what a practitioner confirms a determination."""
    fields.given("determination_id", request.determination_id)
    return Confirmation(
        reasons=fields.text("reasons", request.reasons),
        duty_because=fields.text("duty_because", request.duty_because, limit=LONGEST_REASON, may_be_empty=True),
        departures=departures_of(request, fields),
    )


def points_of(request: pb.GiveIndicativeBudgetRequest, fields: Fields) -> Points:
    """The points, and the practitioner's own figure where they are above the table."""
    if request.points < 0:
        fields.wrong("points", "must be 0 or more")
    by_practitioner = None
    if request.weekly_by_practitioner:
        by_practitioner = fields.weekly("weekly_by_practitioner", request.weekly_by_practitioner, above_zero=True)
    return Points(request.points, by_practitioner)


def advice_of(request: pb.GiveAdviceRequest, fields: Fields) -> Advice:
    """What somebody who is not eligible is given in writing."""
    return Advice(
        written_reasons=fields.text("written_reasons", request.written_reasons),
        advice=fields.text("advice", request.advice),
        how_to_ask_again=fields.text("how_to_ask_again", request.how_to_ask_again),
        options=_options_of(request, fields),
        signposts=_signposts_of(request, fields),
    )


def _options_of(request: pb.GiveAdviceRequest, fields: Fields) -> tuple[str, ...]:
    options = [fields.choice(f"options[{index}]", each, pb.AdviceOption) for index, each in enumerate(request.options)]
    if len(set(options)) != len(options):
        fields.wrong("options", "must not name an option twice")
    return tuple(options)


def _signposts_of(request: pb.GiveAdviceRequest, fields: Fields) -> tuple[Signpost, ...]:
    if len(request.signposts) > MOST_SIGNPOSTS:
        fields.wrong("signposts", f"must be at most {MOST_SIGNPOSTS}")
    return tuple(
        Signpost(
            fields.text(f"signposts[{index}].whereto", each.whereto, limit=LONGEST_SIGNPOST),
            fields.text(f"signposts[{index}].helps_with", each.helps_with, limit=LONGEST_SIGNPOST),
        )
        for index, each in enumerate(request.signposts)
    )


def given_of(request: pb.GiveWrittenRecordRequest, fields: Fields) -> Given:
    """When and how the written record was given."""
    return Given(_given_on(request.given_on, fields), fields.choice("how", request.how, pb.GivenBy))


def advice_given_of(request: pb.GiveAdviceRequest, fields: Fields) -> tuple[Advice, Given]:
    """What somebody who is not eligible is given in writing, when, and how if that is said."""
    how = fields.choice("how", request.how, pb.GivenBy) if request.how else ""
    return advice_of(request, fields), Given(_given_on(request.given_on, fields), how)


def _given_on(given_on: str, fields: Fields) -> date | None:
    earliest, today = clock.in_years(-1), clock.today()
    return fields.day("given_on", given_on, earliest=earliest, latest=today) if given_on else None


def hold_of(request: pb.PlaceHoldRequest, fields: Fields) -> tuple[str, str]:
    """Why a case is put on hold, by its short name and in words."""
    return fields.choice("reason", request.reason, pb.HoldReason), _because(request.because, fields)


def release_of(request: pb.ReleaseHoldRequest, fields: Fields) -> str:
    """Why a hold is released, in words."""
    return _because(request.because, fields)


def resumption_of(request: pb.ResumeCaseRequest, fields: Fields) -> CaseResumed:
    """What was mended, and what the journey is to do."""
    because = fields.text("because", request.because, limit=LONGEST_REASON)
    ask = Ask.named(request.skips, request.turn)
    if ask.operation:
        fields.among("skips", ask.operation, ASKED)
    if ask.is_opening:
        fields.count("turn", ask.turn)
    return CaseResumed(because, request.replay, ask.operation, ask.turn)


def end_of(request: pb.EndCaseRequest, fields: Fields) -> tuple[str, date | None, str]:
    """How a case ends, by its short name, its last day (None for today), and why, in words."""
    ending = fields.choice("ending", request.ending, pb.Ending)
    earliest, today = clock.in_years(-1), clock.today()
    ended_on = fields.day("ended_on", request.ended_on, earliest=earliest, latest=today) if request.ended_on else None
    return ending, ended_on, _because(request.because, fields)


def assignment_of(request: pb.AssignCaseRequest, fields: Fields) -> tuple[str, str]:
    """The team that is to look after a case, and why, in words."""
    team = fields.text("team", request.team, limit=LONGEST_TEAM)
    return team, fields.text("because", request.because, limit=LONGEST_REASON)


def escalation_of(request: pb.EscalateCaseRequest, fields: Fields) -> tuple[str, str]:
    """The role before which a case is brought, and why, in words."""
    role = fields.among("role", request.role, SIGNING)
    return role, fields.text("because", request.because, limit=LONGEST_REASON)


def _because(because: str, fields: Fields) -> str:
    return fields.text("because", because, limit=LONGEST_REASON, may_be_empty=True)


def round_opening_of(request: pb.OpenAssessmentRequest, fields: Fields) -> RoundOpening:
    """The opening of a further assessment round."""
    return RoundOpening(
        number=fields.count("round", request.round), opened_on=fields.day("opened_on", request.opened_on)
    )


def passed_date_of(request: pb.RecordOverdueRequest, fields: Fields) -> tuple[PassedDate, str]:
    """The date that has passed or is near, and of which clock where it is not that of the step."""
    clock_ = fields.among("clock", request.clock, WrittenKind) if request.clock else ""
    return overdue.passed_date_of(request, fields, Stage.MONEY_FOUND), clock_
