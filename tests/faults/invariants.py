"""What holds once everything is healed: nothing is lost, nothing is twice, and nothing stands still unseen."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic

from temporalio.client import Client

from e2e.agreement import disagreements, events_of
from faults.installation import Installation
from faults.load import Played, Staff
from servers.command_line import run_command
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.history import stages_entered
from sevensteps.cli.checking.everything import Check
from sevensteps.cli.status import Status, read_status
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import CaseEnded
from sevensteps.journeys import connect, standing
from sevensteps.rpc.caller import sentence
from sevensteps.temporal import Standing

LOOK_SECONDS = 0.5
COMMAND_SECONDS = 120.0
FOUND_SECONDS = 60.0
"""By then operations have found what is stuck."""
ANSWER_SECONDS = 60.0
"""By then a journey answers: a worker that has just begun replays each one that it is asked of."""


async def until_settled(installation: Installation, seconds: float) -> tuple[float, list[str]]:
    """Wait until every part answers and every store agrees. Answers how long it took, and what is still wrong."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        wrong = await _not_settled(installation)
        if not wrong or loop.time() > began + seconds:
            return loop.time() - began, wrong
        await asyncio.sleep(LOOK_SECONDS)


async def _not_settled(installation: Installation) -> list[str]:
    silent = [f"{name} does not answer" for name in await installation.suite.silent_parts()]
    if silent:
        return silent
    settings = installation.suite.settings
    try:
        return await disagreements(settings) or _behind(await read_status(settings))
    except Fault as fault:  # one that is still away
        return [sentence(fault)]


async def broken(installation: Installation, staff: Staff) -> list[str]:
    """Everything that does not hold, in words."""
    settings = installation.suite.settings
    events = await events_of(settings)
    by_case: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_case[event.case_id].append(event)
    return [
        *staff.wrong,
        *_not_brought(events, staff),
        *_not_once(by_case, staff.played),
        *await _hidden(settings, staff.played),
        *await _journeys_elsewhere(settings, by_case),
        *await _told("verifying", _unverified, settings),
        *await _told("status", _unhealthy, settings),
    ]


async def _told(what: str, check: Callable[[Settings], Awaitable[list[str]]], settings: Settings) -> list[str]:
    try:
        return await check(settings)
    except Fault as fault:
        return [f"{what}: {sentence(fault)}"]


def _not_brought(events: Sequence[Event], staff: Staff) -> list[str]:
    """What a reader of the feed, cut off again and again, did not get."""
    if staff.figures.events == len(events):
        return []
    return [f"the feed has {len(events)} events, and its reader was sent {staff.figures.events}"]


def _not_once(by_case: Mapping[str, Sequence[Event]], played: Sequence[Played]) -> list[str]:
    """What people did, and the feed does not have exactly as often."""
    wrong = []
    for each in played:
        told = Counter(event.type for event in by_case.get(each.case_id, ()))
        different = {kind: (times, told[kind]) for kind, times in each.done.items() if told[kind] != times}
        if different and not each.failure:
            wrong.append(f"{each.case_id} ({each.name}): done, and told, different times: {different}")
    known = {each.case_id for each in played}
    unknown = [case_id for case_id in by_case if case_id not in known]
    return wrong + [f"{case_id}: nobody got to know that it was opened" for case_id in unknown]


async def _hidden(settings: Settings, played: Sequence[Played]) -> list[str]:
    """Cases that did not come to their ending, which `case list --stuck` does not list either."""
    late = [each for each in played if each.failure]
    if not late:
        return []
    loop = asyncio.get_running_loop()
    deadline = loop.time() + FOUND_SECONDS
    while True:
        stuck = await _listed_as_stuck(settings)
        hidden = [each for each in late if each.case_id not in stuck]
        if not hidden or loop.time() > deadline:
            return [f"{each.case_id} ({each.name}) is not listed as stuck: {each.failure}" for each in hidden]
        await asyncio.sleep(LOOK_SECONDS)


async def _listed_as_stuck(settings: Settings) -> set[str]:
    command = ("case", "list", "--stuck", "--json")
    listed = await asyncio.to_thread(run_command, settings.as_environment(), *command, seconds=COMMAND_SECONDS)
    return {json.loads(line)["case_id"] for line in listed.stdout.splitlines() if line.startswith("{")}


async def _journeys_elsewhere(settings: Settings, by_case: Mapping[str, Sequence[Event]]) -> list[str]:
    """Journeys that do not stand where the feed says."""
    client = await connect(settings)
    wrong = []
    for case_id, events in by_case.items():
        try:
            journey = await _stands(client, case_id)
        except Fault as fault:
            wrong.append(sentence(fault))
            continue
        ended = any(event.type == CaseEnded.TYPE for event in events)
        entered = stages_entered(events)
        if journey.stage != entered[-1] or (journey.ending is not None) != ended:
            wrong.append(f"{case_id} is in {entered[-1]} by the feed{', ended' if ended else ''}: {journey.sentence}")
    return wrong


async def _stands(client: Client, case_id: str) -> Standing:
    """Where a journey stands. One that does not answer is asked again, as is said then: its worker has just begun."""
    deadline = monotonic() + ANSWER_SECONDS
    while True:
        try:
            return await standing(client, case_id)
        except Fault as fault:
            if fault.reason != "JOURNEY_SILENT" or monotonic() > deadline:
                raise


async def _unverified(settings: Settings) -> list[str]:
    """What `sevensteps verify --all` finds, and receipts that have no link a while after their decisions."""
    deadline = monotonic() + ANSWER_SECONDS
    while True:
        check = Check(settings, {}, lambda *_: None)
        found = [f"{each.service} {each.receipt_id}: {each.wrong}" async for each in check.findings()]
        if not check.not_chained:
            return found
        if monotonic() > deadline:
            return [*found, f"{check.not_chained} receipts have no link"]
        await asyncio.sleep(1)


async def _unhealthy(settings: Settings) -> list[str]:
    """What `sevensteps status` says is down, or behind."""
    status = await read_status(settings)
    missing = (process for process in status.processes if process.is_needed and not process.up)
    down = [f"{process.name} is down: {process.says}" for process in missing]
    return down + _behind(status)


def _behind(status: Status) -> list[str]:
    return [] if status.journeys_behind == 0 else [f"the journeys are behind by {status.journeys_behind} events"]
