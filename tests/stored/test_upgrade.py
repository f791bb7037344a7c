"""What released versions have stored, today's suite reads, verifies, and carries on to the end of every case."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from servers.postgres import PostgresServer
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.cli.checking.everything import Check
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import PAYLOADS, CaseEnded, CaseResumed
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.local.suite import Suite
from sevensteps.policy import Library
from stored.case import Case
from stored.fixture import (
    DECIDING,
    Kind,
    Made,
    Row,
    about,
    as_row,
    receipts_in,
    receipts_of,
    records_of,
    restore_database,
    restore_files,
    stored_in,
)
from stored.operations import disagreements
from stored.player import play_to_end
from stored.policies import PACK, WITH_CHOICES, lengthen_bank_holidays, put_in, put_together, settings_on, write_choices
from stored.town import StuckError, Town
from workflows.journey.journey import Journey
from workflows.worker import RESTRICTIONS

HERE = Path(__file__).parent
POLICIES = HERE.parents[1] / "policies"
STORES = sorted(file.parent for file in HERE.glob("*/*/cases.json"))
SIDE_BY_SIDE = 8
REPLAYER = Replayer(workflows=[Journey], workflow_runner=SandboxedWorkflowRunner(restrictions=RESTRICTIONS))

every_store = pytest.mark.parametrize("folder", STORES, ids=lambda folder: f"{folder.parent.name}-{folder.name}")

TOLD_BY_UPGRADES = frozenset({"money.started.v1", "support.started.v1"})
"""What a service tells of its records because an earlier version did not."""


@every_store
async def test_a_store_is_carried_on(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Nothing is lost, every receipt verifies, every journey stands where it stood, and every case comes to its end.

    The date on which this runs does not matter: where a date has passed meanwhile, a review is under way.
    """
    made, settings = await _restored(folder, tmp_path, request)
    suite = Suite(settings, print)
    await suite.start()
    try:
        async with Town(settings) as town:
            cases = [
                Case(town, *(str(row[part]) for part in ("name", "council", "kind", "case_id"))) for row in made.cases
            ]
            await _assert_that_nothing_is_lost(town, made, cases)
            await _assert_that_receipts_verify(town, law := Library(settings.policies))
            open_cases = [case for case, row in zip(cases, made.cases, strict=True) if not _stands(row)["ending"]]
            await _rebuild(settings)
            await _assert_that_journeys_stand_where_they_stood(town, made, open_cases)
            assert await disagreements(town, cases) == []
            put_in(folder.parent / "packs/mended" / PACK, settings.policies)
            await _play_to_the_end(open_cases)
            await _assert_that_every_case_has_ended(town, made, cases)
            assert await disagreements(town, cases) == []
            await _assert_that_receipts_verify(town, law)
            await _assert_that_everything_verifies(settings)
    finally:
        await suite.stop()


@every_store
async def test_the_journeys_of_a_store_replay(folder: Path) -> None:
    """Temporal may still have the journeys of the open cases: today's code would do again what they did."""
    made, _ = stored_in(folder)
    for name, history in made.histories.items():
        for number, run in enumerate(history.splitlines(), start=1):
            try:
                await REPLAYER.replay_workflow(WorkflowHistory.from_json(f"{name}-{number}", run))
            except Exception as error:  # noqa: BLE001 - whatever it is, the failure says whose journey it was
                pytest.fail(f"run {number} of the journey of {name} does not replay: {error}")


async def _restored(folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Made, Settings]:
    """A store in a place of its own, with today's packs and the council's beside them."""
    made, records = stored_in(folder)
    policies = put_together(POLICIES, folder.parent / "packs/second" / PACK, tmp_path / "policies")
    lengthen_bank_holidays(policies)
    write_choices(WITH_CHOICES, policies)
    if folder.name == Kind.SQLITE:
        restore_files(records, tmp_path / "data")
        return made, settings_on(tmp_path / "data", "", policies)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    database = server.create_database(f"stored_{folder.parent.name.replace('.', '_')}_{os.getpid()}")
    await restore_database(records, database)
    return made, settings_on(tmp_path / "data", database, policies)


async def _assert_that_nothing_is_lost(town: Town, made: Made, cases: Sequence[Case]) -> None:
    """Every case, record, event and receipt is what it was. There may be more to it: a later version may tell more."""
    differences: list[str] = []
    for case, stored in zip(cases, made.records, strict=True):
        try:
            found = await records_of(case)
        except Fault as fault:
            differences.append(f"{case.name} ({case.case_id}): cannot be read: {fault.reason}: {fault.detail}")
        else:
            differences += [f"{case.name} ({case.case_id}){said}" for said in _differences(stored, found)]
    events = await _events(town)
    before, since = events[: len(made.events)], events[len(made.events) :]
    differences += [f"events{difference}" for difference in _differences(made.events, before)]
    differences += [f"event since, not of an upgrade: {row}" for row in since if row["type"] not in TOLD_BY_UPGRADES]
    differences += _unreadable(await town.events(), {case.case_id: case.name for case in cases})
    for case in cases:
        differences += await _lost_resumptions(case, before)
    differences += [f"receipts{difference}" for difference in _differences(made.receipts, await receipts_in(town))]
    assert differences == [], "\n".join(differences)


def _differences(stored: object, found: object, path: str = "") -> Iterator[str]:
    """Each place at which something stored is gone or is another now."""
    if isinstance(stored, dict) and isinstance(found, dict):
        for name, value in stored.items():
            yield from _differences(value, found.get(name), f"{path}.{name}")
    elif isinstance(stored, list) and isinstance(found, list):
        if len(stored) != len(found):
            yield f"{path}: there were {len(stored)}, and there are {len(found)}"
        for number, (before, after) in enumerate(zip(stored, found, strict=False), start=1):
            yield from _differences(before, after, f"{path}[{number}]")
    elif stored != found:
        yield f"{path}: was {stored!r}, is {found!r}"


