"""Rows of many cases that are made by the fold, some of them stuck in each way, and one pass that looks for that.

What the pass hears of the parts of the suite and of Temporal is put in its place: how long those take to answer is not
measured here. Everything else is the service's own code over real records.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice
from typing import Self
from unittest.mock import patch

import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from services.operations import finding_pages, store
from services.operations.domain.effects import Owed
from services.operations.domain.finding import StuckKind
from services.operations.domain.journeys import Ended, Failing, Retrying
from services.operations.looking import troubles
from services.operations.looking.journeys import HowRead, Journeys, Seen, Worker
from services.operations.looking.look import Looking
from services.operations.looking.parts import Parts, PartsSeen, Process
from services.operations.looking.waiting_journeys import Why
from services.operations.projecting import VERSION, project
from services.operations.service import NAME
from services.operations.store import Progress
from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Event, Subscription
from sevensteps.api.receipts.v1.receipts_pb2 import PackInForce
from sevensteps.config import Settings
from sevensteps.events import (
    CaseOpened,
    ComplaintRecorded,
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    LifeOpened,
    MoneyOpened,
    MoneyOrganised,
    Payload,
    PlanApproved,
    PlanChecked,
    PlanOpened,
    PlanSubmitted,
    StepOverdue,
    SupportOpened,
    SupportOrganised,
)
from sevensteps.identity.actor import Role
from sevensteps.rpc.identity import Identity
from sevensteps.service.store import Store
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import Parked

AT_ONCE = 1000
COUNCIL = "large-council"
SEED = 1
AGO = timedelta(hours=2)
"""How long ago everything happened: a case that waits for the suite since then has waited too long."""
RESTS = (1, 2, 4, 6, 8, 10, 12)
"""After how many events of its story a case waits for somebody, and not for the suite."""


def day(days: int) -> str:
    """The day so many days from now."""
    return (clock.today() + timedelta(days=days)).isoformat()


def story() -> Sequence[Payload]:
    """What happens to a case until it is in step 6. Every date is far off."""
    return (
        CaseOpened("adult", day(28)),
        DeterminationConfirmed(1, "d", True, ["hygiene"], ["amy"], record_due=day(30)),
        IndicativeBudgetGiven(1, "82.91", "amy"),
        PlanOpened(1, day(60)),
        PlanSubmitted(1, "82.50", ""),
        PlanChecked(1, "met", "met", "met", "met", "met", "L1", day(70)),
        PlanApproved(1, "82.50", "L1"),
        MoneyOpened(1, day(80)),
        MoneyOrganised(1, direct_payment=True),
        SupportOpened(1, day(90)),
        SupportOrganised(1, day(91)),
        LifeOpened(1, 1, day(400), DueKind.HARD, "R4"),
    )


LATE = "case-late"
STOPPED, MISSING, PARKED, DISAGREE, RETRIES, FAILS, UNSERVED, PROVIDER, BREACHED, NEAR = (
    f"case-{word}"
    for word in (
        *("stopped", "missing", "parked", "disagree", "retries", "fails", "unserved", "provider", "breached", "near"),
    )
)
OF_CASES: dict[str, StuckKind] = {
    LATE: StuckKind.PERSON_PAST_DUE,
    PROVIDER: StuckKind.OUTSIDE_PARTY_PAST_DUE,
    BREACHED: StuckKind.CLOCK_BREACHED,
    NEAR: StuckKind.CLOCK_NEAR,
    PARKED: StuckKind.PARKED,
    MISSING: StuckKind.JOURNEY_MISSING,
    STOPPED: StuckKind.JOURNEY_STOPPED,
    DISAGREE: StuckKind.ENGINES_DISAGREE,
    RETRIES: StuckKind.ACTIVITY_RETRYING,
    FAILS: StuckKind.WORKFLOW_TASK_FAILING,
    UNSERVED: StuckKind.EFFECT_MISSING,
}
"""The cases that are stuck, each in its way."""
OF_PARTS: dict[str, StuckKind] = {
    "outbox of review": StuckKind.EVENTS_NOT_MOVING,
    "approval": StuckKind.PART_NOT_ANSWERING,
    "england in planning": StuckKind.PACK_REFUSED,
    "ledger/all": StuckKind.OUTSIDE_PARTY_PAST_DUE,
}
"""What is wrong with parts of the suite, by what it is about, and holds up no case of these."""
STOPS_ALL: dict[str, StuckKind] = {"relay": StuckKind.EVENTS_NOT_MOVING, "worker": StuckKind.WORKER_MISSING}
"""What holds up every case, and so can only be wrong by itself."""


def stuck_stories() -> Mapping[str, Sequence[Payload]]:
    """What has happened to each case that is stuck."""
    rests, serves = story()[:1], story()[:3]
    passed = (StepOverdue(Stage.MONEY_FOUND, 1, day(-3), DueKind.SOFT),)
    support = (SupportOpened(1, day(-3)), StepOverdue(Stage.SUPPORT_ORGANISED, 1, day(-3), DueKind.SOFT))
    complaint = partial(ComplaintRecorded, "complaint-1", day(-20), "letter", "person")
    return {
        **dict.fromkeys((PARKED, DISAGREE, RETRIES, FAILS, UNSERVED), serves),
        **dict.fromkeys((MISSING, STOPPED), rests),
        LATE: (CaseOpened("adult", day(-3)), *passed),
        PROVIDER: (*story()[:9], *support),
        BREACHED: (*rests, complaint(day(-1), day(60))),
        NEAR: (*rests, complaint(day(3), day(60))),
    }


def calm(number: int) -> Iterator[tuple[str, Sequence[Payload]]]:
    """So many cases in which nothing is wrong, each waiting for somebody in any step, with what has happened."""
    chance, told = random.Random(SEED), story()  # noqa: S311 - every run has the same cases
    return ((f"case-{case:012d}", told[: chance.choice(RESTS)]) for case in range(number))


def events(number: int) -> Iterator[Event]:
    """Of so many cases in which nothing is wrong, and then of those that are stuck."""
    at = Timestamp()
    at.FromDatetime(clock.now() - AGO)
    for case_id, payloads in chain(calm(number), stuck_stories().items()):
        for payload in payloads:
            yield Event(type=payload.TYPE, case_id=case_id, council=COUNCIL, payload=payload.as_json(), occurred_at=at)


async def fill(records: Store, number: int) -> int:
    """Make the rows by the fold. Answers how many events there were."""
    every, position, before = events(number), 0, Progress(VERSION)
    await records.write(partial(store.begin_anew, new=before))
    while some := list(islice(every, AT_ONCE)):
        for event in some:
            position += 1
            event.position = position
        reached = Progress(VERSION, position=position, head=position, heard_at=clock.as_text(clock.now()))
        await records.write(partial(project, before=before, events=some, reached=reached))
        before = reached
    return position


@dataclass
class Pass:
    """Looks over such rows, and what it hears of the rest."""

    records: Store
    looking: Looking
    head: int
    is_well: bool = False
    stops_all: str = ""
    _patched: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def over(cls, records: Store, settings: Settings, head: int) -> Self:
        """Nothing was looked at yet. What has to last for some seconds to be told is told at once."""
        tokens = Identity.open(settings).own_tokens(NAME, Role.SERVICE)
        pass_ = cls(records, Looking(records, settings, tokens, lambda: None), head)
        pass_.looking._troubles.head = head  # noqa: SLF001 - as a look before has left it
        return pass_

    def __enter__(self) -> Self:
        async def parts(_: Parts) -> PartsSeen:
            return self._parts()

        async def seen(_: Journeys, __: HowRead, *, are_whole: bool) -> Seen:
            assert are_whole
            return self._seen()

        async def why(_: Journeys, owed: Sequence[Owed]) -> Mapping[str, Why | None]:
            known = {} if self.is_well else self._why()
            return {each.case_id: known.get(each.case_id) for each in owed}

        for patching in (
            patch.object(Parts, "look", parts),
            patch.object(Journeys, "look", seen),
            patch.object(Journeys, "why", why),
            patch.object(troubles, "SILENT", timedelta(0)),
            patch.object(troubles, "STANDS_STILL", timedelta(0)),
        ):
            self._patched.enter_context(patching)
        return self

    def __exit__(self, *_: object) -> None:
        self._patched.close()

    def _parts(self) -> PartsSeen:
        is_held = self.stops_all == "relay"
        relay = Subscription(name="journeys", position=self.head - is_held, lag=int(is_held), reader="worker")
        if self.is_well:
            return PartsSeen(frozenset(), frozenset(), [relay], {})
        seen = Timestamp()
        seen.FromDatetime(clock.now() - timedelta(days=2))
        ledger = Subscription(council=COUNCIL, subject="ledger", name="all", position=1, lag=9, last_seen=seen)
        packs = {"planning": [PackInForce(pack="england", hash="1", refused="It is not whole.")]}
        return PartsSeen(frozenset({Process("approval")}), frozenset({"review"}), [relay, ledger], packs)

    def _seen(self) -> Seen:
        worker = Worker(self.stops_all != "worker", clock.now() - timedelta(minutes=5), "")
        if self.is_well:
            return Seen(worker, {}, {})
        ended = Ended("terminated", clock.now(), "By mistake")
        refused = Parked("OpenPlan", "STAGE_ORDER", "The plan is made.")
        return Seen(worker, {PARKED: refused}, {STOPPED: ended, MISSING: None})

    def _why(self) -> Mapping[str, Why]:
        return {
            RETRIES: Retrying("OpenPlan", "planning", 9, "STORE_UNAVAILABLE"),
            DISAGREE: Retrying("OpenPlan", "planning", 9, "ENGINES_DISAGREE"),
            FAILS: Failing(9, "its code does not fit what it has recorded"),
        }

    async def look(self, at: datetime | None = None) -> None:
        """Look once, now or at a moment."""
        with patch.object(clock, "now", lambda: at) if at else ExitStack():
            await self.looking.look()

    async def found(self) -> Mapping[str, set[StuckKind]]:
        """What is found now, by what it is about."""

        def read(connection: sa.Connection) -> Mapping[str, set[StuckKind]]:
            found: dict[str, set[StuckKind]] = {}
            for finding in finding_pages.all_findings(connection).values():
                found.setdefault(finding.about, set()).add(finding.kind)
            return found

        return await self.records.read(read)
