"""`sevensteps policy diff --receipts`: whose decisions another pack would change, and why."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from sevensteps.cli.receipts import write_all
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import Settings
from sevensteps.policy.authoring.redeciding import Candidate, ChangedDecision, Part, redecide
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.answer_words import AnswerWords, read_answer_words

REASONS_SHOWN = 6


def print_changed_decisions(candidate: Candidate, file: Path | None, *, as_json: bool) -> None:
    """Decide again on the receipts of a file, or of the running suite; list each decision that changes, and why.

    As JSON there is a line for each of them, and one for the totals.

    Raises ValueError, or OSError, for a file that does not contain receipts, or cannot be read.
    """
    if file is not None:
        _print(candidate, file, as_json=as_json)
        return
    with TemporaryDirectory() as folder:
        exported = Path(folder) / "receipts.jsonl"
        with exported.open("w", encoding="utf-8") as lines, progress() as shown:
            shown.add_task("Exporting the receipts", total=None)
            run(write_all(Settings.from_environment(), lines))
        _print(candidate, exported, as_json=as_json)


def _print(candidate: Candidate, file: Path, *, as_json: bool) -> None:
    totals, words = _Totals(), cache(partial(read_answer_words, candidate.root, candidate.name))
    with progress() as shown:
        task = shown.add_task("Deciding again", total=file.stat().st_size)
        for part in redecide(file, candidate):
            for change in part.changed:
                if as_json:
                    typer.echo(json.dumps(asdict(change), ensure_ascii=False))
                else:
                    _print_one(change, words(change.decision))
            totals.add(part)
            shown.advance(task, part.size)
    if as_json:
        typer.echo(json.dumps(totals.as_json(), ensure_ascii=False))
    else:
        totals.print(candidate, words)


@dataclass(slots=True)
class _Totals:
    decided: int = 0
    others: int = 0
    changed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    new_hints: set[str] = field(default_factory=set)

    def add(self, part: Part) -> None:
        self.decided, self.others = self.decided + part.decided, self.others + part.others
        self.changed.update((change.decision, change.was, change.becomes) for change in part.changed)
        self.new_hints |= part.new_hints

    def as_json(self) -> dict[str, Json]:
        return {
            "decided_again": self.decided,
            "changed": self.changed.total(),
            "left_out": self.others,
            "new_hint_words": [*sorted(self.new_hints)],
        }

    def print(self, candidate: Candidate, words: Callable[[str], AnswerWords]) -> None:
        typer.echo(f"{self.decided:,} decisions made again, {self.changed.total() or 'none'} changed")
        for (decision, was, becomes), times in sorted(self.changed.items()):
            typer.echo(f"  {decision}: {_change(words(decision), was, becomes)}: {times:,}")
        if self.others:
            typer.echo(f"{self.others:,} left out: {candidate.replaces} did not decide them")
        if self.new_hints:
            new = ", ".join(sorted(self.new_hints))
            typer.echo(f"New hint words could not be looked for, because no text is stored: {new}")


def _print_one(change: ChangedDecision, words: AnswerWords) -> None:
    told = _change(words, change.was, change.becomes)
    typer.echo(f"{change.case_id}  {change.decision}: {told}  {change.receipt_id}")
    for reason in change.because[:REASONS_SHOWN]:
        typer.echo(f"    {reason}")
    if (more := len(change.because) - REASONS_SHOWN) > 0:
        typer.echo(f"    and {more} more")


def _change(words: AnswerWords, was: str, becomes: str) -> str:
    told = words.answer(was)
    return f"{told} → {words.answer(becomes)}" if was != becomes else f"{told}, with other values"
