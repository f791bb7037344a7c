"""What a plan says, and when it is complete."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.planning.domain.plan import Content, Plan, ensure_begun
from sevensteps.errors import Fault, Kind
from sevensteps.money import Frequency
from sevensteps.support_plan import TEMPLATES, SpendLine

LINE = SpendLine(
    "l1",
    "Swimming",
    ("recreation", "community"),
    "general",
    Decimal("12.50"),
    necessary_override=False,
    care_home_weeks=None,
)
CONTENT = Content(
    template="six",
    answers=dict.fromkeys(TEMPLATES["six"], "yes"),
    lines=(LINE, replace(LINE, line_id="l2", needs=("community", "nutrition"), weekly=Decimal("0.10"))),
    met_otherwise=(),
    helper="self",
    risks_considered=True,
    person_involved=True,
    advocate_considered=None,
    review_on=date(2027, 5, 1),
    top_up=Decimal("0.00"),
)
NOTHING = Decimal("0.00")
ELIGIBLE = ("nutrition", "recreation", "community")


def test_the_templates_are_the_two_of_the_field() -> None:
    """Six questions or nine, none twice."""
    assert [len(set(questions)) for questions in TEMPLATES.values()] == [6, 9]


def test_what_is_asked_for_is_the_sum_of_the_lines() -> None:
    """To the penny, and nothing without lines."""
    assert CONTENT.weekly == Decimal("12.60")
    assert replace(CONTENT, lines=()).weekly == Decimal(0)


def test_a_need_that_two_lines_pay_for_is_funded_once() -> None:
    """In the order in which the lines name them."""
    assert CONTENT.funded_needs == ("recreation", "community", "nutrition")


def test_saving_replaces_the_content_and_adds_the_writer_once() -> None:
    """Whoever saved an earlier draft stays on record."""
    first = Plan.begin("case-1", 1, CONTENT, "pat")
    second = first.save(replace(CONTENT, lines=()), "dee")
    third = second.save(CONTENT, "pat")
    assert third == replace(first, written_by=("pat", "dee"))


def test_submitting_needs_a_draft() -> None:
    """STAGE_ORDER, naming SavePlan."""
    with pytest.raises(Fault, match="SavePlan must come first") as refusal:
        ensure_begun(None, "case-1")
    assert (refusal.value.kind, refusal.value.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


@pytest.mark.parametrize("question", TEMPLATES["six"])
def test_submitting_needs_every_question_answered(question: str) -> None:
    """Each question counts, and the one without an answer is named."""
    answers = {**CONTENT.answers, question: " "}
    draft = Plan.begin("case-1", 1, replace(CONTENT, answers=answers), "pat")
    with pytest.raises(Fault) as refusal:
        draft.submit(ELIGIBLE, "pat")
    assert refusal.value.reason == "QUESTIONS_UNANSWERED"
    assert refusal.value.metadata["questions"] == question


def test_a_plan_may_name_needs_that_are_not_eligible() -> None:
    """The council may meet them (s.19(1)), so an approver judges that; what is eligible has to be planned for."""
    draft = Plan.begin("case-1", 1, CONTENT, "pat")
    assert draft.submit(("recreation",), "pat").submitted
    with pytest.raises(Fault) as refusal:
        replace(draft, content=replace(CONTENT, lines=(), met_otherwise=("hygiene",))).submit(("recreation",), "pat")
    assert refusal.value.reason == "NOTHING_PLANNED"


def test_a_further_version_is_a_draft_of_the_same_people() -> None:
    """It says what the last one said. Whoever wrote that counts as a writer of this one, and may not sign it."""
    further = (
        Plan.begin("case-1", 1, CONTENT, "pat").submit(ELIGIBLE, "dee").continue_as(2, agreed=True, own_money=False)
    )
    assert (further.version, further.submitted, further.written_by) == (2, False, ("pat", "dee"))
    assert further.content == CONTENT


@pytest.mark.item(83)
def test_what_an_agreed_plan_spends_once_is_not_asked_for_again() -> None:
    """A returned plan keeps it: nothing was paid yet."""
    car = replace(LINE, line_id="l9", weekly=NOTHING, amount=Decimal("900.00"), frequency=Frequency.ONCE)
    plan = Plan.begin("case-1", 1, replace(CONTENT, lines=(*CONTENT.lines, car)), "pat")
    assert (plan.content.cost.once, plan.content.weekly) == (Decimal("900.00"), CONTENT.weekly)
    assert car in plan.continue_as(2, agreed=False, own_money=False).content.lines
    assert plan.continue_as(2, agreed=True, own_money=False).content.lines == CONTENT.lines


@pytest.mark.item(8)
def test_the_council_is_asked_for_nothing_where_the_person_pays() -> None:
    """What it costs is known all the same; no need waits for the council's support."""
    plan = Plan.begin("case-1", 1, replace(CONTENT, own_money=True), "pat")
    assert (plan.content.weekly, plan.content.once, plan.content.funded_needs) == (NOTHING, NOTHING, ())
    assert plan.content.cost.weekly == CONTENT.weekly
