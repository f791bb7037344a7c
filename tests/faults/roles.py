"""Which processes an installation has, and which of them call which."""

from collections.abc import Mapping, Sequence

from sevensteps.config import DECIDING_SERVICES, SERVICES

POSTGRES = "postgres"
DATABASES = ("sqlite", POSTGRES)
SEVERAL: Mapping[str, int] = dict.fromkeys((*SERVICES, "worker"), 2)
"""How many instances of each role run on PostgreSQL. On SQLite a file is served by one alone."""
CALLED: Mapping[str, Sequence[str]] = {
    "feed": (),
    "assessment": ("feed",),
    "planning": ("feed", "assessment"),
    "approval": ("feed", "assessment"),
    "review": ("feed", "assessment"),
    "operations": ("feed", *DECIDING_SERVICES, "temporal"),
    "worker": ("feed", *DECIDING_SERVICES, "temporal"),
}
"""Whom each role calls, PostgreSQL aside."""


def numbered(role: str, number: int) -> str:
    """What an instance of a role is called: the first as the role."""
    return role if number == 1 else f"{role}-{number}"
