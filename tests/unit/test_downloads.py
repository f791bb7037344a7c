"""Programs fetched once and kept."""

from pathlib import Path

import pytest

from sevensteps.local.downloads import cache_folder, download_by_sdk, scratch_folder


class Running:
    """A program that the SDK has started after downloading it."""

    def __init__(self) -> None:
        self.stopped = False

    async def shutdown(self) -> None:
        self.stopped = True


def test_what_the_sdk_downloads_is_found_and_not_left_running(tmp_path: Path) -> None:
    """The SDK names its file as it likes and starts it: the one program in the folder is it, and it is stopped."""
    running = Running()

    async def start(*, download_dest_dir: str) -> Running:
        (Path(download_dest_dir) / "notes.txt").touch()
        program = Path(download_dest_dir) / "some-sdk-1.35.0"
        program.touch(mode=0o755)
        return running

    assert download_by_sdk(start, tmp_path, print) == tmp_path / "some-sdk-1.35.0"
    assert running.stopped


def test_an_unreachable_download_is_told_and_not_fatal(tmp_path: Path) -> None:
    """Where the SDK's download cannot be reached there may be another way."""
    told: list[str] = []

    async def start(*, download_dest_dir: str) -> Running:
        raise RuntimeError(f"nobody answers for {download_dest_dir}")

    assert download_by_sdk(start, tmp_path, told.append) is None
    assert f"nobody answers for {tmp_path}" in told[0]


def test_nothing_half_fetched_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks a fetch off, its folder goes, and the next fetch has its turn."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def break_off() -> None:
        with scratch_folder() as scratch:
            (scratch / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with scratch_folder() as again:
        assert list(cache_folder().glob("fetch-*")) == [again]
