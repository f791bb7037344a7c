"""Step 2: the plan is opened, saved, submitted, and goes on as a further version."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from integration.planning.acting import without_capacity
from integration.planning.case import NEEDS, OPENED_ON, PlanningCase, in_days, new_request
from servers.services import Running, refusal_of
from sevensteps import clock
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role


async def test_opening_the_first_plan_begins_planning(case: PlanningCase) -> None:
    """Step 2 is open with its needs, its indicative budget and its date; there is no plan yet."""
    opened = await case.journey.OpenPlan(case.opening_of_plan())
    stands = await case.stands()
    assert opened.due_on == stands.due_on == "2026-11-30"
    assert stands.open_stage == "plan_made"
    assert list(stands.eligible_needs) == list(NEEDS)
    assert stands.indicative_weekly == "82.91"
    assert not stands.personal_budget_weekly
    assert not stands.HasField("plan")
    assert await case.events() == [("plan.opened.v1", {"version": 1, "due_on": "2026-11-30"})]


async def test_needs_that_a_carer_meets_can_be_read(case: PlanningCase) -> None:
    """They stay needs to plan for. One that is no eligible need is refused, also for a further version."""
    first = case.opening_of_plan()
    first.met_by_carer.append("community")
    await case.journey.OpenPlan(first)
    stands = await case.stands()
    assert (list(stands.eligible_needs), list(stands.met_by_carer)) == (list(NEEDS), ["community"])
    wrong = case.opening_of_plan(version=2, needs=["nutrition"])
    wrong.met_by_carer.append("community")
    refusal = await refusal_of(case.journey.OpenPlan(wrong))
    assert [violation.field for violation in refusal.violations] == ["met_by_carer[0]"]


async def test_opening_again_answers_the_same_and_opens_nothing(case: PlanningCase) -> None:
    """The journey may ask again with another request id, even of a step long done: same answer, no second event."""
    await case.organise()
    before = await case.events()
    first = (await case.stands()).etag
    assert (await case.journey.OpenPlan(case.opening_of_plan())).due_on == "2026-11-30"
    assert (await case.journey.OpenMoney(case.opening_of_money())).due_on == "2026-11-16"
    assert (await case.journey.OpenSupport(case.opening_of_support())).due_on == "2026-11-30"
    assert await case.events() == before
    assert (await case.stands()).etag == first


async def test_a_draft_is_saved_as_often_as_wanted(case: PlanningCase) -> None:
    """The last draft stands. It is answered as it was sent, and its event holds amounts only."""
    await case.open_plan()
    await case.pat.SavePlan(await case.draft())
    request = await case.draft()
    request.lines[0].weekly = "41.5"
    request.ClearField("risks_considered")
    request.person_involved = False
    request.advice_given = False
    request.complex = False
    request.top_up = "5"
    request.met_otherwise.append("community")
    request.lines[0].direct_payment = False
    request.lines[1].beyond_needs = "2.5"
    plan = (await case.pat.SavePlan(request)).planning.plan
    assert (plan.version, plan.state) == (1, pb.PLAN_STATE_DRAFT)
    assert plan.answers == request.answers
    assert plan.weekly == "61.50"
    assert [line.beyond_needs for line in plan.lines] == ["0.00", "2.50"]
    assert [line.weekly for line in plan.lines] == ["41.50", "20.00"]
    assert [line.text for line in plan.lines] == ["Help with cooking", "A choir and the bus"]
    assert [(line.HasField("direct_payment"), line.direct_payment) for line in plan.lines] == [
        (True, False),
        (False, False),
    ]
    assert not plan.HasField("risks_considered")
    assert plan.HasField("person_involved")
    assert plan.person_involved is False
    assert (plan.HasField("advice_given"), plan.advice_given) == (True, False)
    assert (plan.HasField("complex"), plan.complex) == (True, False)
    assert plan.top_up == "5.00"
    assert plan.review_on == in_days(180)
    assert list(plan.met_otherwise) == ["community"]
    assert plan.helper == pb.PLAN_HELPER_FAMILY
    assert (await case.events())[1:] == [
        ("plan.saved.v1", {"version": 1, "weekly": "60.00", "once": "0.00"}),
        ("plan.saved.v1", {"version": 1, "weekly": "61.50", "once": "0.00"}),
    ]


async def test_how_long_a_stay_in_a_care_home_is_comes_back_as_given(case: PlanningCase) -> None:
    """0 weeks in a care home is an answer; a value that was left out stays unknown, in the next version too."""
    await case.open_plan()
    request = await case.draft()
    for spend_line in request.lines:
        spend_line.use = pb.USE_CARE_HOME
    request.lines[0].care_home_weeks = 0
    await case.pat.SavePlan(request)
    lines = (await case.stands()).plan.lines
    assert (lines[0].HasField("care_home_weeks"), lines[0].care_home_weeks) == (True, 0)
    assert not lines[1].HasField("care_home_weeks")
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenPlan(case.opening_of_plan(version=2))
    assert (await case.stands()).plan.lines == lines


async def test_a_submitted_plan_ends_step_2_and_can_no_longer_change(case: PlanningCase) -> None:
    """The version is fixed, everybody who wrote it is on record, and an event says so."""
    await case.open_plan()
    await case.pat.SavePlan(await case.draft())
    planning = (await case.pat.SubmitPlan(await case.submission())).planning
    assert planning.plan.state == pb.PLAN_STATE_SUBMITTED
    assert (planning.open_stage, planning.due_on) == ("", "")
    assert (await case.events())[-1] == (
        "plan.submitted.v1",
        {"version": 1, "weekly": "60.00", "once": "0.00", "review_on": in_days(180)},
    )
    for call in (case.pat.SavePlan(await case.draft()), case.pat.SubmitPlan(await case.submission())):
        refusal = await refusal_of(call)
        assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
        assert "ReturnPlan" in refusal.detail


async def test_everybody_who_wrote_a_version_is_on_record(case: PlanningCase, planning: Running) -> None:
    """Whoever saved or submitted this version or the one before, each once: approval must know whom to refuse."""
    dee = PlanningCase(planning)
    dee.case_id = case.case_id
    dee.pat = planning.stub(type(case.pat), planning.token("dee", Role.PRACTITIONER))
    await case.open_plan()
    await case.pat.SavePlan(await case.draft())
    await case.pat.SavePlan(await case.draft())
    submitted = (await dee.pat.SubmitPlan(await case.submission())).planning
    assert list(submitted.plan.written_by) == ["pat", "dee"]
    await case.journey.OpenPlan(case.opening_of_plan(version=2))
    assert list((await case.stands()).plan.written_by) == ["pat", "dee"]
    await dee.pat.SavePlan(await case.draft())
    assert list((await case.stands()).plan.written_by) == ["pat", "dee"]


async def test_a_further_version_begins_with_what_the_last_one_said(case: PlanningCase) -> None:
    """A returned plan goes on as the next version; the earlier one stays as it was."""
    await case.submit_plan()
    first = (await case.stands()).plan
    await case.journey.OpenPlan(case.opening_of_plan(version=2))
    second = (await case.stands()).plan
    assert (second.version, second.state) == (2, pb.PLAN_STATE_DRAFT)
    assert second.answers == first.answers
    assert second.lines == first.lines
    request = await case.draft()
    request.lines[0].weekly = "1.00"
    await case.pat.SavePlan(request)
    kept = await case.pat.GetPlan(pb.GetPlanRequest(case_id=case.case_id, version=1))
    newest = await case.pat.GetPlan(pb.GetPlanRequest(case_id=case.case_id))
    assert kept.plan == first
    assert (newest.plan.version, newest.plan.weekly) == (2, "21.00")


@pytest.mark.item(33, 34, 47)
async def test_the_questions_are_those_of_the_template(case: PlanningCase) -> None:
    """A question of one template is refused in a plan of the other."""
    await case.open_plan()
    request = await case.draft()
    request.template = pb.TEMPLATE_NINE
    refusal = await refusal_of(case.pat.SavePlan(request))
    assert [violation.field for violation in refusal.violations] == ["answers[next]"]
    del request.answers["next"]
    assert (await case.pat.SavePlan(request)).planning.plan.template == pb.TEMPLATE_NINE
    refusal = await refusal_of(case.pat.SubmitPlan(await case.submission()))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "QUESTIONS_UNANSWERED")
    assert refusal.metadata["questions"] == "achieve,supported,happen,look"
    assert "achieve, supported, happen, look" in refusal.detail


async def test_a_blank_answer_is_no_answer(case: PlanningCase) -> None:
    """A draft may leave a question open; a submitted plan may not."""
    await case.open_plan()
    request = await case.draft()
    request.answers["control"] = " \n"
    await case.pat.SavePlan(request)
    refusal = await refusal_of(case.pat.SubmitPlan(await case.submission()))
    assert refusal.metadata["questions"] == "control"


async def test_a_plan_without_lines_needs_every_need_met_otherwise(case: PlanningCase) -> None:
    """A plan without a line is accepted only where others meet every need."""
    await case.open_plan()
    request = await case.draft()
    del request.lines[:]
    request.met_otherwise.append("nutrition")
    await case.pat.SavePlan(request)
    refusal = await refusal_of(case.pat.SubmitPlan(await case.submission()))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "NOTHING_PLANNED")
    request.met_otherwise.append("community")
    request.request_id = new_request()
    request.etag = (await case.stands()).etag
    await case.pat.SavePlan(request)
    submitted = (await case.pat.SubmitPlan(await case.submission())).planning.plan
    assert submitted.weekly == "0.00"


async def test_a_plan_without_lines_leaves_to_a_carer_what_the_carer_meets(case: PlanningCase) -> None:
    """Step 1 found that a willing carer meets the need (s.18(7)): nobody has to say so again."""
    opening = case.opening_of_plan()
    opening.met_by_carer.append("community")
    await case.journey.OpenPlan(opening)
    request = await case.draft()
    del request.lines[:]
    await case.pat.SavePlan(request)
    assert (await refusal_of(case.pat.SubmitPlan(await case.submission()))).reason == "NOTHING_PLANNED"
    request.met_otherwise.append("nutrition")
    request.request_id, request.etag = new_request(), (await case.stands()).etag
    await case.pat.SavePlan(request)
    assert (await case.pat.SubmitPlan(await case.submission())).planning.plan.weekly == "0.00"


async def test_a_plan_may_be_for_a_need_that_is_not_eligible(case: PlanningCase) -> None:
    """The council may meet it (s.19(1)), and an approver judges that."""
    await case.open_plan()
    request = await case.draft()
    request.lines[1].needs.append("hygiene")
    request.met_otherwise.append("toilet")
    saved = (await case.pat.SavePlan(request)).planning.plan
    assert "hygiene" in saved.lines[1].needs
    assert list(saved.met_otherwise) == ["toilet"]


async def test_a_reassessment_that_takes_a_need_away_leaves_the_old_line(case: PlanningCase) -> None:
    """The further version begins as a copy; whether to go on with what is no longer eligible is judged at step 3."""
    await case.organise()
    await case.journey.OpenPlan(case.opening_of_plan(version=2, needs=["nutrition"]))
    submitted = (await case.pat.SubmitPlan(await case.submission())).planning.plan
    assert "community" in {need for line in submitted.lines for need in line.needs}


@pytest.mark.parametrize("involved", [True, False, None])
async def test_a_plan_says_whether_others_who_are_interested_were_involved(
    case: PlanningCase, *, involved: bool | None
) -> None:
    """Of somebody without the capacity to ask for them; where nobody says anything, capacity is presumed."""
    await without_capacity(case)
    await case.open_plan()
    assert not (await case.pat.SavePlan(await case.draft())).planning.plan.lacks_capacity
    request = await case.draft()
    request.lacks_capacity = True
    if involved is not None:
        request.interested_involved = involved
    plan = (await case.pat.SavePlan(request)).planning.plan
    assert plan.lacks_capacity
    assert (plan.interested_involved if plan.HasField("interested_involved") else None) is involved


Spoil = Callable[[pb.SavePlanRequest], object]


def _line(name: str, value: object) -> Spoil:
    return lambda request: setattr(request.lines[1], name, value)


def _plan(name: str, value: object) -> Spoil:
    return lambda request: setattr(request, name, value)


def _stay(weeks: int) -> Spoil:
    def spoil(request: pb.SavePlanRequest) -> None:
        request.lines[1].use = pb.USE_CARE_HOME
        request.lines[1].care_home_weeks = weeks

    return spoil


WRONG: dict[str, tuple[Spoil, str]] = {
    "negative": (_line("weekly", "-1.00"), "lines[1].weekly"),
    "three decimals": (_line("weekly", "1.234"), "lines[1].weekly"),
    "text": (_line("weekly", "twenty"), "lines[1].weekly"),
    "NaN": (_line("weekly", "NaN"), "lines[1].weekly"),
    "negative beyond the needs": (_line("beyond_needs", "-1.00"), "lines[1].beyond_needs"),
    "no amount": (_line("weekly", ""), "lines[1].weekly"),
    "other digits": (_line("weekly", "٢٠"), "lines[1].weekly"),
    "no use": (_line("use", 0), "lines[1].use"),
    "unknown use": (_line("use", 99), "lines[1].use"),
    "weeks of no care home": (_line("care_home_weeks", 3), "lines[1].care_home_weeks"),
    "less than no weeks": (_stay(-1), "lines[1].care_home_weeks"),
    "more weeks than a year has": (_stay(53), "lines[1].care_home_weeks"),
    "no text": (_line("text", " "), "lines[1].text"),
    "no line id": (_line("line_id", ""), "lines[1].line_id"),
    "a line id of two words": (_line("line_id", "line 1"), "lines[1].line_id"),
    "a line id with a dot": (_line("line_id", "1.1"), "lines[1].line_id"),
    "a line id with an accent": (_line("line_id", "é"), "lines[1].line_id"),
    "a line id too long": (_line("line_id", "x" * 65), "lines[1].line_id"),
    "a line that is more a week than a year's money may be": (_line("weekly", "1000000.01"), "lines[1].weekly"),
    "lines that are too much together": (_line("weekly", "999999.99"), "lines"),
    "a top-up that is too much": (_plan("top_up", "1000000.01"), "top_up"),
    "too many lines": (lambda request: request.lines.extend([request.lines[0]] * 199), "lines"),
    "a line id twice": (_line("line_id", "l1"), "lines[1].line_id"),
    "unknown need": (lambda request: request.lines[1].needs.append("wings"), "lines[1].needs[1]"),
    "a need twice": (lambda request: request.lines[1].needs.append("community"), "lines[1].needs"),
    "met otherwise, an unknown need": (lambda request: request.met_otherwise.append("wings"), "met_otherwise[0]"),
    "no template": (_plan("template", 0), "template"),
    "unknown template": (_plan("template", 7), "template"),
    "unknown helper": (_plan("helper", 99), "helper"),
    "question of no template": (lambda request: request.answers.update({"foo": "bar"}), "answers[foo]"),
    "what is no question at all": (lambda request: request.answers.update({"Ada has": "bar"}), "answers[...]"),
    "answer with NUL": (lambda request: request.answers.update({"change": "\0"}), "answers[change]"),
    "answer too long": (lambda request: request.answers.update({"change": "x" * 20_001}), "answers[change]"),
    "date in a wrong form": (_plan("review_on", "01/05/2027"), "review_on"),
    "date that is none": (_plan("review_on", "2027-02-30"), "review_on"),
    "a day that is past": (_plan("review_on", in_days(-1)), "review_on"),
    "a day too far ahead": (_plan("review_on", in_days(1200)), "review_on"),
    "top-up in a wrong form": (_plan("top_up", "£5"), "top_up"),
    "request id that is none": (_plan("request_id", "again"), "request_id"),
    "no etag": (_plan("etag", ""), "etag"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_field_is_named_with_its_path(case: PlanningCase, what: str) -> None:
    """INVALID_ARGUMENT with the path of the one field that is wrong; nothing is saved."""
    spoil, path = WRONG[what]
    await case.open_plan()
    request = await case.draft()
    spoil(request)
    refusal = await refusal_of(case.pat.SavePlan(request))
    assert (refusal.kind, refusal.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert [violation.field for violation in refusal.violations] == [path]
    assert not (await case.stands()).HasField("plan")


@pytest.mark.parametrize(("day", "refused"), [("2026-06-01", True), ("2026-06-02", False)])
async def test_a_day_is_past_when_it_is_in_the_united_kingdom(
    case: PlanningCase, monkeypatch: pytest.MonkeyPatch, day: str, *, refused: bool
) -> None:
    """Half an hour after midnight there the day before is past, though in UTC it is not."""
    await case.open_plan()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, 23, 30, tzinfo=UTC))
    request = await case.draft()
    request.review_on = day
    if refused:
        refusal = await refusal_of(case.pat.SavePlan(request))
        assert [violation.field for violation in refusal.violations] == ["review_on"]
    else:
        assert (await case.pat.SavePlan(request)).planning.plan.review_on == day


async def test_a_plan_has_a_size(case: PlanningCase) -> None:
    """A plan is answered and checked as a whole, so it may have 256 kB, whatever it consists of."""
    await case.open_plan()
    request = await case.draft()
    for number in range(198):
        request.lines.add(line_id=f"m{number}", text="é" * 1000, use=pb.USE_GENERAL, weekly="1.00")
    refusal = await refusal_of(case.pat.SavePlan(request))
    assert [violation.field for violation in refusal.violations] == ["plan"]
    assert not (await case.stands()).HasField("plan")


async def test_thousands_of_lines_are_refused_at_once(case: PlanningCase) -> None:
    """A plan with too many lines is refused before any line is read, so that other calls are not held up."""
    await case.open_plan()
    request = await case.draft()
    for number in range(20_000):
        request.lines.add(line_id=f"n{number}", text="x", use=pb.USE_GENERAL, weekly="wrong")
    begun = time.monotonic()
    refusal = await refusal_of(case.pat.SavePlan(request))
    assert [violation.field for violation in refusal.violations] == ["plan", "lines"]
    assert time.monotonic() - begun < 10


async def test_every_wrong_field_is_named_at_once(case: PlanningCase) -> None:
    """All wrong fields are listed at once, so that a plan is corrected in one go."""
    await case.open_plan()
    request = await case.draft()
    request.lines[0].weekly = "x"
    request.lines[1].weekly = "y"
    request.review_on = "z"
    refusal = await refusal_of(case.pat.SavePlan(request))
    assert {violation.field for violation in refusal.violations} == {"lines[0].weekly", "lines[1].weekly", "review_on"}


async def test_wrong_openings_are_refused(case: PlanningCase) -> None:
    """Versions are counted from 1 and none is skipped; a plan is not begun anew while one is open."""
    refusal = await refusal_of(case.journey.OpenPlan(case.opening_of_plan(version=0)))
    assert [violation.field for violation in refusal.violations] == ["version"]
    nothing = pb.OpenPlanRequest(request_id=new_request(), version=1)
    refusal = await refusal_of(case.journey.OpenPlan(nothing))
    assert {violation.field for violation in refusal.violations} == {
        "case_id",
        "council",
        "eligible_needs",
        "indicative_weekly",
        "opened_on",
    }
    await case.open_plan()
    for version in (2, 3):
        refusal = await refusal_of(case.journey.OpenPlan(case.opening_of_plan(version=version)))
        assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    await case.pat.SavePlan(await case.draft())
    await case.pat.SubmitPlan(await case.submission())
    refusal = await refusal_of(case.journey.OpenPlan(case.opening_of_plan(version=3)))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


async def test_a_plan_that_is_not_there_is_not_found(case: PlanningCase) -> None:
    """Before the first draft and for a version that was never made it is not found; a negative version is invalid."""
    await case.open_plan()
    for version in (0, 1, 2):
        refusal = await refusal_of(case.pat.GetPlan(pb.GetPlanRequest(case_id=case.case_id, version=version)))
        assert (refusal.kind, refusal.reason) == (Kind.NOT_FOUND, "PLAN_NOT_FOUND")
    refusal = await refusal_of(case.pat.GetPlan(pb.GetPlanRequest(case_id=case.case_id, version=-1)))
    assert [violation.field for violation in refusal.violations] == ["version"]
    assert (await case.stands()).due_on > OPENED_ON
