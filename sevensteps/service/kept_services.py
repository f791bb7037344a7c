"""What assessment answers when another service asks which services a person keeps as they are."""

from dataclasses import dataclass
from decimal import Decimal

from sevensteps.api.assessment.v1 import choices_pb2 as pb
from sevensteps.errors import Fault
from sevensteps.kept_services import StandingService


@dataclass(frozen=True, slots=True)
class KeptServices:
    """The answer, or why there is none. That is told when the answer is needed: a request sent again may need none."""

    answer: tuple[StandingService, ...] | Fault

    def read(self) -> tuple[StandingService, ...]:
        """What the person keeps. Raises a Fault (UNAVAILABLE, CHOICES_UNAVAILABLE)."""
        if isinstance(self.answer, Fault):
            raise self.answer
        return self.answer


NOTHING_MOVED = KeptServices(())
"""Where the request moves nothing away from the council."""


def kept_services_of(message: pb.GetKeptServicesResponse) -> KeptServices:
    """What the person keeps, as assessment says it."""
    return KeptServices(
        tuple(
            StandingService(each.kept_service_id, tuple(each.needs), Decimal(each.weekly)) for each in message.services
        )
    )
