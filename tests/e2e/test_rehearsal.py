"""`sevensteps rehearse` as staff use it: cases are hurt, one is mended and told so, and nothing is left behind."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest

from integration.console.mending import mend, planned
from servers.command_line import COMMAND, run_command
from servers.console import Browser, skip_without_files, text_of
from servers.waiting import until
from sevensteps.cli.rehearsal.script import script
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.rehearsal.exercises import Harm
from sevensteps.rehearsal.words import NOTHING_COUNTS

LIMIT_SECONDS = 120
WANTED = {Harm.JOURNEY, Harm.PARKED}
CASE = re.compile(r"repair plan rebuild --case (case-\w+)")


def seed_of(wanted: set[Harm]) -> int:
    """The first seed that gives these harms."""
    examples = load(sorted(FOLDER.glob("*.yaml")), date(2026, 7, 1))
    return next(
        seed for seed in range(100) if {act.harm for act in script(examples, seed, len(wanted)) if act.harm} == wanted
    )


@dataclass(frozen=True)
class Running:
    """A rehearsal that is ready: where its console is, and the settings for commands in another terminal."""

    console: str
    settings: dict[str, str]


def settings_of(file: Path) -> dict[str, str]:
    """What a shell sets that reads the file."""
    return dict(word.split("=", 1) for word in shlex.split(file.read_text()) if "=" in word)


def running_in(scratch: Path) -> list[str]:
    """The processes that were started with this scratch folder."""
    mark, running = f"TMPDIR={scratch}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                running.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile, or is not ours to read
    return running


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A rehearsal of two exercises, ended by Ctrl-C after the test. Then nothing of it is left."""
    skip_without_files()
    scratch = tmp_path_factory.mktemp("rehearsal")
    command = [*COMMAND, "rehearse", "--seed", str(seed_of(WANTED)), "--faults", str(len(WANTED))]
    environment = os.environ | {"TMPDIR": str(scratch), "TERM": "dumb"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr
            said = ""
            while "Ready" not in said:
                line = running.stderr.readline()
                said += line
                assert line, said
            [console] = re.findall(r"console is at (http://\S+)\.\n", said)
            [file] = re.findall(r"^ +\. (\S+)$", said, re.MULTILINE)
            yield Running(console, settings_of(Path(file)))
        finally:
            running.send_signal(signal.SIGINT)
            _, ended = running.communicate(timeout=LIMIT_SECONDS)
    assert running.returncode == 0, ended
    assert "Nothing of it counted." in ended
    assert list(scratch.iterdir()) == [], "the data are removed"
    assert running_in(scratch) == [], "everything that was started is stopped"


@pytest.mark.item(105)
async def test_an_exercise_is_mended_and_told_so(rehearsal: Running) -> None:
    """By a repair at the command line; the other exercise is not, and no page trusts what anybody says."""
    async with httpx.AsyncClient(base_url=rehearsal.console) as http:
        browser = Browser(http)
        assert NOTHING_COUNTS in text_of(await browser.sign_in())
        before = text_of(await browser.open("/rehearsal"))
        assert before.count("Not mended yet") == len(WANTED)
        [case_id] = CASE.findall(before)

        async def repair(*arguments: str) -> str:
            done = await asyncio.to_thread(run_command, rehearsal.settings, "repair", *arguments, "--by", "olu")
            assert done.returncode == 0, done.stderr
            return done.stdout

        told = await repair("plan", "rebuild", "--case", case_id, "--because", "It was ended by hand.")
        [repair_id] = re.findall(r"repair-[\w-]+", told)[:1]
        assert "1 case moved" in await repair("continue", repair_id)

        async def is_told() -> bool:
            said = text_of(await browser.open("/rehearsal"))
            return "A case that nothing moves Mended" in said and said.count("Not mended yet") == 1

        await until(is_told, "the exercise to be told as mended")


async def test_another_is_mended_by_the_pages(rehearsal: Running) -> None:
    """What was refused is put right again, so the case is resumed: by the form that leads from its page, for real."""
    async with httpx.AsyncClient(base_url=rehearsal.console) as http:
        browser = Browser(http)
        await browser.sign_in()
        exercises = (await browser.open("/rehearsal")).text
        [case_id] = re.findall(r"A plan that was signed, and then nothing.*?/cases/(case-[\w-]+)", exercises, re.DOTALL)
        [form] = re.findall(r"/repairs/new\?[^\"]+", (await browser.open(f"/cases/{case_id}")).text)
        done = text_of(await mend(browser, await planned(browser, form.partition("?")[2]), "all"))
        assert "Moved 1" in done

        async def is_told() -> bool:
            said = text_of(await browser.open("/rehearsal"))
            return "A plan that was signed, and then nothing Mended" in said

        await until(is_told, "the exercise to be told as mended")
