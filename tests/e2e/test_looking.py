"""`sevensteps case`, `events` and `play`, with a running suite."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from e2e import pages
from e2e.rows import rows_come_to_feed
from servers.command_line import run_command
from servers.pages import PROCESSES, asked, families_of, free_ports_in_a_row, get, is_read, scrape
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.story.examples import FOLDER
from sevensteps.config import DECIDING_SERVICES, SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import TEMPORAL_LIBRARY, Suite, on_free_ports
from sevensteps.rpc.caller import PatientCaller


def _run(settings: Settings, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    return run_command(settings.as_environment(), *arguments)


@dataclass(frozen=True)
class RunningSuite:
    """A running suite with a case of every example, among them a carer in step 6 and a person who is not eligible."""

    settings: Settings
    pages: Mapping[str, str]
    """Where each process tells how it is."""

    played: Mapping[str, str]
    """What `sevensteps play` said of each example, by its name."""

    began: datetime
    """When it was started."""

    @property
    def carer(self) -> str:
        """The case of the carer."""
        return pages.case_of(self.played["carer"])

    @property
    def not_eligible(self) -> str:
        """The case of the person who is not eligible."""
        return pages.case_of(self.played["not-eligible"])


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSuite]:
    """The suite, in processes of its own."""
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("suite")))
    settings = replace(settings, metrics=f"127.0.0.1:{free_ports_in_a_row(len(PROCESSES) + 1)}")
    suite, began = Suite(settings, print), clock.now()
    await suite.start()
    try:
        yield RunningSuite(settings, suite.pages, await asyncio.to_thread(pages.play_all, settings), began)
    finally:
        await suite.stop()


@pytest.mark.parametrize("process", PROCESSES)
async def test_every_process_tells_how_it_is(running: RunningSuite, process: str) -> None:
    """Each has a page of its own, with all of its series: the ones of the table, and no other's. All are ready."""
    found = await scrape(running.pages[process])
    assert {name for name in found.families if name.startswith("sevensteps_")} == families_of(process)
    assert found.labels("sevensteps_process_info", "role") == {process}
    assert found.value("sevensteps_ready") == 1
    assert found.value("sevensteps_background_task_up") >= 5
    assert (await asked(running.pages[process], "live"))[0] == 200
    assert (await asked(running.pages[process], "started"))[0] == 200
    ended = await asyncio.to_thread(
        run_command,
        replace(running.settings, metrics=running.pages[process]).as_environment(),
        "health",
        process,
        "ready",
    )
    assert (ended.returncode, ended.stdout) == (0, f"{process} is ready.\n")


async def test_what_the_examples_brought_is_counted(running: RunningSuite) -> None:
    """Calls in the services, events in the feed, facts that reached journeys; and Temporal's library tells its own."""
    await until(lambda: is_read(running.pages["feed"]), "what the examples brought to be acknowledged")
    scraped = {process: await scrape(running.pages[process]) for process in PROCESSES}
    for service in DECIDING_SERVICES:
        assert scraped[service].value("sevensteps_rpc_handled_total", code="OK") > 0
        assert scraped[service].value("sevensteps_outbox_sent_total") > 0
        assert scraped[service].value("sevensteps_decisions_total") > 0
        assert scraped[service].value("sevensteps_database_units_total", outcome="failed") == 0
    appended = scraped["feed"].labels("sevensteps_feed_appended_total", "service")
    assert appended == {*DECIDING_SERVICES}
    assert scraped["operations"].value("sevensteps_database_units_total", kind="write", outcome="done") > 0
    assert scraped["worker"].value("sevensteps_relay_delivered_total") > 30
    assert scraped["worker"].value("sevensteps_relay_undeliverable_total") == 0
    assert scraped["worker"].value("sevensteps_relay_position") > 30
    library = (await get(running.pages[TEMPORAL_LIBRARY], "/metrics")).text
    assert "temporal_workflow_task_execution_latency_seconds" in library
    assert "temporal_request_total" in library


async def test_the_list_says_where_each_case_stands(running: RunningSuite) -> None:
    """One line a case: its kind, its step, what it waits for; or how it ended."""
    await rows_come_to_feed(running.settings)
    listed = await asyncio.to_thread(_run, running.settings, "case", "list")
    [carer] = [line for line in listed.stdout.splitlines() if running.carer in line]
    [ended] = [line for line in listed.stdout.splitlines() if running.not_eligible in line]
    assert "carer" in carer
    assert "6: living your life" in carer
    assert "review date" in carer
    assert "ended: not eligible" in ended
    assert listed.returncode == 0


