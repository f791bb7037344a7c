"""The pages that the header of every page leads to: for each visitor those that their role may read."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sevensteps.identity.rights import RIGHTS, rpc_of


@dataclass(frozen=True, slots=True)
class Row:
    """A page: where, what it is called, and the call without which it is empty ("service.Method"); "" for anybody."""

    address: str
    text: str
    needs: str = ""

    @property
    def path(self) -> str:
        """The address without its question."""
        return self.address.partition("?")[0]


ROWS = (
    Row("/", "Home", "operations.CountCases"),
    Row("/cases?open=yes", "Cases", "operations.ListCases"),
    Row("/stuck", "Stuck", "operations.ListCauses"),
    Row("/approvals", "Approvals", "approval.GetApproval"),
    Row("/reviews", "Reviews", "review.GetLife"),
    Row("/packs", "Packs", "receipts.GetPacksInForce"),
    Row("/repairs", "Repairs", "operations.ListRepairs"),
    Row("/audit", "Audit", "operations.ListAudit"),
    Row("/feed", "Feed", "feed.ListSubscriptions"),
    Row("/glossary", "Glossary"),
)
"""In the order of the header."""
REHEARSAL = Row("/rehearsal", "Rehearsal", "operations.ListStuck")
"""Only where it is one."""


@dataclass(frozen=True, slots=True)
class Link:
    """A row as a page shows it: `current` where it is this page, `active` where this page is below it."""

    href: str
    text: str
    current: bool
    active: bool


def may(roles: AbstractSet[str], call: str) -> bool:
    """Whether one of the roles may make a call, given as "service.Method". The service itself says so in the end."""
    return not roles.isdisjoint(RIGHTS[rpc_of(call)])


def links(roles: AbstractSet[str], path: str, *, is_rehearsal: bool = False) -> Iterator[Link]:
    """The links of the header for somebody of these roles, who is at this path."""
    for row in (*ROWS, *([REHEARSAL] if is_rehearsal else [])):
        if not row.needs or may(roles, row.needs):
            is_below = row.path != "/" and path.startswith(f"{row.path}/")
            yield Link(row.address, row.text, path == row.path, is_below)
