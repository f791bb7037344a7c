"""The support plan: what it says, when it is complete, and that a submitted version stays as it is. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Self

from sevensteps.errors import Fault, Kind, stage_order
from sevensteps.fields import Fields
from sevensteps.money import Total
from sevensteps.representation import OwnDecision, Representation
from sevensteps.support_plan import TEMPLATES, SpendLine


@dataclass(frozen=True, slots=True)
class Content:
    """What a plan says (s.25); None means unknown. `top_up` is what others add for what is wanted beyond the needs.

    With `own_money` the person pays for all of it, and the council for nothing.
    That the person lacks the capacity to ask for others to be involved has to be said: capacity is presumed.
    """

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
    lacks_capacity: bool = False
    interested_involved: bool | None = None
    complex: bool | None = None
    own_money: bool = False

    @property
    def cost(self) -> Total:
        """What its lines cost, whoever pays: each in pounds a week to the penny, and what is spent once beside it."""
        return _cost(self.lines)

    @property
    def weekly(self) -> Decimal:
        """What the council is asked for in all, in pounds a week: nothing where the person pays."""
        return Decimal("0.00") if self.own_money else self.cost.weekly

    @property
    def once(self) -> Decimal:
        """What the council is asked for to be spent once, in pounds."""
        return Decimal("0.00") if self.own_money else self.cost.once

    @property
    def funded_needs(self) -> tuple[str, ...]:
        """The needs that the council pays for by its lines, each once."""
        return () if self.own_money else tuple(dict.fromkeys(need for line in self.lines for need in line.needs))

    def reached_by(self, direct_payments: Total) -> tuple[SpendLine, ...]:
        """The lines that direct payments of so much may pay for: those that are not to be held otherwise.

        Where the payments come to more than these lines cost, they reach every line, whatever was meant.
        """
        meant = tuple(line for line in self.lines if line.direct_payment is not False)
        cost = _cost(meant)
        enough = direct_payments.weekly <= cost.weekly and direct_payments.once <= cost.once
        return meant if enough else self.lines

    def without_what_is_done(self) -> Self:
        """The same without what is spent once: an agreed plan has paid for it."""
        return replace(self, lines=tuple(line for line in self.lines if not line.spent.once))

    def ensure_as_recorded(self, on_record: Representation) -> None:
        """Raise a Fault (INVALID) that names what contradicts the records at assessment.

        Without a record capacity is presumed (Mental Capacity Act 2005 s.1(2)).
        """
        fields = Fields()
        capacity = on_record.capacity_for(OwnDecision.AGREE_PLAN)
        if self.lacks_capacity and capacity is None:
            detail = "must be left out: capacity is presumed until RecordCapacity says otherwise of agree_plan"
            fields.wrong("lacks_capacity", detail)
        if self.lacks_capacity and capacity and capacity.has:
            detail = f"must be left out: it is on record that the person has capacity ({capacity.capacity_id})"
            fields.wrong("lacks_capacity", detail)
        if self.advocate_considered is False and on_record.advocacy_considered:
            fields.wrong("advocate_considered", "must be true or left out: ConsiderAdvocacy has recorded it")
        fields.check()

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

    @classmethod
    def begin(cls, case_id: str, version: int, content: Content, by: str) -> Self:
        """The first draft of a version."""
        return cls(case_id, version, submitted=False, content=content, written_by=(by,))

    def save(self, content: Content, by: str) -> Self:
        """The draft with other content, which replaces what it held."""
        return replace(self, content=content, written_by=self._writers_with(by))

    def continue_as(self, version: int, *, agreed: bool, own_money: bool) -> Self:
        """The draft of a further version: it says what this one says, so that the person does not begin again.

        Whoever wrote this one wrote that one too, and may not sign it. What an `agreed` plan spends once is left out.
        """
        content = self.content.without_what_is_done() if agreed else self.content
        return replace(self, version=version, submitted=False, content=replace(content, own_money=own_money))

    def submit(self, to_meet: Sequence[str], by: str) -> Self:
        """The submitted plan. `to_meet` are the eligible needs that no carer meets.

        Raises a Fault (PRECONDITION): QUESTIONS_UNANSWERED; NOTHING_PLANNED without a line though not all of them are
        met otherwise.
        """
        content = self.content
        if content.unanswered:
            raise _incomplete(
                "QUESTIONS_UNANSWERED",
                f"Every question of the template must be answered. Not answered yet: {', '.join(content.unanswered)}.",
                self.case_id,
                questions=",".join(content.unanswered),
            )
        if not content.lines and not set(to_meet) <= set(content.met_otherwise):
            raise _incomplete(
                "NOTHING_PLANNED",
                "The plan needs at least one line, unless every eligible need is met by a carer or otherwise.",
                self.case_id,
            )
        return replace(self, submitted=True, written_by=self._writers_with(by))

    def _writers_with(self, by: str) -> tuple[str, ...]:
        return self.written_by if by in self.written_by else (*self.written_by, by)


def _cost(lines: Iterable[SpendLine]) -> Total:
    kept = list(lines)
    nothing = Decimal("0.00")
    return Total(sum((line.weekly for line in kept), nothing), sum((line.once for line in kept), nothing))


def _incomplete(reason: str, detail: str, case_id: str, **what: str) -> Fault:
    return Fault(Kind.PRECONDITION, reason, detail, metadata={"case_id": case_id, **what})


def ensure_offered(template: str, offered: Sequence[str], draft: Plan | None) -> None:
    """Raise a Fault (INVALID) for a template that the council does not offer. A draft keeps the one that it has."""
    fields = Fields()
    if template not in offered and not (draft and draft.content.template == template):
        fields.wrong("template", f"must be one that the council offers: {', '.join(offered)}")
    fields.check()


def ensure_begun(draft: Plan | None, case_id: str) -> Plan:
    """The draft, without which there is nothing to submit: else a Fault (PRECONDITION, STAGE_ORDER)."""
    if draft is None:
        raise stage_order("SavePlan must come first: there is no draft of this plan yet.", case_id)
    return draft
