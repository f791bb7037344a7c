"""What is kept of a store: its records, and what they told when it was filled. Packed up, unpacked and restored."""

import io
import json
import re
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import asyncpg
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from sqlalchemy.engine import make_url

from replay.record import runs, without_machine
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.config import SERVICES
from sevensteps.errors import Fault
from sevensteps.errors import Kind as FaultKind
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.temporal import Standing, workflow_id
from stored.case import Case
from stored.town import Town

DECIDING = ("assessment", "planning", "approval", "review")
DUMP = "dump.sql"
NOT_SQL = re.compile(rb"^(--|\\).*\n", re.MULTILINE)
"""Lines of a dump for whoever reads it and for psql: which server it came from, and psql's own commands."""

Row = dict[str, object]


class Kind(StrEnum):
    """The databases of which there is a store."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class Made:
    """What a store tells: rows of JSON. `cases` says where each case stands, `records` what each service has of it."""

    cases: list[Row]
    records: list[Row]
    events: list[Row]
    receipts: list[Row]
    histories: Mapping[str, str]
    """The runs of each open case's journey, one a line, by the case's name."""

    @classmethod
    async def read(cls, town: Town, cases: Iterable[Case]) -> Self:
        """Ask a running suite."""
        listed = list(cases)
        standings = {case.name: await town.standing(case.case_id) for case in listed}
        return cls(
            cases=[about(case, standings[case.name]) for case in listed],
            records=[await records_of(case) for case in listed],
            events=[as_row(event) for event in await town.events()],
            receipts=await receipts_in(town),
            histories={
                case.name: await history_of(town, case.case_id) for case in listed if not standings[case.name].ending
            },
        )


def about(case: Case, standing: Standing) -> Row:
    """A case as the list of cases has it. What had parked it is told by its reason: sentences may change."""
    stands: Row = {
        name: value for name, value in asdict(standing).items() if name not in {"case_id", "heard", "parked"}
    }
    stands["parked"] = standing.parked.reason if standing.parked else None
    return {"name": case.name, "case_id": case.case_id, "council": case.council, "kind": case.kind, "stands": stands}


def as_row(message: Message) -> Row:
    """A message of the wire as JSON, by its fields' own names."""
    row: Row = MessageToDict(message, preserving_proto_field_name=True)
    return row


async def records_of(case: Case) -> Row:
    """What each service answers about a case; nothing of a service that has not seen it."""
    readers = (case.record, case.determination, case.planning, case.approval, case.life)
    answers: Row = {"name": case.name}
    for reader in readers:
        try:
            answers[reader.__name__] = as_row(await reader())
        except Fault as fault:
            if fault.kind not in {FaultKind.NOT_FOUND, FaultKind.PRECONDITION}:
                raise
    return answers


async def receipts_of(town: Town, service: str) -> list[receipts_pb2.Receipt]:
    """Every receipt that a service has, oldest first."""
    olu = await town.caller("olu", EVERY_COUNCIL)
    read = olu.stream(receipts_pb2.ReadReceiptsRequest(), receipts_pb2.ReadReceiptsResponse, at=service)
    return [receipt async for part in read for receipt in part.receipts]


async def receipts_in(town: Town) -> list[Row]:
    """Every receipt of every service, as far as it is never to change: what was decided, how, and by which pack."""
    return [
        {
            "service": service,
            "receipt_id": receipt.receipt_id,
            "case_id": receipt.case_id,
            "decision": receipt.decision,
            "verdict": receipt.verdict,
            "hash": json.loads(receipt.receipt)["hash"],
        }
        for service in DECIDING
        for receipt in await receipts_of(town, service)
    ]


async def history_of(town: Town, case_id: str) -> str:
    """Every run of a journey, the first one first, a line of JSON each."""
    lines = [
        json.dumps(without_machine(json.loads(run.to_json())), separators=(",", ":"), sort_keys=True)
        async for run in runs(town.client, workflow_id(case_id))
    ]
    return "\n".join(reversed(lines)) + "\n"


def files_of(data: Path) -> dict[str, bytes]:
    """The SQLite files of a suite that has stopped, each whole: nothing is left beside it."""
    files: dict[str, bytes] = {}
    for service in SERVICES:
        path = data / f"{service}.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files[path.name] = path.read_bytes()
    return files


def dump_of(programs: Path, port: int, name: str = "stored") -> dict[str, bytes]:
    """A database as plain SQL that any PostgreSQL takes, whoever owns it."""
    options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100")
    dumped = subprocess.run(
        [programs / "pg_dump", "-h", "127.0.0.1", "-p", str(port), "-U", "test", *options, name],
        capture_output=True,
        check=True,
    )
    return {DUMP: NOT_SQL.sub(b"", dumped.stdout)}


def pack_up(folder: Path, made: Made, records: Mapping[str, bytes]) -> None:
    """Write a store: the list of its cases to be read, everything else in an archive."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cases.json").write_text(json.dumps(made.cases, indent=1) + "\n")
    lists = {"records": made.records, "events": made.events, "receipts": made.receipts}
    members = {
        **records,
        **{f"{name}.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows).encode() for name, rows in lists.items()},
        **{f"histories/{name}.jsonl": history.encode() for name, history in made.histories.items()},
    }
    with tarfile.open(folder / "store.tar.xz", "w:xz", preset=9) as archive:
        for name, content in sorted(members.items()):
            member = tarfile.TarInfo(name)  # without a time and an owner
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def unpack(folder: Path) -> dict[str, bytes]:
    """What is in the archive of a store, by name."""
    with tarfile.open(folder / "store.tar.xz") as archive:
        return {member.name: content.read() for member in archive if (content := archive.extractfile(member))}


def stored_in(folder: Path) -> tuple[Made, dict[str, bytes]]:
    """What a store told when it was filled, and its records."""
    members = unpack(folder)
    made = Made(
        cases=json.loads((folder / "cases.json").read_text()),
        records=_rows(members["records.jsonl"]),
        events=_rows(members["events.jsonl"]),
        receipts=_rows(members["receipts.jsonl"]),
        histories={Path(name).stem: text.decode() for name, text in members.items() if name.startswith("histories/")},
    )
    return made, {name: content for name, content in members.items() if name.endswith((".db", ".sql"))}


def _rows(lines: bytes) -> list[Row]:
    return [json.loads(line) for line in lines.splitlines()]


def restore_files(records: Mapping[str, bytes], data: Path) -> None:
    """Write the SQLite files of a store into a data folder."""
    data.mkdir(parents=True)
    for name, content in records.items():
        (data / name).write_bytes(content)


async def restore_database(records: Mapping[str, bytes], database: str) -> None:
    """Write the dump of a store into an empty PostgreSQL database; `database` is its URL as settings take it."""
    url = make_url(database).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        await connection.execute(records[DUMP].decode())
    finally:
        await connection.close()
