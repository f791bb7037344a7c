"""The pages of the console that the browser tests go through. A new page, or a new state of one, is one line here."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state. `is_in_tour` says that docs/console.md has a picture of it."""

    path: str
    is_signed_on: bool = True
    is_in_tour: bool = False


PAGES: Mapping[str, Shown] = {
    "home": Shown("/", is_in_tour=True),
    "cases": Shown("/cases?open=yes&steps=money_found&due_before=2030-01-01", is_in_tour=True),
    "cases-wrong": Shown("/cases?due_from=tomorrow&steps=eighth&colour=red"),
    "cases-none": Shown("/cases?steps=seen_how_it_worked"),
    "case": Shown("/cases/case-irene", is_in_tour=True),
    "case-stuck": Shown("/cases/case-one"),
    "case-unknown": Shown("/cases/case-nowhere"),
    "stuck": Shown("/stuck", is_in_tour=True),
    "stuck-cases": Shown("/stuck/cases?cause=parked/PLAN_TEMPLATE_UNKNOWN"),
    "repair-new": Shown("/repairs/new?cause=parked/PLAN_TEMPLATE_UNKNOWN"),
    "repair-why": Shown("/repairs/new?cause=parked/PLAN_TEMPLATE_UNKNOWN&action=hold"),
    "repair-planned": Shown("/repairs/repair-00000000-0000-4000-8000-000000000001"),
    "repair": Shown("/repairs/repair-00000000-0000-4000-8000-000000000002", is_in_tour=True),
    "repairs": Shown("/repairs"),
    "audit": Shown("/audit", is_in_tour=True),
    "views": Shown("/views"),
    "rehearsal": Shown("/rehearsal", is_in_tour=True),
    "glossary": Shown("/glossary"),
    "cookies": Shown("/cookies"),
    "nowhere": Shown("/nowhere"),
    "sign-in": Shown("/sign-in", is_signed_on=False, is_in_tour=True),
    "signed-out": Shown("/signed-out", is_signed_on=False),
}
"""By a name of its own, which is that of its picture."""
