"""What assessment answers when another service asks what the person of a case can pay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.errors import Fault
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class StandingFinances:
    """The financial assessment that stands: the facts of its decision but for the services, and by the rules of when.

    `judged` is what somebody judged that the person pays, in pounds a week; None where the rules say it. `of_carer`:
    the person is a carer, whose support is charged for by itself (s.14(1)).
    """

    financial_assessment_id: str
    assessed_on: date
    facts: Mapping[str, Json]
    judged: Decimal | None
    of_carer: bool


@dataclass(frozen=True, slots=True)
class AskedFinances:
    """The answer, None where none stands, or why there is no answer: told when it is needed, as WhoMayAct does."""

    answer: StandingFinances | Fault | None

    def read(self) -> StandingFinances | None:
        """What stands. Raises a Fault (UNAVAILABLE, FINANCES_UNAVAILABLE)."""
        if isinstance(self.answer, Fault):
            raise self.answer
        return self.answer


def standing_finances_of(message: pb.GetFinancialAssessmentResponse) -> StandingFinances:
    """What stands, as assessment says it."""
    found = message.financial_assessment
    return StandingFinances(
        financial_assessment_id=found.financial_assessment_id,
        assessed_on=date.fromisoformat(found.assessed_on),
        facts=json.loads(message.facts),
        judged=Decimal(found.judged.weekly_charge) if found.HasField("judged") else None,
        of_carer=found.kind == assessment_pb2.CASE_KIND_CARER,
    )