async def _lost_resumptions(case: Case, events: Sequence[Row]) -> list[str]:
    """Which resumptions an event tells of, and cannot be read with their reasons."""
    told = [row["actor"] for row in events if (row["case_id"], row["type"]) == (case.case_id, CaseResumed.TYPE)]
    acts = [act for act in (await case.acts()).acts if act.kind == assessment_pb2.ACT_KIND_RESUMED and act.because]
    kept = [act.acted_by for act in acts]
    return [] if told == kept else [f"{case.name} ({case.case_id}): resumed by {told}, and on record is {kept}"]


def _unreadable(events: Sequence[feed_pb2.Event], names: Mapping[str, str]) -> Iterator[str]:
    """Each event whose payload is not what its type says today: the journey of its case could not hear it."""
    for event in events:
        try:
            PAYLOADS[event.type].of(event.payload)
        except (KeyError, TypeError, ValueError) as error:
            yield f"{names[event.case_id]} ({event.case_id}): event {event.position}, {event.type}: {error!r}"


async def _events(town: Town) -> list[Row]:
    return [as_row(event) for event in await town.events()]


async def _assert_that_receipts_verify(town: Town, law: Library) -> None:
    """Every decision of every service is made again by the pack that its receipt names, as the service has kept it."""
    differences: list[str] = []
    for service in DECIDING:
        receipts = [(receipt, json.loads(receipt.receipt)) for receipt in await receipts_of(town, service)]
        for version in {kept["hash"] for _, kept in receipts}:
            differences += await _take_in(town, law, service, version)
        for receipt, kept in receipts:
            where = f"{service}: {receipt.receipt_id}, {receipt.decision} in {receipt.case_id}"
            try:
                differences += [f"{where}: {said}" for said in law.verify(kept)]
            except Fault as fault:
                differences.append(f"{where}: cannot be decided again: {fault.reason}: {fault.detail}")
    assert differences == [], "\n".join(differences)


async def _assert_that_everything_verifies(settings: Settings) -> None:
    """The receipts of before are in the chains, and records name theirs, as those do that came by decisions since."""
    check = Check(settings, {}, lambda *_: None)
    while not check.heads or check.not_chained:
        check = Check(settings, {}, lambda *_: None)
        assert [finding async for finding in check.findings()] == []
    assert check.records > 0
    assert sum(head.position for head in check.heads) == check.receipts


async def _take_in(town: Town, law: Library, service: str, version: str) -> list[str]:
    """Learn a version of a pack from the archive of a service. Answers what is wrong with what that has kept."""
    olu = await town.caller("olu", EVERY_COUNCIL)
    request = receipts_pb2.GetPackRequest(hash=version)
    try:
        pack = await olu.ask(request, receipts_pb2.GetPackResponse, at=service)
        if not law.has_version(version):
            law.add_version(pack.pack, version, pack.files)
    except Fault as fault:
        return [f"{service}: the pack with the hash {version}: {fault.reason}: {fault.detail}"]
    same = law.version(version).files == dict(pack.files)
    return [] if same else [f"{service}: the pack with the hash {version} is kept with another text than elsewhere"]


async def _rebuild(settings: Settings) -> None:
    """`sevensteps journeys rebuild`, on a Temporal that has nothing."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workflows.delivery.rebuild"),
        env=os.environ | settings.as_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


async def _assert_that_journeys_stand_where_they_stood(town: Town, made: Made, cases: Sequence[Case]) -> None:
    """The same step, waiting for the same, until the same date."""
    standings = {case.name: about(case, await town.standing(case.case_id)) for case in cases}
    stored = {name: row for row in made.cases if (name := str(row["name"])) in standings}
    differences = [
        f"{name} ({row['case_id']}){difference}"
        for name, row in stored.items()
        for difference in _differences(_as_of_today(row), standings[name])
    ]
    assert differences == [], "\n".join(differences)


def _as_of_today(row: Row) -> Row:
    """Where a case stands by now: a review whose date has passed since it was stored is under way."""
    stands = _stands(row)
    passed = str(stands["due_on"] or "9999") <= datetime.now(UTC).date().isoformat()
    if stands["stage"] != "life_lived" or not passed:
        return row
    waiting_for = "release" if stands["on_hold"] else "review"
    return {"stands": {"stage": "seen_how_it_worked", "waiting_for": waiting_for, "life_round": stands["life_round"]}}


def _stands(row: Row) -> Row:
    stands = row["stands"]
    assert isinstance(stands, dict)
    return stands


async def _play_to_the_end(cases: Sequence[Case]) -> None:
    """Take every case through the steps that are left to it. Fails with each that does not get there."""
    room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def play(case: Case) -> str:
        async with room:
            try:
                await play_to_end(case)
            except StuckError as stuck:
                return str(stuck)
            return ""

    stuck = [said for said in await asyncio.gather(*map(play, cases)) if said]
    assert stuck == [], "\n".join(stuck)


async def _assert_that_every_case_has_ended(town: Town, made: Made, cases: Sequence[Case]) -> None:
    """Each ended once, everything is in one order without gap or double, and what was stored stands where it stood."""
    assert [case.name for case in cases if not (await case.record()).ending] == []
    events = await town.events()
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert [event for event, times in Counter(event.event_id for event in events).items() if times > 1] == []
    ended = Counter(event.case_id for event in events if event.type == CaseEnded.TYPE)
    assert ended == Counter(case.case_id for case in cases)
    assert list(_unreadable(events, {case.case_id: case.name for case in cases})) == []
    assert list(_differences(made.events, [as_row(event) for event in events[: len(made.events)]])) == []