LIST_AND_SAY_MEMORY = """
import re
from pathlib import Path
from sevensteps import program
from sevensteps.cli.commands import app

def main():
    app(["case", "list"], standalone_mode=False)
    print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

program.run(main)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory a process has had")
async def test_the_list_needs_little_memory(running: RunningSuite) -> None:
    """Less than 100 MB; it holds one page of cases at a time, however many there are."""
    command = [sys.executable, "-c", LIST_AND_SAY_MEMORY]
    environment = os.environ | running.settings.as_environment()
    listed = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert running.carer in listed.stdout
    assert int(listed.stdout.split()[-1]) < 100_000


async def test_a_case_is_shown_on_one_page(running: RunningSuite) -> None:
    """Its step, what it waits for and its timeline; with -v verdicts in words, with their reasons and their law."""
    shown = await asyncio.to_thread(_run, running.settings, "case", "show", running.carer)
    assert "stands in  Step 6: living your life" in shown.stdout
    assert "waits for  the next review" in shown.stdout
    assert "plan version 1 checked: safe, legal, meets the needs, money is enough" in shown.stdout
    everything = (await asyncio.to_thread(_run, running.settings, "case", "show", running.carer, "-v")).stdout
    assert "carer-eligibility: eligible" in everything
    assert "SI 2015/313" in everything
    assert "living with plan version 1; next review dated by rule R1" in everything
    assert "sung" not in shown.stdout + everything, "the person's own words are not shown here"


@pytest.mark.parametrize("example", sorted(path.stem for path in FOLDER.glob("*.yaml")))
async def test_what_people_see_of_an_example_is_its_golden_page(running: RunningSuite, example: str) -> None:
    """Every word of it. A page is renewed by the command in `pages.py`, and read before it is committed."""
    seen = await asyncio.to_thread(pages.page, running.settings, example, running.played[example])
    assert seen == (pages.PAGES / f"{example}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", ["attorney", "carer", "direct-payment", "not-eligible", "urgent"])
async def test_a_plain_case_fits_a_screen(running: RunningSuite, example: str) -> None:
    """At 100 columns `case show` has at most 40 lines and `case explain` fewer than 80; -v has everything."""
    case_id = pages.case_of(running.played[example])

    def lines(*command: str) -> int:
        return len(pages.run(running.settings, "case", *command, case_id, columns=100).splitlines())

    shown, explained = await asyncio.to_thread(lines, "show"), await asyncio.to_thread(lines, "explain")
    assert shown <= 40
    assert explained < 80
    everything = await asyncio.to_thread(pages.run, running.settings, "case", "show", "-v", case_id)
    assert "waits for a practitioner to confirm the determination, until" in everything
    assert await asyncio.to_thread(lines, "explain", "-v") > explained


async def test_the_list_can_be_narrowed_and_read_by_programs(running: RunningSuite) -> None:
    """By step and due date; nothing here is stuck or overdue."""

    def listed(*options: str) -> dict[str, dict[str, object]]:
        lines = pages.run(running.settings, "case", "list", "--json", *options).splitlines()
        return {str(case["case_id"]): case for case in map(json.loads, lines)}

    everything = await asyncio.to_thread(listed)
    assert set(everything) >= {running.carer, running.not_eligible}
    carer = everything[running.carer]
    assert (carer["stage"], carer["waiting_for"], carer["overdue"]) == ("life_lived", "review_date", False)
    assert everything[running.not_eligible]["ending"] == "not_eligible"
    in_step_6 = await asyncio.to_thread(listed, "--step", "6")
    assert running.carer in in_step_6
    assert running.not_eligible not in in_step_6
    assert isinstance(carer["clocks"], list)
    due = min(str(carer["due_on"]), *(str(clock["due_on"]) for clock in carer["clocks"]))
    assert running.carer not in await asyncio.to_thread(listed, "--due-before", due)
    day_after = (date.fromisoformat(due) + timedelta(days=1)).isoformat()
    assert running.carer in await asyncio.to_thread(listed, "--due-before", day_after)
    assert await asyncio.to_thread(listed, "--stuck") == {}
    assert await asyncio.to_thread(listed, "--overdue") == {}


async def test_status_says_what_runs_and_what_is_in_force(running: RunningSuite) -> None:
    """Every process and since when, the pack of each council, the records' revision, and how far the readers are."""
    before = clock.as_text(clock.now())
    status = json.loads(await asyncio.to_thread(pages.run, running.settings, "status", "--json"))
    processes = {process["name"]: process for process in status["processes"]}
    assert processes.pop("console")["says"] == "does not serve; the suite works without it"
    assert set(processes) == {*SERVICES, "temporal", "worker"}
    assert all(process["up"] for process in processes.values())
    assert all(processes[service]["revision"] for service in SERVICES)
    assert {name for name, process in processes.items() if not process["since"]} == {"temporal"}
    started = [clock.from_text(process["since"]) for process in processes.values() if process["since"]]
    assert running.began <= min(started) <= max(started) < clock.from_text(before)
    [pack] = status["packs"]
    assert (pack["council"], pack["pack"], len(pack["hash"])) == ("example-council", "example-council", 64)
    assert pack["hash"] == pack["hash_in_folder"]
    events = await asyncio.to_thread(pages.run, running.settings, "events", "--json")
    assert status["feed_position"] >= json.loads(events.splitlines()[-1])["position"]
    assert await asyncio.to_thread(_readers_catch_up, running.settings)
    for_people = await asyncio.to_thread(pages.run, running.settings, "status")
    assert for_people.count(f"since {clock.day_in_words(started[0].date())}") >= len(SERVICES)
    assert pack["hash"][:12] in for_people
    assert re.search(r"^operations +behind by \d+", for_people, re.MULTILINE)
    assert "in the folder" not in for_people, "it is the version that decides"
    elsewhere = on_free_ports(replace(Settings(), data=running.settings.data))
    down = await asyncio.to_thread(_run, elsewhere, "status")
    assert down.stdout.count("does not serve") == len((*SERVICES, "console"))
    assert down.returncode == 1


