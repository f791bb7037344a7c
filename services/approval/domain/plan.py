"""A submitted plan as it reaches approval: the snapshot that is checked, and what it says to the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json
from sevensteps.representation import OwnDecision, Representation
from sevensteps.support_plan import TEMPLATES, SpendLine

QUESTIONS = tuple(dict.fromkeys(question for questions in TEMPLATES.values() for question in questions))
"""The questions of both templates, each once, as the rules know them."""

SETTINGS: Mapping[str, str] = {"care_home": "care_home", "care_home_long_term": "care_home"}
"""The setting of what a line is for, as the scheme of delegation narrows its limits to it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What of a plan, beside its cost, measures the authority that signing it takes.

    `overrides` is how many lines rest on the council's word that an exception is necessary.
    """

    overrides: int
    settings: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[tuple[str, bool]]) -> Self:
        """The measure of a plan's lines: for each its use, and whether it makes an exception."""
        listed = list(lines)
        settings = frozenset(SETTINGS[use] for use, _ in listed if use in SETTINGS)
        return cls(sum(override for _, override in listed), settings)


@dataclass(frozen=True, slots=True)
class SubmittedPlan:
    """One submitted version of a plan. Money in pounds a week, or pounds that are spent `once`.

    `weekly` and `once` are what the council is asked for: what meeting the needs costs. `top_up` is what others add for
    the rest. With `own_money` the person pays for all of it.
    """

    version: int
    template: str
    answered: frozenset[str]
    lines: tuple[SpendLine, ...]
    met_otherwise: tuple[str, ...]
    risks_considered: bool | None
    person_involved: bool | None
    advocate_considered: bool | None
    advice_given: bool | None
    lacks_capacity: bool
    interested_involved: bool | None
    weekly: Decimal
    once: Decimal
    own_money: bool
    top_up: Decimal
    written_by: tuple[str, ...]
    as_given: str
    """The whole plan as JSON text: what the approver had before them."""

    @property
    def measure(self) -> Measure:
        """What measures the authority that signing it takes."""
        return Measure.of((line.use, line.necessary_override) for line in self.lines)


def check_facts(
    plan: SubmittedPlan,
    eligible_needs: Sequence[str],
    met_by_carer: Sequence[str],
    indicative: Decimal,
    on_record: Representation,
) -> dict[str, Json]:
    """The facts about a plan for the decision plan-check. `indicative` is the indicative budget in pounds a week.

    `met_by_carer` are those of the eligible needs that a willing carer meets, as step 1 found. `on_record` says whether
    the person has the capacity to agree the plan, and whether an advocate was considered: what the plan says of that
    counts only where nothing is on record.

    That the person pays for the plan is said only where they do: a pack of before does not know that fact.
    Whether close family is paid follows from the use of the line. A question that the plan leaves out counts as not
    answered, and not as unknown. Direct payments are decided in step 4, before any is made. Whether the council is
    satisfied with an unusual use is for the approver to say in a judgement, so it is False here.
    """
    capacity = on_record.capacity_for(OwnDecision.AGREE_PLAN)
    return {
        "template": plan.template,
        "answered": {question: question in plan.answered for question in QUESTIONS},
        "eligible_needs": list(eligible_needs),
        "lines": [_line_facts(line, paid_by_person=plan.own_money) for line in plan.lines],
        "extras": [
            {"id": line.line_id, "weekly": pounds(line.beyond_needs)} for line in plan.lines if line.beyond_needs
        ],
        "met_otherwise": list(plan.met_otherwise),
        "met_by_carer": list(met_by_carer),
        "lacking": lacking(plan),
        "personal_budget": pounds(plan.weekly),
        "indicative_budget": pounds(indicative),
        "top_up": pounds(plan.top_up),
        "risks_considered": plan.risks_considered,
        "person_involved": plan.person_involved,
        "advocate_considered": True if on_record.advocacy_considered else plan.advocate_considered,
        "lacks_capacity": plan.lacks_capacity if capacity is None else not capacity.has,
        "interested_involved": plan.interested_involved,
        **({"own_money": True} if plan.own_money else {}),
    }


def _line_facts(line: SpendLine, *, paid_by_person: bool) -> dict[str, Json]:
    return {
        "id": line.line_id,
        "text": line.text,
        "needs": list(line.needs),
        "use": line.use,
        "weekly": pounds(line.weekly),
        "payee_close_family_same_household": line.use == "close_family",
        "necessary_override": line.necessary_override,
        "council_satisfied": False,
        "care_home_weeks": line.care_home_weeks,
        "direct_payment": line.direct_payment,
        **({"paid_by_person": True} if paid_by_person else {}),
    }


def lacking(plan: SubmittedPlan) -> list[Json] | None:
    """What s.25(1) and (2) ask for and the plan lacks; None where it is not known whether it lacks anything.

    Every plan has the needs, the outcomes to which its lines belong, how they are met, and its cost: (a) to (e).
    A line has the needs, the amount and, as all are weekly, the frequency of a direct payment. Whether advice (f) was
    given, the plan has to say.
    """
    if plan.advice_given is None:
        return None
    return [] if plan.advice_given else ["advice"]
