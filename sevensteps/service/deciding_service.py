"""A deciding service put together: its records, the rules, the outbox, and its gRPC face."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Self

import grpc
import sqlalchemy as sa

from sevensteps import log, process
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.councils import Councils, no_council
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.policy import Library
from sevensteps.rpc.client import channel, machine_token
from sevensteps.rpc.room import Limits
from sevensteps.rpc.server import serve
from sevensteps.service import answers, chaining, receipts
from sevensteps.service.case_register import AssessmentRegister
from sevensteps.service.decided_records import DecidedRecords
from sevensteps.service.opening import open_to_serve
from sevensteps.service.outbox import Publisher
from sevensteps.service.pack_archive import Archive
from sevensteps.service.store import Store
from sevensteps.service.use_cases import UseCases

LOOK_SECONDS = 60.0
"""How often the records are looked through for what has expired."""
AddTo = Callable[[grpc.aio.Server, UseCases], None]
COUNCILS_WITH_RECORDS = sa.text(
    "WITH RECURSIVE found (council) AS (SELECT min(council) FROM receipts UNION ALL SELECT (SELECT min(council) FROM"
    " receipts WHERE council > found.council) FROM found WHERE found.council IS NOT NULL)"
    " SELECT council FROM found WHERE council IS NOT NULL"
)
"""One look into the index for every council. DISTINCT reads every receipt."""


class DecidingService:
    """One of assessment, planning, approval and review, ready to be served."""

    def __init__(  # noqa: PLR0917 - `open` alone calls it
        self,
        name: str,
        store: Store,
        archive: Archive,
        use_cases: UseCases,
        publisher: Publisher,
        register: AssessmentRegister,
        add: AddTo,
        decided: Sequence[DecidedRecords],
    ) -> None:
        """`add` registers the servicer; `decided` are the records that come by decisions; the rest is `open`'s."""
        self.names = (f"sevensteps.api.{name}.v1.{name.capitalize()}Service", receipts.NAME)
        self._store = store
        self._archive = archive
        self._use_cases = use_cases
        self._publisher = publisher
        self._register = register
        self._add = add
        self._decided = decided
        self._background = Background()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(  # noqa: PLR0917 - tests and `run` alone call it
        cls,
        name: str,
        settings: Settings,
        keys: Keys,
        councils: Councils,
        add: AddTo,
        decided: Sequence[DecidedRecords] = (),
    ) -> Self:
        """Bring the schema up to date and open the records.

        Raises a Fault when there is no pack to decide by, or the records have cases of a council that there is not; and
        those of `open_to_serve`.
        """
        store = await open_to_serve(name, settings)
        archive = Archive(Library(settings.policies, settings.data / "checked"))
        try:
            await store.read(lambda connection: _begin(connection, archive, councils))
            await asyncio.to_thread(archive.library.renew)
            await archive.take(store)
        except Fault:
            await store.close()
            raise
        token = machine_token(keys, name, Role.SERVICE)
        publisher = Publisher(store, name, channel(settings.feed, token))
        register = AssessmentRegister(channel(settings.assessment, token))
        use_cases = UseCases(store, archive, councils, publisher, register)
        return cls(name, store, archive, use_cases, publisher, register, add, decided)

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        self._add(server, self._use_cases)
        receipts.add_to(server, self._use_cases, self._decided)

    def begin(self, background: Background) -> None:
        """See server.Servable: publish, beginning with what waits in the outbox, and look after packs and records."""
        self._background = background
        self._publisher.start(background)
        self._tasks = [
            background.start("watching the policy packs", self._archive.watch(self._store)),
            background.start("forgetting answers", forget_answers(self._store)),
            background.start("chaining the receipts", chaining.keep_chained(self._store)),
        ]

    def drain(self) -> None:
        """See server.Servable. Every call here ends by itself."""

    async def close(self) -> None:
        """See server.Servable."""
        for task in self._tasks:
            await self._background.stop(task)
        await self._publisher.stop()
        await self._register.close()
        await self._store.close()


async def forget_answers(store: Store) -> None:
    """Forget answers that have expired, until cancelled. Waits out trouble of the database."""
    while True:
        try:
            await answers.forget_expired(store)
        except Fault as fault:
            if fault.kind is not Kind.UNAVAILABLE:
                raise
        await asyncio.sleep(LOOK_SECONDS)


def _begin(connection: sa.Connection, archive: Archive, councils: Councils) -> None:
    """Begin to decide by the pack of every council, and by those that have decided here: a council may take one again.

    A pack that is refused stops only its own councils, unless there is no other. Raises a Fault if no pack can be used,
    or a council that has records is not there any more: its cases would be parked one after another.
    """
    for name in connection.execute(COUNCILS_WITH_RECORDS).scalars():
        councils.ensure_known(name)
    packs = councils.packs()
    refused: list[Fault] = []
    for pack in sorted({*packs, *archive.names(connection)}):
        try:
            archive.begin(connection, pack)
        except Fault as fault:
            refused += [fault] if pack in packs else []
            log.get().error("pack refused", pack=pack, reason=fault.reason, detail=fault.detail)
    if len(refused) == len(packs):
        raise refused[0] if refused else no_council()


def run(name: str, add: AddTo, decided: Sequence[DecidedRecords]) -> None:
    """The whole life of a service's process: records, and serving until it is told to stop."""

    async def work(settings: Settings) -> None:
        keys = Keys.open(settings.data)
        councils = Councils(settings.policies, settings.pack)
        service = await DecidingService.open(name, settings, keys, councils, add, decided)
        await serve(service, keys, councils, settings.address(name), Limits.of(settings))

    process.run(name, work)
