"""Making stored decisions again by another pack: which would change, and why.

The plain evaluator goes through them; only a decision that changes, or is open, is made in full and explained. The
receipts are in a file of JSON lines, as `sevensteps receipts export` writes it. Every processor takes parts of the
file, so memory does not grow with their number. msgspec reads only the wanted fields of a line: reading all of it with
`json` took more than half of the time.
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
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.model.known_facts import by_known_names
from sevensteps.policy.model.verdict import Decision, Json, Verdict
from sevensteps.policy.packs.pack import read_pack

PART = 1024 * 1024
"""Bytes of the file in one part."""
REMEMBERED = 4096
"""Answers that a processor remembers, because the same facts come again and again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The pack to decide by instead of `replaces`, each in a folder of packs; `on` a day, or on each decision's own."""

    root: Path
    name: str
    old_root: Path
    replaces: str
    on: date | None = None


class StoredReceipt(msgspec.Struct, frozen=True):
    """The fields of a receipt that are needed to decide again."""

    pack: str
    decision: str
    on: date
    verdict: str
    values: msgspec.Raw
    facts: msgspec.Raw
    findings: msgspec.Raw


class Stored(msgspec.Struct, frozen=True):
    """A line of the file: a receipt with its id and its case."""

    receipt_id: str
    case_id: str
    receipt: StoredReceipt


_READ = msgspec.json.Decoder(Stored)


@dataclass(frozen=True, slots=True)
class ChangedDecision:
    """A stored decision that would change. `becomes` is a verdict, or the reason why nothing can be decided."""

    case_id: str
    receipt_id: str
    decision: str
    was: str
    becomes: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The result for one part of the file. `others` were decided by another pack than the one to be replaced.

    `new_hints` are hint words that only the new pack has: they cannot be looked for, because no text is stored.
    """

    size: int
    decided: int
    others: int
    changed: tuple[ChangedDecision, ...]
    new_hints: frozenset[str]


def redecide(file: Path, candidate: Candidate) -> Iterator[Part]:
    """Decide again on every receipt of a file, part by part in order, on all processors.

    Raises:
        PackRefusedError: the pack cannot be read.
        ValueError: a line is not a receipt as `sevensteps receipts export` writes it.
    """
    _compiled_pack(candidate.root, candidate.name)
    size = file.stat().st_size
    starts = range(0, size, PART)
    workers = min(os.cpu_count() or 1, len(starts)) or 1
    with multiprocessing.get_context("spawn").Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap(partial(redecide_part, file, candidate), starts)


def redecide_part(file: Path, candidate: Candidate, start: int) -> Part:
    """Decide again on the receipts whose lines begin within a part. Raises as `redecide` does."""
    decided = others = 0
    changed: list[ChangedDecision] = []
    new_hints: set[str] = set()
    end = min(start + PART, file.stat().st_size)
    for line in _lines(file, start, end):
        try:
            stored = _READ.decode(line)
            if stored.receipt.pack != candidate.replaces:
                others += 1
                continue
            decided += 1
            new_hints |= _new_hints(candidate, stored.receipt.decision, stored.receipt.on)
            if change := _redecided(stored, candidate):
                changed.append(change)
        except msgspec.DecodeError as error:
            text = line[:80].decode(errors="replace")
            raise ValueError(f"{file}: expected a receipt on each line of JSON: {error}: {text}") from error
    return Part(end - start, decided, others, tuple(changed), frozenset(new_hints))


def _lines(file: Path, start: int, end: int) -> Iterator[bytes]:
    with file.open("rb") as content:
        if start:
            content.seek(start - 1)
            start += len(content.readline()) - 1  # the rest of a line that began in the part before
        for line in content:
            if start >= end:
                return
            start += len(line)
            yield line


@lru_cache(maxsize=2)
def _compiled_pack(root: Path, name: str) -> CompiledPack:
    return CompiledPack(read_pack(root, name))


@lru_cache(maxsize=REMEMBERED)
def _plain_answer(candidate: Candidate, decision: str, on: date, facts: bytes) -> tuple[Verdict, Mapping[str, Json]]:
    decider = _compiled_pack(candidate.root, candidate.name).decider(decision, on)
    return decider.plain_answer(_facts(decision, facts, decider), on)


def _facts(decision: str, stored: bytes | msgspec.Raw, decider: Decider) -> Mapping[str, Json]:
    """Stored facts by the names of today, with the pack's own hints."""
    return with_own_hints(by_known_names(decision, _object(stored), decider.asked), decider.compiled.declared)


@lru_cache(maxsize=REMEMBERED)
def _new_hints(candidate: Candidate, decision: str, was_on: date) -> frozenset[str]:
    new = _hints(candidate.root, candidate.name, decision, candidate.on or was_on)
    return new - _hints(candidate.old_root, candidate.replaces, decision, was_on)


def _hints(root: Path, pack: str, decision: str, on: date) -> frozenset[str]:
    try:
        return hints_of(_compiled_pack(root, pack).decider(decision, on).compiled.declared)
    except Fault:
        return frozenset()


def _object(written: bytes | msgspec.Raw) -> Mapping[str, Json]:
    content: Mapping[str, Json] = msgspec.json.decode(written, type=dict)
    return content


def _redecided(stored: Stored, candidate: Candidate) -> ChangedDecision | None:
    receipt = stored.receipt
    changed = partial(ChangedDecision, stored.case_id, stored.receipt_id, receipt.decision, receipt.verdict)
    on = candidate.on or receipt.on
    try:
        verdict, values = _plain_answer(candidate, receipt.decision, on, bytes(receipt.facts))
        settled = verdict is not Verdict.NOT_ENOUGH_INFORMATION
        if settled and verdict == receipt.verdict and values == _object(receipt.values):
            return None
        decider = _compiled_pack(candidate.root, candidate.name).decider(receipt.decision, on)
        again = decider.decide(_facts(receipt.decision, receipt.facts, decider), on)
    except Fault as fault:
        return changed(fault.reason.lower(), (fault.detail,))
    because = tuple(_differences(receipt, again))
    return changed(again.verdict.value, because) if because else None


def _differences(receipt: StoredReceipt, again: Decision) -> Iterator[str]:
    """The verdict, values and rules that differ; nothing where only the wording differs."""
    made = json.loads(json.dumps(again.receipt()))
    was, is_ = _object(receipt.values), made["values"]
    if made["verdict"] == receipt.verdict and was == is_:
        return
    for name in dict.fromkeys([*was, *is_]):
        before = was.get(name)
        if before != is_.get(name):
            yield f"{name}: was {_text(before)}, is {_text(is_.get(name))}"
    before, after = _findings(msgspec.json.decode(receipt.findings)), _findings(made["findings"])
    for rule in dict.fromkeys([*before, *after]):
        verdict, because = after.get(rule, ("silent", ""))
        old = before.get(rule, ("silent", ""))[0]
        if verdict != old:
            yield f"{rule}: was {old}, is {verdict}. {because}".replace("_", " ").rstrip()


def _findings(stored: Json) -> dict[str, tuple[str, str]]:
    """The verdict and sentence of each finding, by its rule and item."""
    findings: Sequence[Json] = stored if isinstance(stored, list) else ()
    return {
        f"{finding['rule']} {finding['about']}".rstrip(): (str(finding["verdict"]), str(finding["because"]))
        for finding in findings
        if isinstance(finding, Mapping)
    }


def _text(value: Json) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