def _readers_catch_up(settings: Settings) -> bool:
    """Whether every event reaches the journeys and the rows of operations, who tell the feed every five seconds."""
    deadline = monotonic() + 30
    while monotonic() < deadline:
        status = json.loads(pages.run(settings, "status", "--json"))
        if status["journeys_behind"] == status["operations_behind"] == 0:
            return True
    return False


async def test_while_temporal_is_down_cases_are_listed_and_shown(running: RunningSuite) -> None:
    """The list is of operations; the page of a case says that its step is read from the feed."""
    without = replace(running.settings, temporal=on_free_ports(running.settings).temporal)
    listed = await asyncio.to_thread(_run, without, "case", "list", "--open")
    assert "6: living your life" in listed.stdout
    assert running.not_eligible not in listed.stdout
    shown = await asyncio.to_thread(_run, without, "case", "show", running.carer)
    assert "TEMPORAL_UNAVAILABLE" in shown.stderr
    assert "stands in  Step 6: living your life" in shown.stdout
    assert shown.returncode == 0


async def test_one_data_folder_has_one_suite(running: RunningSuite) -> None:
    """A second suite is refused even on free addresses: both would write the same records."""
    second = on_free_ports(running.settings)
    refused = await asyncio.to_thread(_run, second, "up")
    assert refused.stderr.startswith(f"A suite already uses the data folder {running.settings.data}.")
    assert refused.returncode == 1


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("DATA", "/proc/nope", "The data folder /proc/nope cannot be used"),
        ("DATA", "/etc/passwd", "The data folder /etc/passwd cannot be used"),
        ("DATABASE", "garbage", "SEVENSTEPS_DATABASE: expected postgresql+asyncpg://"),
        ("FEED", "localhost", "SEVENSTEPS_FEED: expected host:port"),
        ("TEMPORAL_NAMESPACE", "other", "SEVENSTEPS_TEMPORAL_NAMESPACE: expected default, not other"),
    ],
)
def test_a_suite_that_cannot_start_says_why_in_a_sentence(
    tmp_path: Path, setting: str, value: str, message: str
) -> None:
    """The setting is named, with what was expected; there is no stack trace."""
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data")).as_environment()
    refused = run_command(settings | {f"SEVENSTEPS_{setting}": value}, "up")
    assert refused.stderr.replace("\n", " ").startswith(message)
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1


