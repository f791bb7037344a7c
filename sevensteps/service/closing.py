"""How a service closes what it has open of a case that has ended."""

from collections.abc import Callable
from typing import Protocol, Self, TypeVar

from sevensteps.errors import not_found


class Closable(Protocol):
    """A record of a case that knows whether the case has ended."""

    @property
    def closed(self) -> bool:
        """Whether the case has ended."""

    def close(self) -> Self:
        """The record of a case that has ended."""


C = TypeVar("C", bound=Closable)


def close_once(case_id: str, record: C | None, store: Callable[[C], object]) -> C:
    """Close the record and store it; closing it again changes nothing. Answers the record as it was.

    Raises a Fault (NOT_FOUND) for a case that was never here.
    """
    if record is None:
        raise not_found(case_id)
    if not record.closed:
        store(record.close())
    return record
