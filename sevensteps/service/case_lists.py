"""Lists of what has been recorded in one case, in pages. Each grows at its end alone, so a place in it is a number."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from sevensteps.fields import Fields
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.work import Work

R = TypeVar("R")
M = TypeVar("M", bound=Message)

PAGE = 50
"""At most so many in a page, unless the list says otherwise."""
MOST_BYTES = 256 * 1024
"""A page is full when what is in it has reached this size."""


class ListRequest(Protocol):
    """What every request for such a list holds."""

    case_id: str
    page_size: int
    page_token: str


def page(
    work: Work,
    request: ListRequest,
    read: Callable[[int, int], Sequence[R]],
    message_of: Callable[[R], M],
    *,
    largest: int = PAGE,
) -> tuple[list[M], str]:
    """A page of a list, and the token for the next one, which is empty on the last.

    `read` answers so many records of the case from a place on: the second number from the first one. The list is known
    by the request's name. Raises a Fault (INVALID) for a page size or a token that cannot be.
    """
    fields = Fields()
    size = fields.page_size(request.page_size, default=largest, largest=largest)
    fields.check()
    listed = {"list": type(request).__name__, "council": work.actor.council, "case": request.case_id}
    after = position_of(request.page_token, listed)
    found = read(after, size + 1)
    messages = list(_that_fit(message_of(record) for record in found[:size]))
    more = len(messages) < len(found)
    return messages, token_of(after + len(messages), listed) if more else ""


def _that_fit(messages: Iterator[M]) -> Iterator[M]:
    """The first messages until their size has reached the most that a page takes: always one, if there is one."""
    size = 0
    for message in messages:
        yield message
        size += message.ByteSize()
        if size >= MOST_BYTES:
            return


def rows(
    work: Work, query: sa.Select[tuple[object, ...]], case_id: str, after: int, size: int
) -> Sequence[sa.RowMapping]:
    """A part of a list of a case that the actor may see, by a query that `in_part` has made."""
    return work.connection.execute(query, {"case_id": case_id, "after": after, "size": size}).mappings().all()


def in_part(query: sa.Select[tuple[object, ...]]) -> sa.Select[tuple[object, ...]]:
    """A query for a whole list as one for a part of it: `size` records after the first `after`."""
    return query.limit(sa.bindparam("size")).offset(sa.bindparam("after"))
