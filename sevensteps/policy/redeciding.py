"""Stored decisions made again by another pack: whose would come out otherwise, and why.

The plain evaluator looks through them; only what comes out otherwise, or is open, is decided in full and explained.
They stand in a file of JSON lines, as `sevensteps receipts export` writes it, and every processor takes parts of it, so
memory stays the same however many there are.
"""

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

from sevensteps.errors import Fault
from sevensteps.policy.pack import read_pack
from sevensteps.policy.shelf import Shelf
from sevensteps.policy.verdict import Decision, Json, Verdict

PART = 1024 * 1024
"""So many bytes of the file make a part."""
REMEMBERED = 4096
"""So many answers a processor remembers: the same days are counted, and the same points priced, again and again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The pack to decide by instead of the one that decided; on another day than each decision's own, if given."""

    root: Path
    name: str
    instead_of: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """A stored decision that would come out otherwise. `becomes` is a verdict, or why nothing can be decided."""

    case_id: str
    receipt_id: str
    decision: str
    was: str
    becomes: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one part of the file. `others` were decided by another pack than the one to be replaced."""

    size: int
    decided: int
    others: int
    turned: tuple[Turned, ...]


def redecide(file: Path, candidate: Candidate) -> Iterator[Part]:
    """Decide again on every receipt of a file, part by part in its order, on all processors.

    Raises:
        PackRefusedError: the pack cannot be read.
        ValueError: a line is not a receipt as `sevensteps receipts export` writes it.
    """
    _shelf(candidate)
    size = file.stat().st_size
    starts = range(0, size, PART)
    workers = min(os.cpu_count() or 1, len(starts)) or 1
    with multiprocessing.get_context("spawn").Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap(partial(redecide_part, file, candidate), starts)


def redecide_part(file: Path, candidate: Candidate, start: int) -> Part:
    """Decide again on the receipts whose lines begin within a part. Raises as `redecide` does."""
    decided = others = 0
    turned: list[Turned] = []
    end = min(start + PART, file.stat().st_size)
    for line in _lines(file, start, end):
        try:
            row = json.loads(line)
            receipt = row["receipt"]
            if receipt["pack"] != candidate.instead_of:
                others += 1
                continue
            decided += 1
            if found := _redecided(row, receipt, candidate):
                turned.append(found)
        except (KeyError, TypeError, ValueError) as error:
            text = line[:80].decode(errors="replace")
            raise ValueError(f"{file}: expected a receipt in a line of JSON: {error!r}: {text}") from error
    return Part(end - start, decided, others, tuple(turned))


def _lines(file: Path, start: int, end: int) -> Iterator[bytes]:
    with file.open("rb") as content:
        if start:
            content.seek(start - 1)
            start += len(content.readline()) - 1  # what is left of a line that began in the part before
        for line in content:
            if start >= end:
                return
            start += len(line)
            yield line


@lru_cache(maxsize=1)
def _shelf(candidate: Candidate) -> Shelf:
    return Shelf(read_pack(candidate.root, candidate.name))


@lru_cache(maxsize=REMEMBERED)
def _plain_answer(candidate: Candidate, decision: str, on: date, facts: str) -> tuple[Verdict, Mapping[str, Json]]:
    return _shelf(candidate).decider(decision, on).plain_answer(json.loads(facts))


def _redecided(row: Mapping[str, str], receipt: Mapping[str, Json], candidate: Candidate) -> Turned | None:
    decision, facts = str(receipt["decision"]), receipt["facts"]
    if not isinstance(facts, Mapping):
        raise TypeError("facts are an object")
    turned = partial(Turned, row["case_id"], row["receipt_id"], decision, str(receipt["verdict"]))
    on = candidate.on or date.fromisoformat(str(receipt["on"]))
    try:
        verdict, values = _plain_answer(candidate, decision, on, json.dumps(facts, sort_keys=True))
        settled = verdict is not Verdict.NOT_ENOUGH_INFORMATION
        if settled and verdict == receipt["verdict"] and values == receipt["values"]:
            return None
        again = _shelf(candidate).decide(decision, on, facts)
    except Fault as fault:
        return turned(fault.reason.lower(), (fault.detail,))
    because = tuple(_differences(receipt, again))
    return turned(again.verdict.value, because) if because else None


def _differences(receipt: Mapping[str, Json], again: Decision) -> Iterator[str]:
    """The verdict and values that differ, and the rules that turned; nothing where only reasons read otherwise."""
    made = json.loads(json.dumps(again.receipt()))
    was, is_ = receipt["values"], made["values"]
    if made["verdict"] == receipt["verdict"] and was == is_:
        return
    for name in dict.fromkeys([*_names(was), *is_]):
        before = was.get(name) if isinstance(was, Mapping) else None
        if before != is_.get(name):
            yield f"{name}: was {_said(before)}, is {_said(is_.get(name))}"
    before, after = _findings(receipt["findings"]), _findings(made["findings"])
    for rule in dict.fromkeys([*before, *after]):
        verdict, because = after.get(rule, ("silent", ""))
        old = before.get(rule, ("silent", ""))[0]
        if verdict != old:
            yield f"{rule}: was {old}, is {verdict}. {because}".replace("_", " ").rstrip()


def _findings(found: Json) -> dict[str, tuple[str, str]]:
    """What each rule said, and its sentence; by the rule and what it was asked about."""
    findings: Sequence[Json] = found if isinstance(found, list) else ()
    return {
        f"{finding['rule']} {finding['about']}".rstrip(): (str(finding["verdict"]), str(finding["because"]))
        for finding in findings
        if isinstance(finding, Mapping)
    }


def _names(values: Json) -> Sequence[str]:
    return list(values) if isinstance(values, Mapping) else []


def _said(value: Json) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
