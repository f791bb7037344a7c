"""The wheel in an environment of its own, used from a folder that has nothing to do with the repository."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic

import httpx
import pytest

from servers.console import skip_without_files
from servers.distribution import ROOT, build, copy_of_checkout, install, without_checkout
from sevensteps.config import PREFIX, Settings
from sevensteps.local.suite import on_free_ports

LIMIT_SECONDS = 240
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("installed")
    return install(build("wheel", copy_of_checkout(folder / "source"), folder), folder / "environment")


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Settings of a suite on free ports, with data in this folder, and everything else by default."""
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data")).as_environment()
    return without_checkout(**{name: value for name, value in settings.items() if name != f"{PREFIX}POLICIES"})


class Terminal:
    """Somebody's terminal, in a folder of theirs."""

    def __init__(self, programs: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self.command = str(programs / "sevensteps")
        self.folder = folder
        self.environment = environment

    def type(self, *arguments: str, code: int = 0) -> str:
        """Run a command of the suite to its end; returns what it printed."""
        ran = subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr


@pytest.fixture
def terminal(programs: Path, environment: Mapping[str, str], tmp_path: Path) -> Terminal:
    """A terminal in an empty folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Terminal(programs, folder, environment)


@pytest.fixture
def running(terminal: Terminal) -> Iterator[Terminal]:
    """The same while `sevensteps up` runs in it."""
    with subprocess.Popen(
        [terminal.command, "up"], cwd=terminal.folder, env=terminal.environment, stderr=subprocess.PIPE, text=True
    ) as up:
        try:
            assert up.stderr
            said = []
            while "Ready" not in (line := up.stderr.readline()):
                said.append(line)
                assert line, said
            yield terminal
        finally:
            up.send_signal(signal.SIGINT)
            up.communicate(timeout=LIMIT_SECONDS)


def test_the_packs_of_the_wheel_are_checked(terminal: Terminal) -> None:
    """The packs that decide by default are those inside the wheel."""
    terminal.type("policy", "check")
    assert "direct payment\n" in terminal.type("glossary", "direct payments")


def test_the_version_is_that_of_the_wheel(terminal: Terminal) -> None:
    """There is no commit to name, and the number is the distribution's."""
    assert f'\nversion = "{terminal.type("--version").strip()}"\n' in (ROOT / "pyproject.toml").read_text()


def test_the_suite_runs_and_plays_an_example_by_its_name(running: Terminal) -> None:
    """`up`, `play` and `case list` work; the data are in the folder of the settings, and nothing else is written."""
    assert "carer: living" in running.type("play", "carer")
    deadline = monotonic() + PATIENCE
    while "1 case\n" not in running.type("case", "list"):  # operations read the feed soon after
        assert monotonic() < deadline, "the case was never listed"
    assert list(running.folder.iterdir()) == []


def test_the_demonstration_runs(terminal: Terminal) -> None:
    """`demo` starts a suite of its own and plays an example that comes with the wheel."""
    assert "1 of 1 examples ended as their files expect." in terminal.type("demo", "not-eligible")


def test_the_console_of_the_wheel_has_what_its_pages_look_by(terminal: Terminal) -> None:
    """It serves them by itself, also while no suite runs."""
    skip_without_files()
    at = f"http://{terminal.environment[f'{PREFIX}CONSOLE']}"
    with subprocess.Popen([terminal.command, "console"], cwd=terminal.folder, env=terminal.environment) as console:
        try:
            deadline = monotonic() + PATIENCE
            while subprocess.run(
                [terminal.command, "health", "console"], env=terminal.environment, check=False
            ).returncode:
                assert monotonic() < deadline, "the console never served"
            assert httpx.get(f"{at}/sign-in").status_code == 200
            for file in ("govuk-frontend.min.css", "govuk-frontend.min.js"):
                assert httpx.get(f"{at}/static/govuk/{file}").status_code == 200
        finally:
            console.terminate()


def test_an_unknown_example_is_refused(terminal: Terminal) -> None:
    """A name that is neither a file here nor an example of the suite is said to be none."""
    assert terminal.type("demo", "neighbour", code=2).startswith("neighbour:1: expected a file that can be read")


@pytest.mark.parametrize("command", [("case", "list"), ("play", "carer"), ("events",)], ids=" ".join)
def test_where_no_suite_runs_the_message_names_a_command_that_there_is(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    """`sevensteps up` starts one. There is no Makefile, so nothing says `make`."""
    said = terminal.type(*command, code=1)
    assert "`sevensteps up` starts" in said
    assert "make " not in said


def test_where_the_server_is_missing_the_message_names_a_command_that_there_is(
    programs: Path, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """`sevensteps fetch` fetches the Temporal server, and says what helps where it cannot."""
    bare = {name: value for name, value in environment.items() if name != "TEMPORAL_CLI"}
    empty = Terminal(programs, tmp_path, bare | {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")})
    said = empty.type("demo", "carer", code=1)
    assert "Run `sevensteps fetch`." in said
    assert "make " not in said


def test_fetch_finds_the_server_that_this_machine_has(terminal: Terminal) -> None:
    """It prints the program that `up` starts, and fetches nothing where there is one."""
    assert os.access(terminal.type("fetch").strip(), os.X_OK)
