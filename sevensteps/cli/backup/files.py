"""The records on SQLite: copied as of one moment while services write, and put back.

Neither order of copying file after file would do. A service stores an event in its outbox, the feed takes it, and the
service deletes it from the outbox. Were the feed copied first, an event sent in between would be in neither copy: it is
lost. Were it copied last, it would have events of changes that no copied record knows. So there is one moment for all
files: each is kept from being written for the few milliseconds in which every copy's view of its file begins.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from sevensteps.cli.backup.archive import sync_folder
from sevensteps.cli.backup.stores import SqliteStores, filled
from sevensteps.config import SERVICES
from sevensteps.errors import Fault, Kind
from sevensteps.service.opening import OWNER_ONLY, UNFINISHED, ensure_whole, take_records

HOLD_SECONDS = 1.0
"""How long writers may be kept waiting at most: they give up after five seconds."""
ATTEMPTS = 30
PAUSE_SECONDS = 0.002
BESIDE = ("-wal", "-shm")


def copy_all(data: Path, into: Path) -> None:
    """Copy the files of all services as they are at one moment. Raises Faults: STORE_BUSY, RECORDS_DAMAGED."""
    sources = [file for service in SERVICES if (file := data / f"{service}.db").exists()]
    with one_moment(sources) as views:
        for source, view in zip(sources, views, strict=True):
            with closing(sqlite3.connect(into / source.name)) as copy:
                view.backup(copy)
    for source in sources:
        ensure_whole(into / source.name)


@contextmanager
def one_moment(files: Sequence[Path]) -> Iterator[list[sqlite3.Connection]]:
    """Connections that all see their file as it is at one moment, however it is written meanwhile.

    Raises a Fault (UNAVAILABLE, STORE_BUSY).
    """
    with ExitStack() as until_the_end:
        views = [until_the_end.enter_context(closing(_opened(file))) for file in files]
        with ExitStack() as meanwhile:
            writers = [meanwhile.enter_context(closing(_opened(file))) for file in files]
            _hold(writers)
            for view in views:
                view.execute("BEGIN")
                view.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # here its view begins
        yield views


def _opened(file: Path) -> sqlite3.Connection:
    """A connection to a file that is there."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=0)


def _hold(writers: Sequence[sqlite3.Connection]) -> None:
    """Keep everybody else from writing, until the connections are closed."""
    for _ in range(ATTEMPTS):
        deadline = monotonic() + HOLD_SECONDS
        held = [writer for writer in writers if _has_begun(writer, deadline)]
        if len(held) == len(writers):
            return
        for writer in held:
            writer.execute("ROLLBACK")
        sleep(PAUSE_SECONDS)
    detail = "The records are written without a pause, so there is no moment at which to copy them. Try again later."
    raise Fault(Kind.UNAVAILABLE, "STORE_BUSY", detail)


def _has_begun(writer: sqlite3.Connection, deadline: float) -> bool:
    while True:
        try:
            writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if monotonic() > deadline:
                return False
            sleep(PAUSE_SECONDS)
        else:
            return True


@contextmanager
def stopped(data: Path) -> Iterator[None]:
    """Keep every service from starting meanwhile. Raises a Fault (RECORDS_IN_USE) where one serves."""
    with ExitStack() as until_the_end:
        for service in SERVICES:
            held: IO[str] = take_records(data / f"{service}.db")
            until_the_end.enter_context(closing(held))
        yield


def ensure_empty(data: Path) -> None:
    """Raise a Fault (PRECONDITION, RECORDS_THERE) unless no service has done more there than start.

    What a restore has put there that was cut off is no more than the backup has.
    """
    if (data / UNFINISHED).exists():
        return
    if there := filled(SqliteStores(data)):
        raise records_there(f"The data folder {data}", there)


def records_there(where: str, services: Sequence[str]) -> Fault:
    """Records that a restore would overwrite."""
    return Fault(
        Kind.PRECONDITION,
        "RECORDS_THERE",
        f"{where} has records of {', '.join(services)}. Nothing was touched: a restore never overwrites any. Keep them "
        "under another name, or restore into a place without records.",
    )


def set_feed_id(file: Path, feed_id: str) -> None:
    """Give the feed in a file another identity."""
    with closing(sqlite3.connect(file)) as feed, feed:
        feed.execute("UPDATE head SET feed_id = ?", (feed_id,))


def put_in_place(extracted: Path, data: Path) -> None:
    """Move the files of all services to where services look for them: until all are there, no service starts.

    What was there is empty, and goes, also where the backup has no file of a service.
    """
    unfinished = data / UNFINISHED
    unfinished.touch(mode=OWNER_ONLY)
    sync_folder(data)
    for service in SERVICES:
        _put(extracted / f"{service}.db", data / f"{service}.db")
    sync_folder(data)
    unfinished.unlink()
    sync_folder(data)


def _put(new: Path, file: Path) -> None:
    for beside in BESIDE:  # what is left beside a lost file would be taken for a part of the new one
        file.with_name(file.name + beside).unlink(missing_ok=True)
    if new.exists():
        new.replace(file)
    else:
        file.unlink(missing_ok=True)
