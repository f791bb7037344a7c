"""The disk is lost, and everything comes back from a backup that was made while people worked."""

import asyncio
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bench.trip import STEPS, Staff, open_case
from e2e.agreement import SETTLING_SECONDS, events_of, remaining
from servers.command_line import run_command
from servers.services import refusal_of
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.journeys import connect, standing
from sevensteps.local.suite import Suite, on_free_ports

PAUSE_SECONDS = 0.5
"""Between cases that are opened during the backup: each is a journey to rebuild."""


async def test_everything_comes_back_from_a_backup_made_while_people_worked(tmp_path: Path) -> None:
    """Cases go on in the step in which the backup has them; nothing is there twice; readers are told; all verifies."""
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data"))
    backup = tmp_path / "records.backup"
    suite = Suite(settings, print)
    await suite.start()
    try:
        cases, bookmark = await _work_and_back_up(settings, backup)
        lost = {event.event_id for event in await events_of(settings)}
    finally:
        await suite.stop()
    await _said(settings, "restore", str(backup), refused="RECORDS_THERE")
    shutil.rmtree(settings.data)

    tried = json.loads(await _said(settings, "restore", str(backup), "--check", "--json"))
    assert (tried["differences"], tried["disagreements"], tried["findings"]) == ([], [], [])
    assert tried["receipts"] > 0
    assert not any(settings.data.glob("*.db")), "a trial leaves everything as it is"

    restored = json.loads(await _said(settings, "restore", str(backup), "--json"))
    assert restored["feed_id"] != restored["backup"]["feed"]["feed_id"]
    assert restored["copied"] == ["keys/audit.pem", "keys/development.pem"]
    there = {event.event_id for event in await events_of(settings)}
    assert there < lost, "events of after the backup are lost, and no other is there"

    suite = Suite(settings, print)
    await suite.start()
    try:
        async with Staff(settings) as staff:
            watching = staff.services.feed.WatchEvents(feed_pb2.WatchEventsRequest(resume_token=bookmark), timeout=20)
            assert (await refusal_of(anext(aiter(watching)))).reason == "FEED_CHANGED"
            rebuilt = await _said(settings, "journeys", "rebuild", "--all")
            assert "0 were running" in rebuilt
            for case_id, steps in cases.items():
                for step in STEPS[steps:]:
                    await step(staff, case_id)
            await asyncio.gather(*(_comes_to_life(settings, case_id) for case_id in cases))
        assert await remaining(settings) == []
        made_anew = (settings.data / "logs" / "operations.log").read_text()
        assert "the rows of cases are made anew" in made_anew
        assert "FEED_CHANGED" in made_anew
        assert "nothing wrong" in await _said(settings, "verify", "--all")
    finally:
        await suite.stop()


async def _work_and_back_up(settings: Settings, backup: Path) -> tuple[Mapping[str, int], str]:
    """Cases in every step, each with how far it is, and a bookmark of after the backup, which is made meanwhile."""
    async with Staff(settings) as staff:
        cases: dict[str, int] = {}
        for steps in range(0, len(STEPS) + 1, 2):
            case_id = await open_case(staff)
            for step in STEPS[:steps]:
                await step(staff, case_id)
            cases[case_id] = steps
        working = asyncio.create_task(_open_cases(staff))
        await _said(settings, "backup", str(backup))
        assert not working.done(), "who works meanwhile notices nothing"
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await open_case(staff)
        page = await staff.services.feed.ListEvents(feed_pb2.ListEventsRequest(page_size=1000))
        while page.more:
            request = feed_pb2.ListEventsRequest(page_size=1000, page_token=page.next_page_token)
            page = await staff.services.feed.ListEvents(request)
        subscription = feed_pb2.AcknowledgeEventsRequest(name="board", position=page.events[-1].position)
        await staff.services.feed.AcknowledgeEvents(subscription)
        at = await staff.services.feed.GetSubscription(feed_pb2.GetSubscriptionRequest(name="board"))
    return cases, at.resume_token


async def _open_cases(staff: Staff) -> None:
    while True:
        await open_case(staff)
        await asyncio.sleep(PAUSE_SECONDS)


async def _said(settings: Settings, *arguments: str, refused: str = "") -> str:
    """What a command prints; or that it is refused, with this reason."""
    done = await asyncio.to_thread(run_command, settings.as_environment(), *arguments, seconds=300)
    if refused:
        assert (done.returncode, refused in done.stderr) == (1, True), done.stderr
    else:
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def _comes_to_life(settings: Settings, case_id: str) -> None:
    """Wait until a case that has gone through all steps is back in step 6."""
    client = await connect(settings)
    async with asyncio.timeout(SETTLING_SECONDS):
        while (await standing(client, case_id)).life_round != 2:  # noqa: ASYNC110 - there is no signal to wait for
            await asyncio.sleep(0.2)
