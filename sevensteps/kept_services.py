"""The services that a person keeps as they are: what assessment has on record, as planning reads it. Pure."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StandingService:
    """A service that the council arranges and the person keeps: the needs that it meets, and its pounds a week."""

    kept_service_id: str
    needs: tuple[str, ...]
    weekly: Decimal
