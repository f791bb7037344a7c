"""A deciding service put together: its records, the rules, the outbox, and its gRPC face."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NoReturn, Self

import grpc
import sqlalchemy as sa

from sevensteps import clock, log
from sevensteps.background import Background
from sevensteps.config import REGISTER, Settings
from sevensteps.councils import Councils, no_council
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.errors import Fault, waiting_out
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.rights import services_of
from sevensteps.policy import Library
from sevensteps.rpc.client import channel
from sevensteps.rpc.identity import Identity
from sevensteps.service import (
    answers,
    asks_server,
    chaining,
    checks,
    documents_server,
    identity_server,
    policy_server,
    publications_server,
    receipts,
    revocations,
    running,
)
from sevensteps.service.case_register import AssessmentRegister
from sevensteps.service.decided_records import DecidedRecords
from sevensteps.service.documents_server import Sharing
from sevensteps.service.opening import open_to_serve
from sevensteps.service.outbox import Publisher
from sevensteps.service.pack_archive import Archive
from sevensteps.service.published_packs import AssessmentsRegister, OwnRegister, Register
from sevensteps.service.sharing import CircleOfSupport
from sevensteps.service.store import Store
from sevensteps.service.use_cases import UseCases
from sevensteps.telemetry.health import Check, Observation

LOOK_SECONDS = 60.0
"""How often the records are looked through for what has expired."""
AddTo = Callable[[grpc.aio.Server, UseCases], None]
Task = Callable[[Store], Coroutine[None, None, None]]
"""What a service does by itself over its records, until cancelled."""
NO_TASKS: Mapping[str, Task] = MappingProxyType({})
TAKE_YOUR_TIME = sa.text("SET LOCAL idle_in_transaction_session_timeout = 0")
COUNCILS_WITH_RECORDS = sa.text(
    "WITH RECURSIVE found (council) AS (SELECT min(council) FROM receipts UNION ALL SELECT (SELECT min(council) FROM"
    " receipts WHERE council > found.council) FROM found WHERE found.council IS NOT NULL)"
    " SELECT council FROM found WHERE council IS NOT NULL"
)
"""One look into the index for every council. DISTINCT reads every receipt."""

BESIDE = (asks_server.NAME, receipts.NAME, documents_server.NAME, policy_server.NAME, identity_server.NAME)
"""What every such service serves beside its own calls."""


class DecidingService:
    """One of assessment, planning, approval and review, ready to be served."""

    def __init__(  # noqa: PLR0917 - `open` alone calls it
        self,
        name: str,
        store: Store,
        identity: Identity,
        archive: Archive,
        use_cases: UseCases,
        publisher: Publisher,
        cases: AssessmentRegister,
        register: Register,
        sharing: Sharing | None,
        add: AddTo,
        decided: Sequence[DecidedRecords],
        tasks: Mapping[str, Task],
        ready: Sequence[Check],
    ) -> None:
        """`add` registers the servicer; `decided` are the records that come by decisions; the rest is `open`'s.

        `sharing` says what helpers may read; None where the service serves documents by itself, as it keeps who they
        are. `tasks` are what the service does by itself, by what the log calls it.
        """
        self._has_register = name == REGISTER
        registers = (publications_server.NAME,) if self._has_register else ()
        self.names = (*services_of(name), *BESIDE, *registers)
        self._store = store
        self._identity = identity
        self._archive = archive
        self._use_cases = use_cases
        self._publisher = publisher
        self._cases = cases
        self._register = register
        self._sharing = sharing
        self._add = add
        self._decided = decided
        self._own_tasks = tasks
        self.checks = ready
        self.observations: Sequence[Observation] = (publisher.count, partial(chaining.count, store))
        self._background = Background()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(  # noqa: PLR0917 - tests and `run` alone call it
        cls,
        name: str,
        settings: Settings,
        identity: Identity,
        councils: Councils,
        add: AddTo,
        decided: Sequence[DecidedRecords] = (),
        tasks: Mapping[str, Task] = NO_TASKS,
    ) -> Self:
        """Bring the schema up to date and open the records.

        Raises a Fault when there is no pack to decide by, or the records have cases of a council that there is not; and
        those of `open_to_serve`.
        """
        store = await open_to_serve(name, settings)
        archive = Archive(Library(settings.policies, settings.data / "checked"))
        try:
            await revocations.read(store, identity.revocations)
            await store.read(lambda connection: _begin(connection, archive, councils))
            await asyncio.to_thread(archive.library.renew)
            _ensure_one(archive, councils)
            await archive.take(store)
        except Fault:
            await store.close()
            raise
        tokens = identity.own_tokens(name, Role.SERVICE)
        certificates = certificates_for_calls(settings, name)
        assessment = channel(settings.internal_address("assessment"), tokens, certificates)
        publisher = Publisher(store, name, channel(settings.internal_address("feed"), tokens, certificates))
        cases = AssessmentRegister(assessment)
        register = OwnRegister(store) if name == REGISTER else AssessmentsRegister(assessment)
        use_cases = UseCases(store, archive, councils, publisher, cases)
        ready = (
            *checks.Database(store, name, settings).checks,
            checks.outbox_check(publisher, settings.internal_address("feed")),
            checks.packs_check(archive, councils),
        )
        asked = (cases, register, None if name == REGISTER else CircleOfSupport(assessment))
        return cls(name, store, identity, archive, use_cases, publisher, *asked, add, decided, tasks, ready)

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        self._add(server, self._use_cases)
        receipts.add_to(server, self._use_cases, self._decided)
        if self._sharing:
            documents_server.add_to(server, self._use_cases, self._sharing)
        policy_server.add_to(server, self._use_cases, self._archive.library)
        identity_server.add_to(server, self._store, self._identity)
        if self._has_register:
            publications_server.add_to(server, self._use_cases, self._register)

    def begin(self, background: Background) -> None:
        """See server.Servable: publish, beginning with what waits in the outbox, and look after packs and records."""
        self._background = background
        self._publisher.start(background)
        self._tasks = [
            background.start("watching the policy packs", self._archive.watch(self._store)),
            background.start("following publications", self._archive.follow(self._store, self._register)),
            background.start("forgetting answers", forget_answers(self._store)),
            background.start("chaining the receipts", chaining.keep_chained(self._store)),
            background.start("reading revocations", revocations.keep(self._store, self._identity.revocations)),
            *(background.start(name, task(self._store)) for name, task in self._own_tasks.items()),
        ]

    def note_refused(self, actor: Actor, rpc: str, fault: Fault) -> None:
        """See server.Servable."""

    def drain(self) -> None:
        """See server.Servable. Every call here ends by itself."""

    async def close(self) -> None:
        """See server.Servable."""
        for task in self._tasks:
            await self._background.stop(task)
        await self._publisher.stop()
        await self._cases.close()
        await self._store.close()


async def forget_answers(store: Store) -> None:
    """Forget answers that have expired, until cancelled, and tell once a day. Waits out trouble of the database."""
    forgotten, told_on = 0, clock.today()
    while True:
        with waiting_out():
            forgotten += await answers.forget_expired(store)
        if told_on != clock.today():
            log.get().info("answers that had expired are forgotten", count=forgotten)
            forgotten, told_on = 0, clock.today()
        await asyncio.sleep(LOOK_SECONDS)


def _begin(connection: sa.Connection, archive: Archive, councils: Councils) -> None:
    """Begin to decide by the pack of every council, and by those that have decided here: a council may take one again.

    Raises a Fault if a council that has records is not there any more: its cases would be parked one after another.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(TAKE_YOUR_TIME)  # packs are made ready meanwhile, and nothing is locked
    for name in connection.execute(COUNCILS_WITH_RECORDS).scalars():
        councils.ensure_known(name)
    archive.begin_published(connection)
    for pack in sorted({*councils.packs(), *archive.names(connection)}):
        try:
            archive.begin(connection, pack)
        except Fault as fault:
            log.get().error("pack refused", pack=pack, reason=fault.reason, detail=fault.detail)


def _ensure_one(archive: Archive, councils: Councils) -> None:
    """Raise a Fault unless there is a pack that decides. One that is refused stops only its own councils."""
    packs = councils.packs()
    if not packs:
        raise no_council()
    published = archive.published.in_force(clock.as_text(clock.now()))
    if not published.keys() & {*packs}:
        refusals: list[Fault] = []
        for pack in packs:
            try:
                archive.library.ensure_in_force(pack)
            except Fault as fault:
                refusals.append(fault)
        if len(refusals) == len(packs):
            raise refusals[0]


def run(name: str, add: AddTo, decided: Sequence[DecidedRecords], tasks: Mapping[str, Task] = NO_TASKS) -> NoReturn:
    """The whole life of a deciding service's process."""

    async def opened(settings: Settings, identity: Identity, councils: Councils) -> DecidingService:
        return await DecidingService.open(name, settings, identity, councils, add, decided, tasks)

    running.run(name, opened)
