"""Finding the Temporal development server."""

from pathlib import Path

import pytest

from sevensteps.local.devserver import DevServer, DevServerError, find_server


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a Temporal server."""
    monkeypatch.delenv("TEMPORAL_CLI", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def program(path: Path, script: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_setting_comes_before_path_and_path_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """$TEMPORAL_CLI, PATH and the cache are searched in this order."""
    assert find_server() is None
    cached = program(tmp_path / "cache/sevensteps/temporal")
    assert find_server() == cached
    on_path = program(tmp_path / "bin/temporal")
    assert find_server() == on_path
    named = program(tmp_path / "elsewhere/temporal-1.5")
    monkeypatch.setenv("TEMPORAL_CLI", str(named))
    assert find_server() == named


def test_a_setting_that_names_no_program_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another server is not taken silently instead of the one that was set."""
    program(tmp_path / "bin/temporal")
    monkeypatch.setenv("TEMPORAL_CLI", "/nowhere/temporal")
    with pytest.raises(DevServerError, match="TEMPORAL_CLI is set to /nowhere/temporal"):
        find_server()


async def test_without_a_server_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    """The message says what to run."""
    with pytest.raises(DevServerError, match="make setup"):
        await DevServer(log=tmp_path / "log").start()


async def test_a_server_that_ends_at_once_is_noticed_at_once(tmp_path: Path) -> None:
    """The error names the log, and comes without waiting for a minute."""
    program(tmp_path / "bin/temporal", "echo the port is taken; exit 1")
    log = tmp_path / "log"
    with pytest.raises(DevServerError, match=str(log)):
        await DevServer(log=log).start()
    assert log.read_text() == "the port is taken\n"
