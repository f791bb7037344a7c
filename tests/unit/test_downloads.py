"""Fetching programs into the cache."""

from pathlib import Path

import pytest

from sevensteps.local.downloads import cache_folder, download_by_sdk, scratch_folder


class RunningServer:
    """A server that the SDK has downloaded and started."""

    def __init__(self) -> None:
        self.stopped = False

    async def shutdown(self) -> None:
        self.stopped = True


def test_a_program_that_the_sdk_downloads_is_found_and_stopped(tmp_path: Path) -> None:
    """The SDK chooses the file name and starts the server: the one program in the folder is it."""
    running = RunningServer()

    async def start(*, download_dest_dir: str) -> RunningServer:
        (Path(download_dest_dir) / "notes.txt").touch()
        program = Path(download_dest_dir) / "some-sdk-1.35.0"
        program.touch(mode=0o755)
        return running

    assert download_by_sdk(start, tmp_path, print) == tmp_path / "some-sdk-1.35.0"
    assert running.stopped


def test_a_download_that_fails_is_reported_and_not_an_error(tmp_path: Path) -> None:
    """There may be another way to get the program."""
    messages: list[str] = []

    async def start(*, download_dest_dir: str) -> RunningServer:
        raise RuntimeError(f"nobody answers for {download_dest_dir}")

    assert download_by_sdk(start, tmp_path, messages.append) is None
    assert f"nobody answers for {tmp_path}" in messages[0]


def test_an_interrupted_fetch_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is removed, and the next fetch can begin."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def interrupted() -> None:
        with scratch_folder() as scratch:
            (scratch / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with scratch_folder() as again:
        assert list(cache_folder().glob("fetch-*")) == [again]
