"""Carrying out repairs: case by case, at a pace, and looking at each case again. Whoever repairs may stop it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from uuid import uuid4

import sqlalchemy as sa

from services.operations import store
from services.operations.domain.action import Action
from services.operations.domain.prediction import Prediction
from services.operations.domain.repair import (
    BY_ROWS,
    PROVED_BY_SERVICE,
    Outcome,
    Proof,
    State,
    prove,
    prove_by_row,
)
from services.operations.repairs import agreeing, auditing, repair_store
from services.operations.repairs.auditing import Entry, Signer
from services.operations.repairs.hands import Hands
from services.operations.repairs.repair_store import Repair, RepairCase
from services.operations.rows import milliseconds
from sevensteps import clock, log
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor
from sevensteps.service.store import Store

LOOK_SECONDS = 1.0
"""Between two looks at a case that has been repaired."""
PATIENCE_SECONDS = 60.0
"""How long a case may take to move. After that it is as it was."""
NOT_HEARD = "The feed does not say so yet."
LOOK_AT_THEM = "Look at what has become of the first cases, and continue."
PASSING = frozenset({Kind.UNAVAILABLE, Kind.UNAUTHENTICATED})
"""What keeps the whole repair waiting: not the case is refused, but nothing can be done now."""


@dataclass(frozen=True, slots=True)
class Going:
    """How a repair is to be carried out: by whom, with which token, how many cases, and how many a minute.

    `left` is how many are left, as whoever asks has read it; 0 where they have not.
    """

    actor: Actor
    token: str
    cases: int
    pace: int
    left: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a repair, from where it was continued to where it waits; `runner` tells it from every other."""

    repair: Repair
    runner: str
    going: Going

    @property
    def repair_id(self) -> str:
        """Which repair."""
        return self.repair.repair_id


