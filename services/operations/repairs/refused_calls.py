"""Attempts at repairs that the table of rights refuses: on record like any other, and nobody can flood it with them.

Who has a valid token, and not the role, is refused before their message is read. Of one subject the first attempts of
an hour are put on record one by one; how many more there were follows in one entry, when the hour is over.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import NoReturn

import sqlalchemy as sa

from services.operations.repairs import auditing
from services.operations.repairs.auditing import Entry, Signer
from sevensteps import log
from sevensteps.background import end_if_cancelled
from sevensteps.errors import Fault
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.identity.rights import rpc_of
from sevensteps.service.store import Store

ACTS: Mapping[str, str] = {
    rpc_of("operations.PlanRepair"): "repair.planned",
    rpc_of("operations.AgreeRepair"): "repair.agreed",
    rpc_of("operations.ContinueRepair"): "repair.continued",
    rpc_of("operations.StopRepair"): "repair.stopped",
}
"""The calls that change something, and what each is called in the audit."""
ONE_BY_ONE = 5
"""So many attempts of one subject are entries of their own, in each hour from the first one on."""
HOUR_SECONDS = 3600.0
MOST_SUBJECTS = 1000
"""Of so many subjects an instance keeps count at once; those of others are counted together."""
PAUSE_SECONDS = 30.0
"""Between two looks at which hours are over, and after the records could not be written."""
SHORTEST_PAUSE_SECONDS = 0.2
"""What comes within this time is written at once: in one transaction."""
OTHERS = Actor("*", frozenset(), EVERY_COUNCIL)


@dataclass(slots=True)
class Hour:
    """The attempts of one subject since the first: how many are entries of their own, and what came after them."""

    actor: Actor
    began: float
    told: int = 0
    more: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, act: str, reason: str) -> Iterator[Entry]:
        """The entry for an attempt, where it has one of its own."""
        if self.told >= ONE_BY_ONE:
            self.more[act, reason] += 1
            return
        self.told += 1
        yield Entry(act, "", "", refused=reason, before={"roles": sorted(self.actor.roles)})

    def rest(self) -> Iterator[Entry]:
        """The entries for all that had none of their own."""
        for (act, reason), number in sorted(self.more.items()):
            yield Entry(act, "", "", refused=reason, after={"attempts": number})


class RefusedCalls:
    """Notes them at once, and puts them on record a moment later: no answer waits for the records."""

    def __init__(self, records: Store, signer: Signer) -> None:
        """Nobody has tried anything yet."""
        self._records = records
        self._signer = signer
        self._hours: dict[tuple[str, str], Hour] = {}
        self._waiting: list[tuple[Actor, Entry]] = []
        self._woken = asyncio.Event()

    def note(self, actor: Actor, rpc: str, fault: Fault) -> None:
        """Somebody whose token is valid may not make a call. One that only reads is not an act, and not on record."""
        act = ACTS.get(rpc)
        if act is None:
            return
        hour = self._hour_of(actor)
        if found := [(hour.actor, entry) for entry in hour.note(act, fault.reason)]:
            self._waiting += found
            self._woken.set()

    async def keep(self) -> NoReturn:
        """Put them on record for ever, until cancelled. What cannot be written now is written later."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), PAUSE_SECONDS)
            end_if_cancelled()
            self._woken.clear()
            self._end_hours(monotonic() - HOUR_SECONDS)
            try:
                await self._write()
            except Fault as fault:
                log.get().warning("refused calls cannot be put on record yet", reason=fault.reason)
                await asyncio.sleep(PAUSE_SECONDS)
                self._woken.set()
            await asyncio.sleep(SHORTEST_PAUSE_SECONDS)

    async def close(self) -> None:
        """Put on record what is left, and what was only counted."""
        self._end_hours(monotonic())
        try:
            await self._write()
        except Fault as fault:
            log.get().error("refused calls are not on record", count=len(self._waiting), reason=fault.reason)

    def _hour_of(self, actor: Actor) -> Hour:
        key = (actor.council, actor.subject)
        if key not in self._hours and len(self._hours) >= MOST_SUBJECTS:
            actor, key = OTHERS, (OTHERS.council, OTHERS.subject)
        told = ONE_BY_ONE if actor is OTHERS else 0
        return self._hours.setdefault(key, Hour(actor, monotonic(), told))

    def _end_hours(self, began_by: float) -> None:
        """Have what was counted of the hours that are over put on record."""
        over = [key for key, hour in self._hours.items() if hour.began <= began_by]
        for hour in map(self._hours.pop, over):
            self._waiting += [(hour.actor, entry) for entry in hour.rest()]

    async def _write(self) -> None:
        """Write all that waits, in one transaction."""
        batch = tuple(self._waiting)
        if not batch:
            return

        def add(connection: sa.Connection) -> None:
            for actor, entry in batch:
                auditing.add(connection, actor, entry, self._signer)

        await self._records.write(add)
        del self._waiting[: len(batch)]
