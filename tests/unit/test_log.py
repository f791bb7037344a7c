"""Logging never raises: a line that cannot be written is lost, counted, and told when lines can be written again."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from sevensteps import log


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[log.Lines]:
    """Logs as a process has them, written to where the test says; afterwards as before."""
    lines = log.Lines()
    monkeypatch.setattr(log, "_lines", lines)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("json", "assessment")
    yield lines
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def said(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def closed_pipe() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def closed_descriptor() -> int:
    writer = closed_pipe()
    os.close(writer)
    return writer


@pytest.mark.parametrize("broken", [full_disk, closed_pipe, closed_descriptor])
def test_what_could_not_be_written_is_told_when_it_can_be(logs: log.Lines, tmp_path: Path, broken: object) -> None:
    """Three lines are lost, of our own and of libraries; the next one that is written is followed by their number."""
    assert callable(broken)
    descriptor = broken()
    logs.write_to(descriptor)
    log.get().error("lost", case_id="case-a")
    log.get().info("lost")
    logging.getLogger("library").error("lost")
    file = tmp_path / "log"
    again = os.open(file, os.O_WRONLY | os.O_CREAT)
    logs.write_to(again)
    log.get().info("heard")
    log.get().info("heard")
    os.close(again)
    assert [(line["event"], line.get("lost")) for line in said(file)] == [
        ("heard", None),
        ("log lines could not be written", 3),
        ("heard", None),
    ]
    assert {line["service"] for line in said(file)} == {"assessment"}


class Unsayable:
    """Something of which nothing can be said."""

    def __repr__(self) -> str:
        raise ValueError("no")


def test_what_cannot_be_rendered_is_lost_and_told_too(logs: log.Lines, tmp_path: Path) -> None:
    """Whoever logs something odd goes on, with our own logger and with the standard library's."""
    file = tmp_path / "log"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    logs.write_to(descriptor)
    log.get().info(Unsayable())  # type: ignore[arg-type]  # what nobody should do
    [ours] = [handler for handler in logging.getLogger().handlers if type(handler).__module__ == log.__name__]
    ours.handle(logging.makeLogRecord({"msg": "odd %d", "args": ("text",)}))
    log.get().info("half a character: \ud800")
    os.close(descriptor)
    assert [(line["event"], line.get("lost")) for line in said(file)] == [
        ("(left out)", None),
        ("half a character: \ud800", None),
        ("log lines could not be written", 1),
    ]


def test_a_line_torn_by_a_full_disk_is_ended_before_the_next(
    logs: log.Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written of a line stays a line of its own: the next one can be read."""
    file = tmp_path / "log"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    logs.write_to(descriptor)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda to, line: write(to, line[:5]))
        log.get().info("torn")
    log.get().info("whole")
    os.close(descriptor)
    torn, *others = file.read_text().splitlines()
    assert len(torn) == 5
    assert [json.loads(line)["event"] for line in others] == ["whole", "log lines could not be written"]


FIRST = """
import importlib, os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "grpc":
            print(os.environ.get("GRPC_VERBOSITY"))
sys.meta_path.insert(0, Watch())
importlib.import_module(sys.argv[1])
"""


@pytest.mark.parametrize("module", ["services.feed.service", "sevensteps.rpc.caller", "workflows.__main__"])
def test_grpc_prints_nothing_where_nobody_takes_its_lines(module: str) -> None:
    """Its core would print lines among what a command says; it is told not to before it is first imported."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}
    done = subprocess.run(
        [sys.executable, "-c", FIRST, module], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[:1] == ["NONE"]


@pytest.mark.parametrize("program", ["services.feed", "workflows"])
@pytest.mark.parametrize("inherited", ["NONE", "DEBUG"])
def test_grpc_prints_in_a_process_that_takes_its_lines(program: str, inherited: str, tmp_path: Path) -> None:
    """Also where `sevensteps up`, which lets it print nothing, has started the process; what somebody wants is done."""
    (tmp_path / "grpc.py").write_text("import os; print(os.environ['GRPC_VERBOSITY'], flush=True); os._exit(0)")
    environment = os.environ | {"GRPC_VERBOSITY": inherited, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run([sys.executable, "-m", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[:1] == ["ERROR" if inherited == "NONE" else inherited]
