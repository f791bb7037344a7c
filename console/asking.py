"""Asking for a part of a page: where one service does not answer, or refuses, the rest of the page is shown."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sevensteps.errors import Fault, Kind

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Answer(Generic[A]):
    """What a service answers; or the sentence with which it refused, and None."""

    given: A | None
    refusal: str = ""


async def part(asked: Awaitable[A]) -> Answer[A]:
    """An answer, or its refusal. What only a new sign-on mends is raised."""
    try:
        return Answer(await asked)
    except Fault as fault:
        if fault.kind is Kind.UNAUTHENTICATED:
            raise
        return Answer(None, fault.detail)
