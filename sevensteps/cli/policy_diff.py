"""`sevensteps policy diff --receipts`: who would be decided otherwise by another pack, and why."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from sevensteps.cli.receipts import write_all
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import Settings
from sevensteps.policy.authoring.redeciding import Candidate, Turned, redecide

REASONS_SHOWN = 6


def tell_who_would_change(candidate: Candidate, file: Path | None) -> None:
    """Decide again on the receipts of a file, or of the running suite; list what comes out otherwise, and why.

    Raises ValueError, or OSError, for a file that does not hold receipts, or cannot be read.
    """
    if file is not None:
        _tell(candidate, file)
        return
    with TemporaryDirectory() as folder:
        taken_out = Path(folder) / "receipts.jsonl"
        with taken_out.open("w", encoding="utf-8") as lines, progress() as shown:
            shown.add_task("Taking the receipts out", total=None)
            run(write_all(Settings.from_environment(), lines))
        _tell(candidate, taken_out)


def _tell(candidate: Candidate, file: Path) -> None:
    decided = others = 0
    turned: Counter[tuple[str, str, str]] = Counter()
    new_hints: set[str] = set()
    with progress() as shown:
        task = shown.add_task("Deciding again", total=file.stat().st_size)
        for part in redecide(file, candidate):
            for found in part.turned:
                _tell_one(found)
                turned[found.decision, found.was, found.becomes] += 1
            decided, others = decided + part.decided, others + part.others
            new_hints |= part.new_hints
            shown.advance(task, part.size)
    typer.echo(f"{decided:,} decisions made again, {turned.total() or 'none'} coming out otherwise")
    for (decision, was, becomes), times in sorted(turned.items()):
        typer.echo(f"  {decision}: {_change(was, becomes)}: {times:,}")
    if others:
        typer.echo(f"{others:,} left out, which another pack than {candidate.instead_of} decided")
    if new_hints:
        words = ", ".join(sorted(new_hints))
        typer.echo(f"New hint words could not be looked for, as no text is kept: {words}")


def _tell_one(found: Turned) -> None:
    typer.echo(f"{found.case_id}  {found.decision}: {_change(found.was, found.becomes)}  {found.receipt_id}")
    for reason in found.because[:REASONS_SHOWN]:
        typer.echo(f"    {reason}")
    if (more := len(found.because) - REASONS_SHOWN) > 0:
        typer.echo(f"    and {more} more")


def _change(was: str, becomes: str) -> str:
    words = f"{was} → {becomes}" if was != becomes else f"{was}, with other values"
    return words.replace("_", " ")
