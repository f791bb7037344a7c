"""What the person chooses about the way there: who helps in which step, and which service they keep as it is. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from sevensteps.errors import Fault, Kind


@dataclass(frozen=True, slots=True)
class Help:
    """Who helps in a step, and how much, by the short names; no `person_id` for nobody, or somebody of the council."""

    step: str
    amount: str
    person_id: str


@dataclass(frozen=True, slots=True)
class ChosenHelp:
    """A choice of help; `stands` for the newest of its step, `helper_left` where that helper has left the circle."""

    help: Help
    stands: bool
    helper_left: bool
    chosen_by: str
    chosen_at: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """A service that the person keeps: its reference, the needs that it meets, and pounds a week."""

    reference: str
    needs: Collection[str]
    weekly: Decimal
    because: str


@dataclass(frozen=True, slots=True)
class KeptService:
    """A service that the council arranges and the person keeps as it is, until they let it go."""

    kept_service_id: str
    case_id: str
    keeping: Keeping
    kept_by: str
    kept_at: str
    let_go_because: str = ""
    let_go_by: str = ""
    let_go_at: str = ""

    def let_go(self, because: str, by: str, at: str) -> Self:
        """The service, which may now be replaced. Raises a Fault where it was let go before."""
        if self.let_go_at:
            raise Fault(
                Kind.PRECONDITION,
                "LET_GO_ALREADY",
                "The person has let this service go already: planning may replace it.",
                metadata={"case_id": self.case_id},
            )
        return replace(self, let_go_because=because, let_go_by=by, let_go_at=at)


def kept_service_not_found(case_id: str) -> Fault:
    """A service that the person never kept."""
    return Fault(
        Kind.NOT_FOUND,
        "KEPT_SERVICE_NOT_FOUND",
        "The person does not keep a service of this id. ListKeptServices has the ids.",
        metadata={"case_id": case_id},
    )
