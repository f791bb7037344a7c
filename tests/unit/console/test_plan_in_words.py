"""Plans and approvals in words."""

from decimal import Decimal

import pytest

from console.approval_in_words import level_in_words, money_in_words
from console.plan_in_words import HELPERS, POINTS, QUESTIONS, USES, plan_in_words
from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.fields import short_name
from sevensteps.policy.packs.answer_words import AnswerWords
from sevensteps.support_plan import TEMPLATES


def test_there_are_words_for_all_that_a_plan_can_say() -> None:
    """For every question, use and helper of the contract, and for none that it has not."""
    assert set(QUESTIONS) == {question for questions in TEMPLATES.values() for question in questions}
    assert set(USES) == {short_name(pb.Use, number) for number in pb.Use.values() if number}
    assert set(HELPERS) == {short_name(pb.PlanHelper, number) for number in pb.PlanHelper.values() if number}
    assert POINTS.keys() <= set(pb.Plan.DESCRIPTOR.fields_by_name)


def test_what_is_not_recorded_is_told_to_be_not_known() -> None:
    """Missing is never no; what is asked only of those who lack capacity is left out for others."""
    plan = pb.Plan(template=pb.TEMPLATE_SIX, person_involved=False)
    points = dict(plan_in_words(plan).points)
    assert points[POINTS["person_involved"]] == "no"
    assert points[POINTS["risks_considered"]] == "not known"
    assert POINTS["interested_involved"] not in points
    plan.lacks_capacity = True
    assert dict(plan_in_words(plan).points)[POINTS["interested_involved"]] == "not known"


def test_a_line_tells_what_is_to_be_known_of_it() -> None:
    """What it is for, how it is held, and what comes on top."""
    line = pb.SpendLine(
        line_id="l1",
        text="A room by the sea",
        needs=["nutrition"],
        use=pb.USE_CARE_HOME,
        weekly="1200.50",
        care_home_weeks=3,
        direct_payment=False,
        beyond_needs="20.00",
    )
    [told] = plan_in_words(pb.Plan(lines=[line])).lines
    assert (told.weekly, told.needs) == ("£1,200.50", "nutrition")
    assert list(told.more) == [
        "It is for: a stay in a care home",
        "It is not held as a direct payment",
        "3 weeks in a care home within twelve months",
        "£20.00 a week more, for what is wanted beyond the needs",
    ]


@pytest.mark.parametrize(
    ("asked", "indicated", "said"),
    [
        ("110.00", "100.00", "£10.00 a week more than the indicative budget (10 %)"),
        ("90.00", "100.00", "£10.00 a week less than the indicative budget (10 %)"),
        ("100.00", "100.00", "none: the plan costs what was indicated"),
        ("10.00", "0.00", "£10.00 a week more than the indicative budget"),
    ],
)
def test_the_difference_from_what_was_indicated_is_told(asked: str, indicated: str, said: str) -> None:
    """In pounds, and in per cent where there is anything to be over."""
    approval = approval_pb2.Approval(personal_budget_weekly=asked, indicative_weekly=indicated)
    money = dict(money_in_words(approval, None))
    assert money["Difference"] == said
    assert f"{Decimal(asked) * 52:,} a year" in money["Personal budget asked for"]
    assert "Personal budget agreed last" not in money
    agreed = money_in_words(approval, pb.Planning(personal_budget_weekly="80.00"))
    assert ("Personal budget agreed last", "£80.00 a week") in agreed


def test_a_level_of_which_the_pack_says_nothing_is_told_by_its_name() -> None:
    """As one of an older pack."""
    approval = approval_pb2.Approval(level="L9")
    assert level_in_words(approval, AnswerWords()) == "Level L9."
    assert level_in_words(approval, AnswerWords(rows={"L9": "All sign."})) == "Level L9. All sign."