async def test_watching_a_case_that_has_ended_shows_its_events_and_ends(running: RunningSuite) -> None:
    """A case that has ended has no new events to wait for."""
    watched = await asyncio.to_thread(_run, running.settings, "case", "watch", running.not_eligible)
    assert "case ended: not eligible" in watched.stdout
    assert watched.returncode == 0


async def test_events_can_be_read_from_any_position_and_filtered(running: RunningSuite) -> None:
    """By case and type; as text for people, or as JSON for programs."""
    asked = ("events", "--from", "2", "--case", running.carer, "--type", "plan.submitted.v1", "--json")
    [line] = (await asyncio.to_thread(_run, running.settings, *asked)).stdout.splitlines()
    event = json.loads(line)
    assert (event["case_id"], event["payload"]["weekly"]) == (running.carer, "26.00")
    every = await asyncio.to_thread(_run, running.settings, "events", "--from", "2")
    assert every.stdout.splitlines()[0].split()[0] == "2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("case", "show", "case-000000000000"), "CASE_NOT_FOUND: There is no case case-000000000000."),
        (("events", "--type", "nonsense"), "FIELD_INVALID: filter.types[0]"),
        (("events", "--from", "1000000"), "CURSOR_AHEAD"),
        (("events", "--from", str(2**63 - 1)), "CURSOR_AHEAD"),
    ],
)
async def test_a_refusal_is_printed_as_a_sentence(
    running: RunningSuite, arguments: tuple[str, ...], message: str
) -> None:
    """Reason and detail, no stack trace, and exit code 1."""
    refused = await asyncio.to_thread(_run, running.settings, *arguments)
    assert refused.stderr.startswith(message)
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("events", "--from", "9" * 23), "--from"),
        (("events", "--case", b"\xff"), "Argument 3: expected text in UTF-8."),
        (("events", "--type", b"\xff"), "Argument 3: expected text in UTF-8."),
        (("case", "show", b"\xff"), "Argument 3: expected text in UTF-8."),
        (("case", "resume", "case-1", "--because", b"\xff"), "Argument 5: expected text in UTF-8."),
        (("case", "resume", "case-1"), "Missing option '--because'"),
        (("case", "resume", "case-1", "--because", " "), "say why, in some words"),
        (("case", "hold", "case-1", "--reason", "away", "--because", ""), "say why, in some words"),
        (("case", "hold", "case-1", "--because", "x"), "Missing option '--reason'"),
        (("case", "hold", "case-1", "--because", "x", "--reason", "y"), "Invalid value for '--reason'"),
        (("case", "release", "case-1", "--because", "\n"), "say why, in some words"),
        (("case", "release", "case-1", "--because", "x", "--by", " amy"), "Invalid value for '--by'"),
        (("case", "end", "case-1", "--because", "x"), "Missing option '--ending'"),
        (("case", "end", "case-1", "--ending", "died", "--because", ""), "say why, in some words"),
        (("case", "end", "case-1", "--ending", "died", "--because", "x", "--on", "soon"), "Invalid value for '--on'"),
        (("token", "--subject", b"\xff", "--role", "auditor"), "Argument 3: expected text in UTF-8."),
    ],
)
def test_an_invalid_argument_is_refused_with_a_sentence(
    tmp_path: Path, arguments: tuple[str | bytes, ...], message: str
) -> None:
    """A number that is too large, or bytes that are not text: a sentence and exit code 2, no stack trace."""
    refused = _run(on_free_ports(replace(Settings(), data=tmp_path)), *arguments)
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("case", "list"), "Where cases stand is asked of operations, and "),
        (("stuck",), "Where cases stand is asked of operations, and "),
        (("case", "watch", "case-1"), ""),
        (("events", "--follow"), ""),
    ],
)
def test_where_nothing_answers_the_message_says_how_to_start_the_suite(
    tmp_path: Path, arguments: tuple[str, ...], asked: str
) -> None:
    """Somebody who forgot to start the suite reads which command does it."""
    nowhere = on_free_ports(replace(Settings(), data=tmp_path))
    Keys.open(tmp_path)
    refused = _run(nowhere, *arguments)
    first = refused.stderr.splitlines()[0].rstrip(".")
    assert first.startswith(f"{asked}nothing answers at 127.0.0.1:")
    assert first.endswith("is the suite running? `make up` starts it")
    assert refused.returncode == 1


