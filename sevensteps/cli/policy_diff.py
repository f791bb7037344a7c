"""`sevensteps policy diff --receipts`: whose decisions another pack would change, and why."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from sevensteps.cli.receipts import write_all
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import Settings
from sevensteps.policy.authoring.redeciding import Candidate, ChangedDecision, redecide

REASONS_SHOWN = 6


def print_changed_decisions(candidate: Candidate, file: Path | None) -> None:
    """Decide again on the receipts of a file, or of the running suite; list each decision that changes, and why.

    Raises ValueError, or OSError, for a file that does not contain receipts, or cannot be read.
    """
    if file is not None:
        _print(candidate, file)
        return
    with TemporaryDirectory() as folder:
        exported = Path(folder) / "receipts.jsonl"
        with exported.open("w", encoding="utf-8") as lines, progress() as shown:
            shown.add_task("Exporting the receipts", total=None)
            run(write_all(Settings.from_environment(), lines))
        _print(candidate, exported)


def _print(candidate: Candidate, file: Path) -> None:
    decided = others = 0
    changed: Counter[tuple[str, str, str]] = Counter()
    new_hints: set[str] = set()
    with progress() as shown:
        task = shown.add_task("Deciding again", total=file.stat().st_size)
        for part in redecide(file, candidate):
            for change in part.changed:
                _print_one(change)
                changed[change.decision, change.was, change.becomes] += 1
            decided, others = decided + part.decided, others + part.others
            new_hints |= part.new_hints
            shown.advance(task, part.size)
    typer.echo(f"{decided:,} decisions made again, {changed.total() or 'none'} changed")
    for (decision, was, becomes), times in sorted(changed.items()):
        typer.echo(f"  {decision}: {_change(was, becomes)}: {times:,}")
    if others:
        typer.echo(f"{others:,} left out: {candidate.replaces} did not decide them")
    if new_hints:
        words = ", ".join(sorted(new_hints))
        typer.echo(f"New hint words could not be looked for, because no text is stored: {words}")


def _print_one(change: ChangedDecision) -> None:
    typer.echo(f"{change.case_id}  {change.decision}: {_change(change.was, change.becomes)}  {change.receipt_id}")
    for reason in change.because[:REASONS_SHOWN]:
        typer.echo(f"    {reason}")
    if (more := len(change.because) - REASONS_SHOWN) > 0:
        typer.echo(f"    and {more} more")


def _change(was: str, becomes: str) -> str:
    words = f"{was} → {becomes}" if was != becomes else f"{was}, with other values"
    return words.replace("_", " ")
