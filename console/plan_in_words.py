"""A support plan as a page tells it: its questions, its lines, who made it, and what it records by yes or no."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.fields import if_given, short_name
from sevensteps.money import pounds_in_words
from sevensteps.policy.model.values_in_words import value_in_words
from sevensteps.support_plan import TEMPLATES

QUESTIONS: Mapping[str, str] = {
    "important": "What is important",
    "change": "What is to change",
    "achieve": "What is to be achieved",
    "supported": "How the person is supported",
    "spend": "How the money is spent",
    "manage": "How the support is managed",
    "control": "How the person stays in control",
    "happen": "How the plan is made to happen",
    "next": "What is done next",
    "look": "When the plan is looked at again",
}
"""The questions that a plan answers, by id."""
HELPERS: Mapping[str, str] = {
    "self": "the person alone",
    "friend": "the person with a friend",
    "family": "the person with family",
    "broker": "the person with a paid broker",
    "practitioner": "the person with a care manager or social worker",
    "advocate": "the person with an advocate",
    "current_supporter": "the person with somebody who supports them now",
}
"""Who made a plan."""
USES: Mapping[str, str] = {
    "general": "",
    "gambling": "gambling",
    "debt": "paying back a debt",
    "alcohol": "alcohol",
    "tobacco": "tobacco",
    "illegal": "something illegal",
    "harm": "something that does harm",
    "nhs": "what only the NHS may provide",
    "care_home": "a stay in a care home",
    "close_family": "paying close family for care",
    "housing": "what the housing authority has to provide",
    "care_home_long_term": "living in a care home for good",
    "council_service": "the council's own service",
    "local_list": "on the council's list of unusual uses",
    "close_family_administration": "paying close family to manage a direct payment",
}
"""What a line is for, where the law or the council treats it in its own way."""
POINTS: Mapping[str, str] = {
    "person_involved": "The person took part (s.25(3))",
    "advocate_considered": "It was decided whether an advocate is needed (s.67)",
    "risks_considered": "Risks were looked at together, and what to do is written down",
    "advice_given": "It has advice on meeting, reducing, preventing or delaying needs (s.25(1)(f))",
    "interested_involved": "Others interested in their welfare took part (s.25(3)(c))",
    "complex": "It is complex or risky, so that it is reviewed more often",
}
"""What a plan records by yes or no."""
INTERESTED = "interested_involved"
"""Asked only of a plan of somebody who lacks the capacity to ask for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of spending in words; `more` is what is to be known of it besides."""

    line_id: str
    text: str
    needs: str
    weekly: str
    more: Sequence[str]


@dataclass(frozen=True, slots=True)
class PlanInWords:
    """A plan. `points` are what it records, each with yes, no or not known."""

    helper: str
    answers: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    met_otherwise: str
    top_up: str
    review_on: str
    points: Sequence[tuple[str, str]]


def plan_in_words(plan: pb.Plan) -> PlanInWords:
    """A plan as the person wrote it, its questions in the order of its template."""
    template = TEMPLATES.get(short_name(pb.Template, plan.template), ())
    return PlanInWords(
        helper=HELPERS.get(short_name(pb.PlanHelper, plan.helper), ""),
        answers=[(QUESTIONS[each], plan.answers.get(each, "")) for each in template],
        lines=[_line(line) for line in plan.lines],
        met_otherwise=value_in_words([*plan.met_otherwise]),
        top_up=pounds_in_words(plan.top_up) if plan.top_up not in {"", "0.00"} else "",
        review_on=value_in_words(plan.review_on) if plan.review_on else "",
        points=[*_points(plan)],
    )


def _line(line: pb.SpendLine) -> Line:
    return Line(line.line_id, line.text, value_in_words([*line.needs]), pounds_in_words(line.weekly), [*_of_line(line)])


def _of_line(line: pb.SpendLine) -> Iterator[str]:
    if use := USES.get(short_name(pb.Use, line.use), ""):
        yield f"It is for: {use}"
    if line.HasField("direct_payment"):
        yield "It is to be held as a direct payment" if line.direct_payment else "It is not held as a direct payment"
    if line.HasField("care_home_weeks"):
        yield f"{line.care_home_weeks} weeks in a care home within twelve months"
    if line.necessary_override:
        yield "It is recorded as necessary to pay close family (SI 2014/2871, reg 3)"
    if line.beyond_needs not in {"", "0.00"}:
        yield f"{pounds_in_words(line.beyond_needs)} a week more, for what is wanted beyond the needs"


def _points(plan: pb.Plan) -> Iterator[tuple[str, str]]:
    for name, words in POINTS.items():
        if name != INTERESTED or plan.lacks_capacity:
            yield words, value_in_words(if_given(plan, name))
