"""A stream lasts as long as the token with which it began: until that expires, or is revoked."""

import asyncio
from collections.abc import AsyncIterator
from time import time
from typing import TypeVar, cast

from sevensteps.identity.claims import CheckedToken, expired
from sevensteps.identity.revocations import Revocations, revoked

T = TypeVar("T")


async def while_valid(messages: AsyncIterator[T], token: CheckedToken, revocations: Revocations) -> AsyncIterator[T]:
    """The messages, until there are no more. Raises a Fault when the token ends before."""
    end = object()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + token.expires - time()
    waiting: asyncio.Timeout | None = None

    def end_if_revoked() -> None:
        if waiting is not None and not waiting.expired() and revocations.has(token):
            waiting.reschedule(loop.time())

    with revocations.telling(end_if_revoked):
        while time() < token.expires:
            revocations.ensure_good(token)
            try:
                async with asyncio.timeout_at(deadline) as waiting:
                    message = await anext(messages, end)
            except TimeoutError:
                if waiting is None or not waiting.expired():
                    raise
                break
            finally:
                waiting = None
            if message is end:
                return
            yield cast("T", message)
    raise revoked() if revocations.has(token) else expired()
