"""Stored decisions made again by another pack: whose would come out otherwise, and why.

The plain evaluator looks through them; only what comes out otherwise, or is open, is decided in full and explained.
They stand in a file of JSON lines, as `sevensteps receipts export` writes it, and every processor takes parts of it, so
memory stays the same however many there are. msgspec reads of a line only what is wanted: reading all of it with `json`
took more than half of the time.
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

import msgspec

from sevensteps.errors import Fault
from sevensteps.policy.authoring.kept_hints import hints_of, with_own_hints
from sevensteps.policy.compiled_pack import Shelf
from sevensteps.policy.model.verdict import Decision, Json, Verdict
from sevensteps.policy.packs.pack import read_pack

PART = 1024 * 1024
"""So many bytes of the file make a part."""
REMEMBERED = 4096
"""So many answers a processor remembers: the same days are counted, and the same points priced, again and again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The pack to decide by instead of the one that decided; on another day than each decision's own, if given.

    Each stands in a folder of packs.
    """

    root: Path
    name: str
    old_root: Path
    instead_of: str
    on: date | None = None


class StoredReceipt(msgspec.Struct, frozen=True):
    """What has to be read of a receipt to decide again; the rest is passed over."""

    pack: str
    decision: str
    on: date
    verdict: str
    values: msgspec.Raw
    facts: msgspec.Raw
    findings: msgspec.Raw


class Stored(msgspec.Struct, frozen=True):
    """A line of the file: a receipt, and whose it is."""

    receipt_id: str
    case_id: str
    receipt: StoredReceipt


_READ = msgspec.json.Decoder(Stored)


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
    """What came of one part of the file. `others` were decided by another pack than the one to be replaced.

    `new_hints` are hint words that the pack has now and had not: nobody can look for them, as no text is kept.
    """

    size: int
    decided: int
    others: int
    turned: tuple[Turned, ...]
    new_hints: frozenset[str]


def redecide(file: Path, candidate: Candidate) -> Iterator[Part]:
    """Decide again on every receipt of a file, part by part in its order, on all processors.

    Raises:
        PackRefusedError: the pack cannot be read.
        ValueError: a line is not a receipt as `sevensteps receipts export` writes it.
    """
    _shelf(candidate.root, candidate.name)
    size = file.stat().st_size
    starts = range(0, size, PART)
    workers = min(os.cpu_count() or 1, len(starts)) or 1
    with multiprocessing.get_context("spawn").Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap(partial(redecide_part, file, candidate), starts)


def redecide_part(file: Path, candidate: Candidate, start: int) -> Part:
    """Decide again on the receipts whose lines begin within a part. Raises as `redecide` does."""
    decided = others = 0
    turned: list[Turned] = []
    new_hints: set[str] = set()
    end = min(start + PART, file.stat().st_size)
    for line in _lines(file, start, end):
        try:
            stored = _READ.decode(line)
            if stored.receipt.pack != candidate.instead_of:
                others += 1
                continue
            decided += 1
            new_hints |= _new_hints(candidate, stored.receipt.decision, stored.receipt.on)
            if found := _redecided(stored, candidate):
                turned.append(found)
        except msgspec.DecodeError as error:
            text = line[:80].decode(errors="replace")
            raise ValueError(f"{file}: expected a receipt in a line of JSON: {error}: {text}") from error
    return Part(end - start, decided, others, tuple(turned), frozenset(new_hints))


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


@lru_cache(maxsize=2)
def _shelf(root: Path, name: str) -> Shelf:
    return Shelf(read_pack(root, name))


@lru_cache(maxsize=REMEMBERED)
def _plain_answer(candidate: Candidate, decision: str, on: date, facts: bytes) -> tuple[Verdict, Mapping[str, Json]]:
    decider = _shelf(candidate.root, candidate.name).decider(decision, on)
    return decider.plain_answer(with_own_hints(_object(facts), decider.ruling.declared))


@lru_cache(maxsize=REMEMBERED)
def _new_hints(candidate: Candidate, decision: str, was_on: date) -> frozenset[str]:
    new = _hints(candidate.root, candidate.name, decision, candidate.on or was_on)
    return new - _hints(candidate.old_root, candidate.instead_of, decision, was_on)


def _hints(root: Path, pack: str, decision: str, on: date) -> frozenset[str]:
    try:
        return hints_of(_shelf(root, pack).decider(decision, on).ruling.declared)
    except Fault:
        return frozenset()


def _object(written: bytes | msgspec.Raw) -> Mapping[str, Json]:
    found: Mapping[str, Json] = msgspec.json.decode(written, type=dict)
    return found


def _redecided(stored: Stored, candidate: Candidate) -> Turned | None:
    receipt = stored.receipt
    turned = partial(Turned, stored.case_id, stored.receipt_id, receipt.decision, receipt.verdict)
    on = candidate.on or receipt.on
    try:
        verdict, values = _plain_answer(candidate, receipt.decision, on, bytes(receipt.facts))
        settled = verdict is not Verdict.NOT_ENOUGH_INFORMATION
        if settled and verdict == receipt.verdict and values == _object(receipt.values):
            return None
        decider = _shelf(candidate.root, candidate.name).decider(receipt.decision, on)
        again = decider.decide(with_own_hints(_object(receipt.facts), decider.ruling.declared), on)
    except Fault as fault:
        return turned(fault.reason.lower(), (fault.detail,))
    because = tuple(_differences(receipt, again))
    return turned(again.verdict.value, because) if because else None


def _differences(receipt: StoredReceipt, again: Decision) -> Iterator[str]:
    """The verdict and values that differ, and the rules that turned; nothing where only reasons read otherwise."""
    made = json.loads(json.dumps(again.receipt()))
    was, is_ = _object(receipt.values), made["values"]
    if made["verdict"] == receipt.verdict and was == is_:
        return
    for name in dict.fromkeys([*was, *is_]):
        before = was.get(name)
        if before != is_.get(name):
            yield f"{name}: was {_said(before)}, is {_said(is_.get(name))}"
    before, after = _findings(msgspec.json.decode(receipt.findings)), _findings(made["findings"])
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


def _said(value: Json) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