class Repairing:
    """Carries out the repairs that this instance was asked to continue."""

    def __init__(self, records: Store, hands: Hands, signer: Signer) -> None:
        """`hands` act on cases and look at them; `signer` signs what is on record."""
        self._records = records
        self._hands = hands
        self._signer = signer
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False

    async def foresee(
        self, action: Action, given: Mapping[str, str], case_ids: Sequence[str], token: str
    ) -> Mapping[str, Prediction]:
        """What an action would do to cases that have to be asked about. Raises a Fault where nobody answers."""
        return await self._hands.foresee(action, given, case_ids, token) if case_ids else {}

    async def go_on(self, repair: Repair, going: Going) -> None:
        """Begin, or go on, in the background.

        Raises Faults (PRECONDITION): SECOND_PERSON_NEEDED where nobody has agreed yet, REPAIR_RUNS, and REPAIR_WENT_ON.
        """
        agreeing.ensure_agreed(repair)
        repair_id, runner = repair.repair_id, str(uuid4())
        taking = partial(repair_store.take, repair_id=repair_id, runner=runner, left=going.left, now=_now())
        if not await self._records.write(taking):
            detail = "The repair runs already. Stop it first, or wait until it has come to where it waits."
            raise Fault(Kind.PRECONDITION, "REPAIR_RUNS", detail)
        await self._note(going.actor, Entry("repair.continued", repair_id, "", after={"cases": going.cases}))
        task = asyncio.create_task(self._run(Run(repair, runner, going)), name=f"repair {repair_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, repair: Repair, actor: Actor, because: str) -> None:
        """Stop before the next case. Raises a Fault (PRECONDITION, REPAIR_STANDS) where it does not run."""
        repair_id = repair.repair_id
        if repair.state is not State.RUNNING:
            raise Fault(Kind.PRECONDITION, "REPAIR_STANDS", "The repair does not run, so there is nothing to stop.")
        stopping = partial(repair_store.settle, repair_id=repair_id, state=State.STOPPED, why=f"Stopped: {because}")
        await self._records.write(stopping)
        await self._note(actor, Entry("repair.stopped", repair_id, because))

    async def close(self) -> None:
        """Finish the case in hand. The rest can be continued, here or by another instance."""
        self._is_closing = True
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, run: Run) -> None:
        """Carry it out as far as it is to go, and say why it goes no further. What is unforeseen stops it, too."""
        try:
            why = await self._carry_out(run)
        except Fault as fault:
            why = f"{fault.reason}: {fault.detail}"
        except Exception as error:  # noqa: BLE001 - a repair never ends unseen
            log.get().error("a repair has ended by an error", exc_info=error)
            why = "Something unforeseen has gone wrong. The log says what."
        if why is not None:
            await self._settle(run, why)

    async def _carry_out(self, run: Run) -> str | None:
        """Repair and look, case by case. Answers why it goes no further; None where somebody has stopped it.

        Whatever ends it, what has been repaired is looked at again.
        """
        before = await self._records.read(partial(repair_store.to_look_at, repair_id=run.repair_id))
        looking = {asyncio.create_task(self._prove(run, case)) for case in before}
        try:
            why = await self._act_on_some(run, looking)
            while looking and not self._is_closing:
                seen, looking = await asyncio.wait(looking, timeout=LOOK_SECONDS)
                _log_errors(seen)
                if not await self._is_still(run):
                    why = None
        finally:
            for task in looking:
                task.cancel()
        return why

    async def _act_on_some(self, run: Run, looking: set[asyncio.Task[None]]) -> str | None:
        """Repair the next cases, and begin to look at each. Answers as `_carry_out` does."""
        size = run.going.cases or repair_store.EVERY_CASE
        for case in await self._records.read(partial(repair_store.left_of, repair_id=run.repair_id, size=size)):
            began = monotonic()
            if not await self._is_still(run):
                return None
            try:
                acted = await self._act(run, case)
            except Fault as fault:
                return f"{fault.reason}: {fault.detail}"
            if acted:
                looking.add(asyncio.create_task(self._prove(run, acted)))
            await asyncio.sleep(max(60 / run.going.pace - (monotonic() - began), 0))
        return ""

    async def _is_still(self, run: Run) -> bool:
        """Give a sign of life. False where the repair was stopped, or this process ends."""
        if self._is_closing:
            return False
        alive = partial(repair_store.is_still, repair_id=run.repair_id, runner=run.runner, now=_now())
        return await self._records.write(alive)

    async def _act(self, run: Run, case: RepairCase) -> RepairCase | None:
        """Repair one case. None where it is not to be looked at: refused, or in other hands. Raises what passes."""
        repair, going = run.repair, run.going
        other = partial(repair_store.others_at_work, repair_id=repair.repair_id, case_id=case.case_id)
        if busy := await self._records.read(other):
            await self._end(case, Proof(Outcome.LEFT_OUT, f"It is just being repaired by {busy}."))
            return None
        known = await self._records.read(partial(store.standings, case_ids=[case.case_id]))
        heard = known[case.case_id].heard if case.case_id in known else case.heard
        mine = replace(case, heard=heard, done=_now())
        if not await self._records.write(partial(repair_store.claim, case=case, heard=heard, now=mine.done)):
            return None
        before = {"heard": heard, "repair": repair.repair_id}
        entry = Entry(f"repair.{repair.action}", case.case_id, repair.because, before=before)
        try:
            await self._hands.act(repair, mine, going.token)
        except Fault as fault:
            if fault.kind in PASSING:
                await self._records.write(partial(repair_store.let_go, case=case))
                raise
            await self._note(going.actor, replace(entry, refused=fault.reason))
            await self._end(case, Proof(Outcome.REFUSED, f"{fault.reason}: {fault.detail}"))
            return None
        await self._note(going.actor, entry)
        return mine

    async def _prove(self, run: Run, case: RepairCase) -> None:
        """Look at a case until it is seen what has become of it."""
        deadline, said = monotonic() + PATIENCE_SECONDS, ""
        proof: Proof | None = None
        while proof is None and monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                said, proof = await self._look(run, case)
            except Fault as fault:
                said = fault.detail
        proof = proof or Proof(Outcome.UNCHANGED, said)
        await self._end(case, proof)
        after = {"outcome": proof.outcome.value, "seen": proof.seen, "repair": run.repair_id}
        await self._note(run.going.actor, Entry("repair.looked", case.case_id, run.repair.because, after=after))

    async def _look(self, run: Run, case: RepairCase) -> tuple[str, Proof | None]:
        """What is seen of a case now; and what has become of it, where that can be told."""
        repair = run.repair
        if repair.action in PROVED_BY_SERVICE:
            proof = await self._hands.read_back(repair, case, run.going.token)
            return proof.seen, proof
        if repair.action not in BY_ROWS:
            now = await self._hands.look(case.case_id)
            return now.sentence, prove(repair.action, case.heard, now)
        known = await self._records.read(partial(store.standings, case_ids=[case.case_id]))
        row = known.get(case.case_id)
        return NOT_HEARD, prove_by_row(repair.action, repair.given, case.heard, row) if row else None

    async def _end(self, case: RepairCase, proof: Proof) -> None:
        await self._records.write(partial(repair_store.note_outcome, case=case, proof=proof, now=_now()))

    async def _settle(self, run: Run, why: str) -> None:
        """Done where every case has come to something; else it waits for somebody to continue it."""
        progress = await self._records.read(partial(repair_store.progress, repair_id=run.repair_id))
        is_done = not progress.left and not progress.to_look_at
        state = State.DONE if is_done else State.WAITING
        why = (
            "" if is_done else why or "These were to be repaired first. Look at what has become of them, and continue."
        )
        entry = Entry("repair.settled", run.repair_id, "", after={"state": state.value, **progress.outcomes})

        def settle(connection: sa.Connection) -> None:
            repair_store.settle(connection, run.repair_id, state, why)
            auditing.add(connection, run.going.actor, entry, self._signer)

        await self._records.write(settle)

    async def _note(self, actor: Actor, entry: Entry) -> None:
        """Put on record what was done. What is about the repair as a whole is signed."""
        signer = self._signer if not entry.about.startswith("case-") else None
        await self._records.write(partial(auditing.add, actor=actor, entry=entry, signer=signer))


def _log_errors(seen: set[asyncio.Task[None]]) -> None:
    """What is unforeseen of one case keeps no other from being looked at; its own outcome stays open."""
    for task in seen:
        if error := task.exception():
            log.get().error("a repaired case cannot be looked at", exc_info=error)


def _now() -> int:
    return milliseconds(clock.now())
