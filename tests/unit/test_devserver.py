"""Where the Temporal development server is looked for."""

from pathlib import Path

import pytest

from sevensteps.local.devserver import DevServer, DevServerError, find_server


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any server."""
    monkeypatch.delenv("TEMPORAL_CLI", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def program(path: Path, script: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_named_program_comes_before_path_and_path_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each place that has a server is preferred to the ones behind it."""
    assert find_server() is None
    cached = program(tmp_path / "cache/sevensteps/temporal")
    assert find_server() == cached
    on_path = program(tmp_path / "bin/temporal")
    assert find_server() == on_path
    named = program(tmp_path / "elsewhere/temporal-1.5")
    monkeypatch.setenv("TEMPORAL_CLI", str(named))
    assert find_server() == named


def test_a_named_program_that_is_not_there_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names a program means it: an error that says so, no quiet choice of another."""
    program(tmp_path / "bin/temporal")
    monkeypatch.setenv("TEMPORAL_CLI", "/nowhere/temporal")
    with pytest.raises(DevServerError, match="TEMPORAL_CLI is set to /nowhere/temporal"):
        find_server()


async def test_without_a_server_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    """Starting says what to run."""
    with pytest.raises(DevServerError, match="make setup"):
        await DevServer(log=tmp_path / "log").start()


async def test_a_server_that_ends_at_once_is_noticed_at_once(tmp_path: Path) -> None:
    """A server that cannot start is an error naming its log, not a minute's wait."""
    program(tmp_path / "bin/temporal", "echo the port is taken; exit 1")
    log = tmp_path / "log"
    with pytest.raises(DevServerError, match=str(log)):
        await DevServer(log=log).start()
    assert log.read_text() == "the port is taken\n"
