"""What is recorded and assessed before a determination. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sevensteps.policy.model.verdict import Json

CARE_ACT = date(2015, 4, 1)
"""The day on which the Care Act 2014 came into force: nothing is assessed by its rules for a day before."""


@dataclass(frozen=True, slots=True)
class UrgentSupport:
    """Urgent needs met before the assessment (s.19(3)). `weekly` in pounds."""

    needs: tuple[str, ...]
    weekly: Decimal
    starts_on: date
    because: str


@dataclass(frozen=True, slots=True)
class SelfAssessment:
    """What the person says about life, needs and wishes, and with whose help."""

    help: str
    own_words: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The facts that were assessed on a day, as the pack takes them, of an adult or of a carer."""

    assessed_on: date
    kind: str
    facts: Mapping[str, Json]
