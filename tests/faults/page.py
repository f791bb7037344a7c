"""docs/faults.md: what was tried last, and the figures."""

from pathlib import Path

from faults.schedule import Kind
from faults.trial import Outcome

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
MOST_ROWS = 20
BEGIN, END = "<!-- runs -->\n", "<!-- end of runs -->\n"


def add(outcome: Outcome) -> None:
    """Put an outcome before those of earlier runs; one of the same trial takes the place of the one before."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    heading, rows = table.splitlines()[:2], table.splitlines()[2:]
    new = row_of(outcome)
    others = [row for row in rows if _trial_of(row) != _trial_of(new)]
    PAGE.write_text(before + BEGIN + "\n".join([*heading, new, *others][: MOST_ROWS + 2]) + "\n" + END + after)


def row_of(outcome: Outcome) -> str:
    """An outcome as a row of the table."""
    trial, figures = outcome.trial, outcome.figures
    faults = ", ".join(f"{outcome.done[kind]} {kind.value}" for kind in Kind if outcome.done[kind])
    cells = (
        str(trial.seed),
        trial.database,
        f"{trial.seconds / 60:g}",
        f"{outcome.done.total()}: {faults}",
        f"{figures.cases:,}",
        f"{figures.calls:,} ({figures.sent_again:,} again)",
        f"{figures.events:,}",
        f"{figures.longest_still:.0f} s",
        f"{outcome.settled_seconds:.0f} s",
        _what_holds(outcome),
    )
    return f"| {' | '.join(cells)} |"


def _what_holds(outcome: Outcome) -> str:
    if outcome.wrong:
        return f"not: {len(outcome.wrong)} things do not"
    return f"everything; {len(outcome.stuck)} cases are stuck, and shown" if outcome.stuck else "everything"


def _trial_of(row: str) -> list[str]:
    """The seed, the database and the minutes."""
    return row.split(" | ")[:3]
