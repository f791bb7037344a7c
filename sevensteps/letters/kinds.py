"""The kinds of documents, and the values that a letter of each may use.

Amounts are in pounds a week. What a pack says, such as why a need is eligible, comes as whole sentences from its
`because` and `because not`. Words of people come as they wrote them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar


class DocumentKind(StrEnum):
    """What a document is about."""

    NEXT_STEPS = "next_steps"
    DETERMINATION_RECORD = "determination_record"
    ADVICE_AND_REASONS = "advice_and_reasons"
    ADVOCACY_DECISION = "advocacy_decision"
    FINANCIAL_ASSESSMENT = "financial_assessment"
    INDICATIVE_BUDGET = "indicative_budget"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, about which case and on which day: in every letter. What the council does not say is empty."""

    council: str
    case_id: str
    written_on: date
    contact: str = ""
    telephone: str = ""
    email: str = ""
    web: str = ""
    hours: str = ""


class Values:
    """What a kind of document tells beside its sender. Each kind is one subclass, a frozen dataclass."""

    __slots__ = ()
    KIND: ClassVar[DocumentKind]
    WORDS: ClassVar[frozenset[str]] = frozenset()
    """Those of them that somebody wrote, which a correction may put right. The rest is on record as it was decided."""


@dataclass(frozen=True, slots=True)
class NextSteps(Values):
    """What happens next after a step of seven, or after urgent support (13).

    `about` is the step that is done, or "urgent_support"; `outcome` how it came out, where it can come out in several
    ways: "returned" and "approved" of a plan, a ReviewOutcome of a review, "reviewed" of a life that is to be reviewed.
    `due_on` is by when the next step should be done, or when the review is due.
    """

    KIND = DocumentKind.NEXT_STEPS
    about: str
    outcome: str = ""
    due_on: date | None = None
    weekly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """What was found about one of the outcomes of everyday life: in words, and the pack's own sentence.

    `judgement` is unable, able or unknown. `because` is the practitioner's own reason where they judged it otherwise
    than the rules, else empty.
    """

    outcome: str
    judgement: str
    sentence: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class DeterminationRecord(Values):
    """The written record of a determination and the reasons for it (Care Act 2014 s.13(2)).

    `sentences` are what the rules say of eligibility, `duty_sentences` of the duty to meet the needs (s.18, s.20),
    `duty_because` is what the council does where that is left to judgement.
    """

    KIND = DocumentKind.DETERMINATION_RECORD
    WORDS = frozenset({"reasons", "duty_because"})
    of_carer: bool
    eligible: bool
    assessed_on: date
    reasons: str
    sentences: tuple[str, ...]
    outcomes: tuple[OutcomeTold, ...]
    needs: tuple[str, ...] = ()
    met_by_carer: tuple[str, ...] = ()
    duty: str = ""
    duty_sentences: tuple[str, ...] = ()
    duty_because: str = ""


@dataclass(frozen=True, slots=True)
class AdviceAndReasons(Values):
    """Written reasons and advice for somebody whose needs are not eligible (s.13(5), s.24(2))."""

    KIND = DocumentKind.ADVICE_AND_REASONS
    WORDS = frozenset({"reasons", "advice", "how_to_ask_again"})
    reasons: str
    advice: str
    how_to_ask_again: str
    options: tuple[str, ...] = ()
    signposts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdvocacyDecision(Values):
    """Whether the council arranges an independent advocate (s.67), and what the rules say.

    `verdict` is met for yes, not_met for no, and not_enough_information where it is not known yet.
    """

    KIND = DocumentKind.ADVOCACY_DECISION
    verdict: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """A line of a working: what it is, and how much, in pounds a week unless the words say otherwise."""

    words: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FinancialAssessment(Values):
    """What the person pays, and how that was worked out (s.17(6)), with the three numbers of s.26 where they are known.

    `way` is full, light_touch or refused. `cost` is what meeting the needs costs, `council_pays` what is left of it
    after `contribution`. `within_limit` is None where that is not known.
    """

    KIND = DocumentKind.FINANCIAL_ASSESSMENT
    way: str
    assessed_on: date
    contribution: Decimal
    within_limit: bool | None = None
    working: tuple[Amount, ...] = ()
    sentences: tuple[str, ...] = ()
    cost: Decimal | None = None
    council_pays: Decimal | None = None


@dataclass(frozen=True, slots=True)
class IndicativeBudget(Values):
    """The indicative budget with the points, and the rows of the council's table between which they lie (s.26).

    The rows are None where a practitioner gave the amount, because there are more points than the table has.
    """

    KIND = DocumentKind.INDICATIVE_BUDGET
    points: int
    weekly: Decimal
    by_practitioner: bool = False
    row_points: int | None = None
    row_pounds: Decimal | None = None
    next_points: int | None = None
    next_pounds: Decimal | None = None


VALUES: Mapping[DocumentKind, type[Values]] = {kind.KIND: kind for kind in Values.__subclasses__()}
"""The values of each kind of document."""