@pytest.mark.parametrize("arguments", [("case", "list"), ("play",), ("token", "--subject", "x", "--role", "auditor")])
def test_a_folder_without_a_suite_is_left_alone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """In the wrong folder a command says so, and makes no key there."""
    nowhere = on_free_ports(replace(Settings(), data=tmp_path / "data"))
    refused = _run(nowhere, *arguments)
    assert refused.stderr.startswith("No suite has been started with the data folder")
    assert refused.returncode == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_case_is_found_by_the_persons_reference(running: RunningSuite) -> None:
    """One case is shown as by its id; several are listed to choose from, and those of the same kind are told apart."""

    async def opened(kind: pb.CaseKind.ValueType, **more: str) -> pb.Case:
        request = pb.OpenCaseRequest(request_id=str(uuid4()), kind=kind, person_reference="FOUND-1", **more)
        return (await amy.ask(request, pb.OpenCaseResponse)).case

    def listed(*options: str) -> list[str]:
        lines = pages.run(running.settings, "case", "list", "--json", *options).splitlines()
        return [json.loads(line)["case_id"] for line in lines]

    token = Keys.existing(running.settings.data).issue("amy", [Role.PRACTITIONER], "example-council")
    async with PatientCaller(running.settings, token) as amy:
        adult = await opened(pb.CASE_KIND_ADULT)
        for command in ("show", "explain"):
            found = await asyncio.to_thread(_run, running.settings, "case", command, " FOUND-1")
            assert found.returncode == 0, found.stderr
            assert adult.case_id in found.stdout
        carer = await opened(pb.CASE_KIND_CARER, linked_case_id=adult.case_id)
        with pytest.raises(Fault, match="CASE_OPEN_ALREADY"):
            await opened(pb.CASE_KIND_ADULT)
        second = await opened(pb.CASE_KIND_ADULT, another_because="[a court] asked for it.")
    several = await asyncio.to_thread(_run, running.settings, "case", "show", "FOUND-1")
    assert (several.returncode, several.stdout) == (1, "")
    first_line, *lines = several.stderr.splitlines()
    assert "several cases" in first_line
    assert [line.split()[0] for line in lines] == [adult.case_id, carer.case_id, second.case_id]
    await rows_come_to_feed(running.settings)
    assert await asyncio.to_thread(listed, "--reference", "FOUND-1") == [adult.case_id, carer.case_id, second.case_id]
    assert await asyncio.to_thread(listed, "--same-person") == [adult.case_id, second.case_id]
    pairs = await asyncio.to_thread(pages.run, running.settings, "case", "list", "--same-person")
    assert pairs.count("FOUND-1") == 2
    linked = await asyncio.to_thread(pages.run, running.settings, "case", "show", carer.case_id)
    assert f"belongs to  {adult.case_id}" in linked
    first = await asyncio.to_thread(pages.run, running.settings, "case", "show", adult.case_id)
    assert f"has with it {carer.case_id}, carer" in " ".join(first.split())
    assert "reference FOUND-1" in " ".join(first.split())
    why = await asyncio.to_thread(pages.run, running.settings, "case", "show", second.case_id)
    assert "why another  [a court] asked for it." in why
    assert "case opened: adult; another one, because: [a court] asked for it." in why
    nobody = await asyncio.to_thread(_run, running.settings, "case", "show", "FOUND-2")
    assert nobody.stderr.endswith("Nor has any person this reference.\n")
    assert nobody.returncode == 1


async def test_an_example_is_played_in_the_running_suite(running: RunningSuite) -> None:
    """Its case stays there to be looked at. Played again while it is open, it is about another person."""
    for _ in range(2):
        again = await asyncio.to_thread(_run, running.settings, "play", str(FOLDER / "carer.yaml"))
        assert again.returncode == 0, again.stderr
    played = await asyncio.to_thread(_run, running.settings, "play", str(FOLDER / "not-eligible.yaml"))
    assert played.returncode == 0, played.stderr
    case_id = played.stdout.split()[0]
    shown = await asyncio.to_thread(_run, running.settings, "case", "show", case_id)
    assert "not eligible" in shown.stdout
