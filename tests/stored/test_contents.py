"""What a committed store has to hold, and must not hold."""

import base64
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from architecture.test_repository import INDEX_HOSTS, MACHINE_PATHS
from sevensteps.steps import Ending, Stage
from sevensteps.temporal import WaitingFor
from stored.fixture import DECIDING, Row, stored_in, unpack
from stored.policies import COUNCILS

STORES = sorted(file.parent for file in Path(__file__).parent.glob("*/*/cases.json"))
LARGEST = 500_000
"""Bytes that a store may have in the repository."""
NOT_WAITED_FOR = {WaitingFor.SERVICE, WaitingFor.ENDING}
"""Where nothing stands for long."""

WITHOUT_WAL = b"\1\1"
"""Bytes 18 and 19 of an SQLite file that is no longer in WAL mode: that needs a file, and memory is none."""

every_store = pytest.mark.parametrize("folder", STORES, ids=lambda folder: f"{folder.parent.name}-{folder.name}")


def _stands(row: Row) -> Row:
    stands = row["stands"]
    assert isinstance(stands, dict)
    return stands


@every_store
def test_cases_stand_in_every_place(folder: Path) -> None:
    """Every step, everything that a journey waits for, and every ending, of adults and carers of two councils."""
    made, _ = stored_in(folder)
    stands = [_stands(row) for row in made.cases]
    assert {each["stage"] for each in stands if not each["ending"]} == set(Stage)
    assert {each["waiting_for"] for each in stands} == set(WaitingFor) - NOT_WAITED_FOR
    assert {each["ending"] for each in stands} - {None} == set(Ending)
    assert {row["kind"] for row in made.cases} == {"adult", "carer"}
    assert {row["council"] for row in made.cases} == set(COUNCILS)
    assert made.histories.keys() == {row["name"] for row in made.cases if not _stands(row)["ending"]}


@every_store
def test_every_service_has_decided_by_two_packs(folder: Path) -> None:
    """Only the archive has the first of them, and receipts of every decision name it."""
    made, _ = stored_in(folder)
    packs = {
        service: Counter(row["hash"] for row in made.receipts if row["service"] == service) for service in DECIDING
    }
    assert {service: len(hashes) for service, hashes in packs.items()} == dict.fromkeys(DECIDING, 2)
    assert {row["decision"] for row in made.receipts} == {
        "advocacy",
        "authority",
        "carer-eligibility",
        "deadlines",
        "direct-payment",
        "eligibility",
        "indicative-budget",
        "plan-check",
        "review-schedule",
    }
    assert {row["verdict"] for row in made.receipts} == {
        "met",
        "not_met",
        "not_enough_information",
        "needs_judgement",
    }


@every_store
def test_nothing_in_it_is_of_one_machine(folder: Path) -> None:
    """No path, no package index and no key; and it is small."""
    members = unpack(folder)
    assert sum(file.stat().st_size for file in folder.iterdir()) < LARGEST
    forbidden = re.compile(f"{INDEX_HOSTS}|{MACHINE_PATHS}|/tmp/|PRIVATE KEY|Bearer")
    assert {name: found.group() for name in members if (found := forbidden.search(_text_of(name, members[name])))} == {}


def _text_of(name: str, content: bytes) -> str:
    """All that stands in a file, what is encoded in it included: a history's payloads, and the bytes in a database."""
    match Path(name).suffix:
        case ".jsonl":
            parts = [base64.b64decode(payload) for payload in re.findall(rb'"data":"([^"]+)"', content)]
        case ".sql":
            parts = [bytes.fromhex(digits.decode()) for digits in re.findall(rb"\\x([0-9a-f]+)", content)]
        case _:
            with closing(sqlite3.connect(":memory:")) as connection:  # text may go on from one page to another
                connection.deserialize(content[:18] + WITHOUT_WAL + content[20:])
                parts = ["\n".join(connection.iterdump()).encode()]
    return b"\n".join([content, *parts]).decode(errors="replace")
