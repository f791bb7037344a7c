"""What follows a confirmed determination: an indicative budget, or advice. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from sevensteps.errors import Violation, invalid
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class Points:
    """What the council's points table is asked, and above the table the practitioner's own figure in pounds a week."""

    points: int
    by_practitioner: Decimal | None

    def weekly(self, from_table: Json) -> str:
        """The amount from the table, or above it the practitioner's. Raises a Fault (INVALID) for both or neither."""
        if isinstance(from_table, str):
            if self.by_practitioner is not None:
                detail = f"must be left out: the table gives {from_table} pounds a week for so many points"
                raise invalid(Violation("weekly_by_practitioner", detail))
            return from_table
        if self.by_practitioner is None:
            detail = "must be given: so many points are above the table (complex needs), and there is no cap"
            raise invalid(Violation("weekly_by_practitioner", detail))
        return pounds(self.by_practitioner)


@dataclass(frozen=True, slots=True)
class Signpost:
    """Somebody else who helps: an organisation, a service, a page; and with what."""

    whereto: str
    helps_with: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What somebody who is not eligible is given in writing (s.13(5), s.24(2)).

    `options` are what they can choose from now, by short names; `signposts` who else helps.
    """

    written_reasons: str
    advice: str
    how_to_ask_again: str
    options: tuple[str, ...] = ()
    signposts: tuple[Signpost, ...] = ()
