"""Asking operations: what is said where they are away."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar

from google.protobuf.message import Message

from sevensteps.errors import Fault
from sevensteps.rpc.caller import Caller

A = TypeVar("A", bound=Message)


async def pages_of_operations(caller: Caller, request: Message, answer: type[A]) -> AsyncIterator[A]:
    """A list of operations, page by page. Raises their Faults; where they are away, one that says what to do."""
    with _saying_if_they_are_away():
        async for page in caller.pages(request, answer):
            yield page


async def ask_operations(caller: Caller, request: Message, answer: type[A]) -> A:
    """One question to operations. Raises as `pages_of_operations` does."""
    with _saying_if_they_are_away():
        return await caller.ask(request, answer)


@contextmanager
def _saying_if_they_are_away() -> Iterator[None]:
    try:
        yield
    except Fault as fault:
        if fault.reason != "NOTHING_ANSWERS":
            raise
        detail = (
            f"Where cases stand is asked of operations, and {fault.detail}.\n"
            "`sevensteps status` shows what is down; `sevensteps case show CASE` asks the case's own journey."
        )
        raise Fault(fault.kind, fault.reason, detail) from fault
