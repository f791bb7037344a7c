"""Logs can be given away: what is not listed is left out, and the text of an error, a library or a warning always."""

import json
import logging
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps import log, trace_context
from sevensteps.errors import Fault, Kind
from sevensteps.redaction import KEPT, LEFT_OUT, OF_THE_SUITE, described, redacted
from sevensteps.trace_context import TraceContext

NAMES = st.from_regex(r"[A-Z][a-z]{3,8} (Mc|O'|von )?[A-Z][a-z]{3,8}", fullmatch=True)
NUMBERS = st.from_regex(r"[0-9]{3} [0-9]{3} [0-9]{4}|[A-Z]{2}[0-9]{6}[A-D]|07[0-9]{9}", fullmatch=True)
MAIL = st.from_regex(r"[a-z]{3,8}\.[a-z]{3,8}@[a-z]{3,8}\.gov\.uk", fullmatch=True)
PERSONAL = NAMES | NUMBERS | MAIL
UNLISTED = st.from_regex(r"[a-z][a-z_]{0,15}", fullmatch=True).filter(lambda name: name not in KEPT)


def wrapped(value: str) -> list[object]:
    """The same value as it may be come by."""
    return [value, [value], {"name": value}, (1, (value,)), ValueError(value), value.encode(), f"about {value}"]


@given(name=UNLISTED, value=PERSONAL, how=st.integers(0, 6))
def test_what_is_not_listed_never_appears(name: str, value: str, how: int) -> None:
    """Whatever the field is called, and however its value is wrapped; it says that something was left out."""
    line = redacted(None, "info", {"event": "something", name: wrapped(value)[how]})
    assert value not in json.dumps(line, ensure_ascii=False, default=repr)
    assert line["event"] == "something"
    assert name == "actor" or line[name] == LEFT_OUT


@given(value=PERSONAL, name=st.sampled_from(sorted(KEPT)))
def test_a_listed_field_takes_plain_values_only(value: str, name: str) -> None:
    """An object that is put where an id belongs is left out, as nobody knows what it says of itself."""
    for odd in (ValueError(value), {"name": value}, [{"name": value}], value.encode()):
        assert redacted(None, "info", {name: odd})[name] == LEFT_OUT


@given(value=PERSONAL)
def test_a_person_who_acts_has_a_number(value: str) -> None:
    """The same one for as long as the process runs; the suite's own processes are nobody, and have their names."""
    line = redacted(None, "info", {"actor": value})
    assert re.fullmatch(r"somebody-[0-9a-f]{8}", line["actor"])
    assert line == redacted(None, "info", {"actor": value})
    assert all(redacted(None, "info", {"actor": name})["actor"] == name for name in OF_THE_SUITE)


def failing(value: str) -> BaseException:
    """An error as a driver makes it: with another before it, and with several in it."""
    before = KeyError(value)
    with suppress(ExceptionGroup):
        raise (error := ExceptionGroup(value, [ValueError(value), Fault(Kind.INTERNAL, "LOST", value)])) from before
    return error


@given(value=PERSONAL)
def test_an_error_is_told_without_its_text(value: str) -> None:
    """Its kind, where it was, a Fault's reason, and the same of what was before it and in it."""
    error = failing(value)
    told = described((type(error), error, error.__traceback__))
    assert value not in told
    assert [line.rpartition(":")[0] for line in told.splitlines() if "  at " in line] == [f"  at {__file__}"]
    kinds = [line for line in told.splitlines() if "  at " not in line]
    assert kinds == [
        "builtins.ExceptionGroup",
        "builtins.ValueError",
        "sevensteps.errors.Fault LOST",
        "builtins.KeyError",
    ]


def test_an_error_that_never_ends_is_told_in_part() -> None:
    """However many errors came one after another."""
    error = ValueError(0)
    for number in range(1, 1000):
        later = ValueError(number)
        later.__cause__ = error
        error = later
    assert len(described((ValueError, error, None)).splitlines()) == 21


def by_a_library(value: str) -> None:
    logging.getLogger("sqlalchemy.engine").error("row %s", value)
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task {value}>")  # noqa: G004


def by_an_error(value: str) -> None:
    log.get().error("call failed", exc_info=failing(value))
    logging.getLogger("asyncpg").error("failed", exc_info=failing(value))


def by_a_warning(value: str) -> None:
    warnings.warn(value, UserWarning, stacklevel=1)


def by_a_thread(value: str) -> None:
    import threading  # noqa: PLC0415 - it runs in a process of its own

    def fail() -> None:
        raise ValueError(value)

    thread = threading.Thread(target=fail, name="publisher")
    thread.start()
    thread.join()


def by_printing(value: str) -> None:
    import os  # noqa: PLC0415 - as above

    os.write(2, f"E0000 00:00:1700000000.000000   77 ssl.cc:1884] Handshake with {value} failed\n{value}\n".encode())


PROGRAM = """
import sys
from sevensteps import log, program, standard_error
from unit import test_redaction
def main():
    log.configure("json", "planning")
    log.tell_warnings()
    standard_error.take()
    getattr(test_redaction, sys.argv[1])("Ada Lovelace")
    log.get().info("done")
program.run(main)
"""


@pytest.mark.parametrize(
    ("leak", "says"),
    [
        (by_a_library, [(LEFT_OUT, "sqlalchemy.engine"), ("Task exception was never retrieved", "asyncio")]),
        (by_an_error, [("call failed", None), (LEFT_OUT, "asyncpg")]),
        (by_a_warning, [("a warning of Python's", None)]),
        (by_a_thread, [("a thread has ended", None)]),
        (by_printing, [("a library has printed something", None)] * 2),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_nothing_that_others_say_gets_by(leak: Callable[[str], None], says: list[tuple[str, str | None]]) -> None:
    """Libraries, errors, warnings and what is printed come as JSON lines, and without the values in them."""
    paths = {"PYTHONPATH": f"{Path(log.__file__).parents[1]}:{Path(__file__).parents[1]}"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, leak.__name__], env=paths, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "Lovelace" not in done.stderr + done.stdout
    told = [(line["event"], line.get("logger")) for line in lines if line["event"] != "done"]
    assert told == says
    if leak is by_printing:
        assert {line["source"] for line in lines if "source" in line} == {"ssl.cc:1884", "unknown"}


def test_a_line_says_where_in_a_trace_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever has the trace finds the lines, and the other way round."""
    trace_context.go(TraceContext("a" * 32, "b" * 16, is_sampled=False))
    line = log.CONTEXT[1](None, "info", {"event": "something"})
    trace_context.go(None)
    assert line == {"event": "something", "trace_id": "a" * 32, "span_id": "b" * 16}
    assert log.CONTEXT[1](None, "info", {"event": "something"}) == {"event": "something"}
