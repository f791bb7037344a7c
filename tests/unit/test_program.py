"""How a program begins and ends, tried with programs of their own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

from servers.command_line import COMMAND

BEGINNING = "import sys, threading, atexit; from sevensteps import program\n"


def _run(program: str, stdout: int | TextIO = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEGINNING + program],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("work", "code", "message"),
    [
        ("lambda: print('done')", 0, ""),
        ("lambda: sys.exit()", 0, ""),
        ("lambda: sys.exit(3)", 3, ""),
        ("lambda: sys.exit('no such pack')", 1, "no such pack\n"),
    ],
)
def test_it_ends_with_the_exit_code_of_its_work(work: str, code: int, message: str) -> None:
    """As `sys.exit` says it, and with everything printed that was to be printed."""
    ended = _run(f"program.run({work})")
    assert (ended.returncode, ended.stderr) == (code, message)
    assert ended.stdout == ("done\n" if "done" in work else "")


def test_an_unexpected_error_is_told_in_full() -> None:
    """It is a fault of the program's: whoever mends it needs to see where."""
    ended = _run("program.run(lambda: 1 / 0)")
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr


def test_the_interpreter_is_not_taken_down_under_threads_that_run() -> None:
    """Threads of libraries go on until the process ends: one that needs the interpreter then would crash it."""
    ended = _run("atexit.register(print, 'taken down'); program.run(lambda: None)")
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_what_could_not_be_printed_shows_in_the_exit_code() -> None:
    """Whoever redirects the output to a full disk must not take it for complete."""
    with Path("/dev/full").open("w") as full:
        ended = _run("program.run(lambda: print('lost'))", stdout=full)
    assert (ended.returncode, ended.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_command_says_that_the_disk_is_full() -> None:
    """In a sentence, whichever command it is."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-u", *COMMAND[1:], "glossary"]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "Reading or writing failed: No space left on device.\n"


def test_closed_streams_are_no_error() -> None:
    """Whoever closes them does not want to read."""
    command = [sys.executable, "-c", BEGINNING + "program.run(lambda: print('x', sys.stdout.isatty()))"]
    closed = subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command], timeout=30, check=False)
    assert closed.returncode == 0
