"""The support plan: what it says, when it is complete, and that a submitted version stays as it is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sevensteps.errors import Fault, Kind, stage_order
from sevensteps.fields import Fields

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "six": ("important", "change", "spend", "manage", "control", "next"),
    "nine": ("important", "change", "achieve", "supported", "spend", "manage", "control", "happen", "look"),
}
"""The questions that a plan answers, by template."""


@dataclass(frozen=True, slots=True)
class SpendLine:
    """One line of spending. `weekly` in pounds; `care_home_weeks` of the next twelve months, None where unknown.

    `direct_payment` is whether its money is meant to be held so; None where unknown, as in older lines.
    `beyond_needs` is what it costs more a week than meeting the needs does; the council is not asked for it.
    """

    line_id: str
    text: str
    needs: tuple[str, ...]
    use: str
    weekly: Decimal
    necessary_override: bool
    care_home_weeks: int | None
    direct_payment: bool | None = None
    beyond_needs: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Content:
    """What a plan says (s.25); None means unknown. `top_up` is what others add for what is wanted beyond the needs."""

    template: str
    answers: Mapping[str, str]
    lines: tuple[SpendLine, ...]
    met_otherwise: tuple[str, ...]
    helper: str
    risks_considered: bool | None
    person_involved: bool | None
    advocate_considered: bool | None
    review_on: date | None
    top_up: Decimal
    advice_given: bool | None = None

    @property
    def weekly(self) -> Decimal:
        """What is asked for in all, in pounds a week."""
        return sum((line.weekly for line in self.lines), Decimal("0.00"))

    @property
    def funded_needs(self) -> tuple[str, ...]:
        """The needs that its lines pay for, each once."""
        return tuple(dict.fromkeys(need for line in self.lines for need in line.needs))

    def reached_by(self, direct_payments: Decimal) -> tuple[SpendLine, ...]:
        """The lines that direct payments of so much a week may pay for: those that are not to be held otherwise.

        Where the payments come to more than these lines cost, they reach every line, whatever was meant.
        """
        meant = tuple(line for line in self.lines if line.direct_payment is not False)
        return meant if direct_payments <= sum(line.weekly for line in meant) else self.lines

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The questions of its template that have no answer yet."""
        return tuple(question for question in TEMPLATES[self.template] if not self.answers.get(question, "").strip())


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of the support plan. `written_by` is everybody who saved or submitted any of it, by subject."""

    case_id: str
    version: int
    submitted: bool
    content: Content
    written_by: tuple[str, ...]


def check_needs(content: Content, eligible: Sequence[str]) -> None:
    """Raise a Fault (INVALID) naming each need of a plan that is not eligible."""
    fields = Fields()
    allowed = f"must be one of the eligible needs: {', '.join(eligible)}"
    for i, line in enumerate(content.lines):
        for j, need in enumerate(line.needs):
            if need not in eligible:
                fields.wrong(f"lines[{i}].needs[{j}]", allowed)
    for j, need in enumerate(content.met_otherwise):
        if need not in eligible:
            fields.wrong(f"met_otherwise[{j}]", allowed)
    fields.check()


def check_template(content: Content, offered: Sequence[str], draft: Plan | None) -> None:
    """Raise a Fault (INVALID) for a template that the council does not offer. A draft keeps the one that it has."""
    fields = Fields()
    if content.template not in offered and not (draft and draft.content.template == content.template):
        fields.wrong("template", f"must be one that the council offers: {', '.join(offered)}")
    fields.check()


def save(draft: Plan | None, case_id: str, version: int, content: Content, by: str) -> Plan:
    """The draft as it now stands; it replaces what the draft held."""
    written_by = draft.written_by if draft else ()
    return Plan(case_id, version, submitted=False, content=content, written_by=_with(written_by, by))


def continue_as(before: Plan, version: int) -> Plan:
    """The draft of a further version: it says what the last one said, so that the person does not begin again.

    Who wrote the last one wrote this one too, and may not sign it.
    """
    return replace(before, version=version, submitted=False)


def submit(draft: Plan | None, case_id: str, eligible: Sequence[str], by: str) -> Plan:
    """The submitted plan.

    Raises a Fault (PRECONDITION): STAGE_ORDER without a draft, QUESTIONS_UNANSWERED, NEEDS_CHANGED where a reassessment
    took away a need that the draft still names, NOTHING_PLANNED without a line though not every need is met otherwise.
    """
    if draft is None:
        raise stage_order("SavePlan must come first: there is no draft of this plan yet.", case_id)
    content = draft.content
    if content.unanswered:
        raise _incomplete(
            "QUESTIONS_UNANSWERED",
            f"Every question of the template must be answered. Not answered yet: {', '.join(content.unanswered)}.",
            case_id,
            questions=",".join(content.unanswered),
        )
    gone = sorted({*content.funded_needs, *content.met_otherwise} - set(eligible))
    if gone:
        raise _incomplete(
            "NEEDS_CHANGED",
            f"The plan names needs that are not eligible now: {', '.join(gone)}. Save it with the needs as determined.",
            case_id,
            needs=",".join(gone),
        )
    if not content.lines and not set(eligible) <= set(content.met_otherwise):
        raise _incomplete(
            "NOTHING_PLANNED", "The plan needs at least one line, unless every eligible need is met otherwise.", case_id
        )
    return replace(draft, submitted=True, written_by=_with(draft.written_by, by))


def _incomplete(reason: str, detail: str, case_id: str, **what: str) -> Fault:
    return Fault(Kind.PRECONDITION, reason, detail, metadata={"case_id": case_id, **what})


def _with(written_by: tuple[str, ...], by: str) -> tuple[str, ...]:
    return written_by if by in written_by else (*written_by, by)
