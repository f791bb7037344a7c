"""A backup that anything has happened to: what is restored is what was put into it, or nothing is."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevensteps.cli.backup.archive import reading, scratch_beside, writing
from sevensteps.cli.backup.manifest import SQLITE, FeedPlace, Manifest, ServiceRecords
from sevensteps.config import SERVICES
from sevensteps.errors import Fault

CONTENT = {f"{service}.db": service.encode() * 100 + bytes(range(256)) for service in SERVICES}
REASONS = ("BACKUP_DAMAGED", "BACKUP_UNREADABLE", "BACKUP_NEWER")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup, as it was written."""
    folder = tmp_path_factory.mktemp("backup")
    target = folder / "whole.backup"
    services = {service: ServiceRecords("0001", {}) for service in SERVICES}
    with scratch_beside(target) as scratch, writing(target, scratch) as into:
        for name, content in CONTENT.items():
            file = scratch / name
            file.write_bytes(content)
            into.add(name, file)
        into.finish(
            Manifest(
                form=1,
                version="0.1.0",
                made_at="2026-06-01T09:30:00.000Z",
                database=SQLITE,
                services=services,
                feed=FeedPlace("feed-a", 1, 0),
                files=into.files,
            )
        )
    return target.read_bytes()


def extracted(backup: bytes) -> dict[str, bytes]:
    """What is in a backup. Raises a Fault."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "some.backup"
        file.write_bytes(backup)
        into = Path(folder) / "extracted"
        into.mkdir()
        with reading(file) as opened:
            opened.extract(into)
        return {str(each.relative_to(into)): each.read_bytes() for each in into.rglob("*") if each.is_file()}


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """What is extracted here need not survive a power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        yield


def restored_or_refused(backup: bytes) -> None:
    found: object
    try:
        found = extracted(backup)
    except Fault as fault:
        found = fault.reason
    assert found == CONTENT or found in REASONS


def test_a_whole_backup_has_what_was_put_into_it(whole: bytes) -> None:
    """Byte for byte."""
    assert extracted(whole) == CONTENT


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_a_byte_that_has_changed_is_noticed_where_it_matters(whole: bytes, data: st.DataObject) -> None:
    """Wherever it is: in a file, in its name, in the table of what is where, in the manifest."""
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(1, 255))
    restored_or_refused(whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :])


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_piece_that_is_missing_is_noticed(whole: bytes, data: st.DataObject) -> None:
    """At the end, as when a copy was cut off, or in the middle."""
    first = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(1, len(whole)))
    restored_or_refused(whole[:first] + whole[first + length :])
