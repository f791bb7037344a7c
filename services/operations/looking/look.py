"""Looks again and again for what is stuck: at the rows, at the parts of the suite, and at what Temporal knows."""

import asyncio
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from time import monotonic
from typing import NoReturn

import sqlalchemy as sa
from temporalio.service import RPCError

from services.operations import finding_pages, store
from services.operations.alerts import telling
from services.operations.domain import journeys as told
from services.operations.domain.changes import Changes, Key, changes
from services.operations.domain.effects import Owed
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.journeys import FROM_TEMPORAL, Case
from services.operations.domain.parts import TEMPORAL, explained, held_up, stops_all
from services.operations.looking import troubles
from services.operations.looking.case_rows import CaseRows
from services.operations.looking.journeys import Journeys, Seen
from services.operations.looking.parts import Parts, PartsSeen
from services.operations.looking.troubles import Troubles
from services.operations.looking.waiting_journeys import Why
from services.operations.projecting import VERSION
from services.operations.rows import milliseconds
from services.operations.store import Look, Progress
from sevensteps import clock, log
from sevensteps.background import end_if_cancelled
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.identity.own_tokens import Tokens
from sevensteps.service.store import Store
from sevensteps.telemetry import series

LOOKING = "looking"
LOOK_SECONDS = 15.0
LOOKS_IN_TURN = 40
"""How often an instance looks until another may: its turn could have been lost without a sign."""
BETWEEN_TURNS = 1.0
TEMPORAL_AWAY = (Fault, RPCError, TimeoutError)
OF_WAITING = frozenset(
    {
        *(StuckKind.WORKER_MISSING, StuckKind.ACTIVITY_RETRYING, StuckKind.WORKFLOW_TASK_FAILING),
        *(StuckKind.EFFECT_MISSING, StuckKind.PART_NOT_ANSWERING, StuckKind.EVENTS_NOT_MOVING),
        StuckKind.ENGINES_DISAGREE,
    }
)
"""What is found of cases that do not get what they are owed."""
ASKED_ABOUT = (
    *(StuckKind.EFFECT_MISSING, StuckKind.ACTIVITY_RETRYING, StuckKind.WORKFLOW_TASK_FAILING),
    StuckKind.ENGINES_DISAGREE,
)
BY_WHOLE_ROWS = OF_WAITING | {StuckKind.JOURNEY_MISSING, StuckKind.JOURNEY_STOPPED}
"""What is not looked for while the rows are behind the feed: who is ahead of them would be missed."""
UNEXPLAINED = frozenset({StuckKind.EFFECT_MISSING, StuckKind.JOURNEY_MISSING})
"""What a part of the suite would explain, if one turns out to be in trouble."""
Before = Mapping[Key, Finding]
"""What was known before the look."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one look has gathered, each after what stands before it: the parts, Temporal, the rows, why cases wait."""

    now: datetime
    parts: PartsSeen
    seen: Seen | None
    dates: Sequence[Finding]
    owed: Sequence[Owed]
    why: Mapping[str, Why | None]
    cases: Mapping[str, Case]
    are_whole: bool
    are_made_anew: bool


class Looking:
    """Finds what is stuck. Of several instances one at a time does."""

    def __init__(self, records: Store, settings: Settings, tokens: Tokens, has_looked: Callable[[], None]) -> None:
        """`tokens` are the service's own, for what it asks of the others; `has_looked` is called after each look."""
        self._records = records
        self._has_looked = has_looked
        self._parts = Parts(settings, tokens)
        self._rows = CaseRows(records)
        self._journeys = Journeys(settings, self._rows)
        self._troubles = Troubles()
        self._trouble = ""

    async def keep(self) -> NoReturn:
        """Look for ever, until cancelled. Whatever goes wrong is waited out."""
        while True:
            try:
                async with self._records.in_turn(LOOKING) as is_ours:
                    for _ in range(LOOKS_IN_TURN if is_ours else 0):
                        await self._look_and_tell()
                        end_if_cancelled()
                        await asyncio.sleep(LOOK_SECONDS)
            except Exception as error:  # noqa: BLE001 - no trouble may end the looking
                self._cannot(error)
            end_if_cancelled()
            await asyncio.sleep(BETWEEN_TURNS)

    async def _look_and_tell(self) -> None:
        await self.look()
        if self._trouble:
            self._trouble = ""
            log.get().info("what is stuck is looked for again")

    async def look(self) -> None:
        """Look once, and store what is found. Raises a Fault as the store does."""
        began = monotonic()
        before = await self._records.read(finding_pages.all_findings)
        progress = await self._records.read(store.progress) or Progress(VERSION, until=1)
        are_whole = progress.has_all(self._troubles.head)
        parts = await self._parts.look()
        seen = await self._ask_temporal(parts, are_whole=are_whole)
        gathered = await self._gather(parts, seen, progress, are_whole=are_whole)
        found, asked = await self._conclude(gathered, before), gathered.seen is not None
        changed = changes(before, found)
        await self._records.write(partial(_store, changed=changed, gathered=gathered, asked=asked))
        series.LOOK_SECONDS.set(monotonic() - began)
        self._has_looked()

    async def _gather(self, parts: PartsSeen, seen: Seen | None, progress: Progress, *, are_whole: bool) -> Gathered:
        """Read the rows, and ask why cases wait."""
        now = clock.now()
        dates, past = await self._rows.dated(now)
        owed = [*past, *await self._rows.unserved(now)]
        others = {*seen.parked, *seen.lost} if seen else set()
        owed = [each for each in owed if each.case_id not in others]
        why: Mapping[str, Why | None] | None = {}
        if seen and seen.worker.runs and owed and are_whole:
            why = await self._ask_why(owed)
        cases = await self._rows.known([*others, *(each.case_id for each in owed)])
        owed = [each for each in owed if each.case_id in cases and cases[each.case_id].heard == each.heard]
        return Gathered(
            now,
            parts,
            None if why is None else seen,
            dates,
            owed,
            why or {},
            cases,
            are_whole,
            are_made_anew=bool(progress.until),
        )

    async def _conclude(self, gathered: Gathered, before: Before) -> Iterable[Finding]:
        worker = gathered.seen.worker if gathered.seen else None
        number = await self._rows.how_many_open()
        of_parts, may_be_more = self._troubles.of(gathered.parts, worker, number, gathered.now)
        if gathered.are_made_anew:
            return chain(of_parts, (finding for finding in before.values() if finding.case_id))
        kept = await self._kept(gathered, before)
        of_waiting = _of_waiting(gathered, before, of_parts) if gathered.are_whole else ()
        of_cases = chain(_of_journeys(gathered, before, of_parts), of_waiting)
        sure = (each for each in of_cases if not may_be_more or each.kind not in UNEXPLAINED or _key(each) in before)
        return chain(of_parts, gathered.dates, kept, sure)

    async def _kept(self, gathered: Gathered, before: Before) -> Sequence[Finding]:
        """What was found before, and could not be looked at now: Temporal is away, or the rows are behind the feed."""
        still = {each.case_id for each in gathered.owed}
        kept = [each for each in before.values() if _is_kept(each, gathered) and _is_still(each, still)]
        are_open = await self._rows.known([finding.case_id for finding in kept])
        return [finding for finding in kept if not finding.case_id or finding.case_id in are_open]

    async def _ask_temporal(self, parts: PartsSeen, *, are_whole: bool) -> Seen | None:
        try:
            return await self._journeys.look(troubles.how_read(parts), are_whole=are_whole)
        except TEMPORAL_AWAY:
            return None

    async def _ask_why(self, owed: Sequence[Owed]) -> Mapping[str, Why | None] | None:
        try:
            return await self._journeys.why(owed)
        except TEMPORAL_AWAY:
            return None

    def _cannot(self, error: Exception) -> None:
        """Log a trouble once."""
        reason = error.reason if isinstance(error, Fault) else type(error).__name__
        if reason != self._trouble:
            self._trouble = reason
            log.get().error("what is stuck cannot be looked for", reason=reason, exc_info=error)

    async def close(self) -> None:
        """Close what is open."""
        await self._parts.close()


def _of_journeys(gathered: Gathered, before: Before, of_parts: Sequence[Finding]) -> Iterator[Finding]:
    """The cases whose journey is parked, or that have none that runs although the relay has brought them."""
    seen, cases = gathered.seen, gathered.cases
    if seen is None:
        return
    part, brought = stops_all(of_parts), troubles.how_read(gathered.parts).up_to
    for case_id, why in seen.parked.items():
        if case := cases.get(case_id):
            yield told.parked(case, why) if why else _as_before(case, before)
    for case_id, ended in seen.lost.items():
        case = cases.get(case_id)
        if case is None:
            continue
        if ended is not None:
            yield told.without_journey(case, ended, gathered.now)
        elif part:
            yield held_up(case, part)
        elif case.opened <= brought or (case_id, StuckKind.JOURNEY_MISSING.value) in before:
            yield told.without_journey(case, None, gathered.now)


def _of_waiting(gathered: Gathered, before: Before, of_parts: Sequence[Finding]) -> Iterator[Finding]:
    """The cases that do not get what they are owed. One that Temporal was not asked about stays as it was."""
    for each in gathered.owed:
        finding = explained(each, gathered.why.get(each.case_id), of_parts, gathered.now)
        if finding and finding.kind is StuckKind.EFFECT_MISSING and each.case_id not in gathered.why:
            yield from (before[key] for kind in ASKED_ABOUT if (key := (each.case_id, kind.value)) in before)
        elif finding:
            yield finding


def _is_kept(finding: Finding, gathered: Gathered) -> bool:
    """Whether a finding is of a kind that could not be looked for."""
    if gathered.seen is None and finding.kind in FROM_TEMPORAL:
        return True
    return bool(finding.case_id) and not gathered.are_whole and finding.kind in BY_WHOLE_ROWS


def _is_still(finding: Finding, still: Container[str]) -> bool:
    """Whether the case of a finding waits as it did, as far as that shows."""
    return not finding.case_id or finding.kind not in OF_WAITING or finding.case_id in still


def _key(finding: Finding) -> Key:
    return finding.about, finding.kind.value


def _as_before(case: Case, before: Before) -> Finding:
    """Why a journey is parked, as it was known before no worker could say it any more."""
    kinds = (StuckKind.PARKED, StuckKind.ENGINES_DISAGREE)
    known = (before.get((case.case_id, kind.value)) for kind in kinds)
    return next(filter(None, known), told.parked(case, None))


def _store(
    connection: sa.Connection,
    changed: Changes,
    gathered: Gathered,
    *,
    asked: bool,
) -> None:
    """Store what has changed, and when it was looked."""
    now = milliseconds(gathered.now)
    finding_pages.replace_findings(connection, changed.gone, changed.new, changed.told_anew, now)
    telling.tell(connection, gathered.now)
    silent = {process.service for process in gathered.parts.silent} | (set() if asked else {TEMPORAL})
    last = store.last_look(connection)
    store.note_look(connection, Look(now, now if asked else last.asked, tuple(sorted(silent))))
