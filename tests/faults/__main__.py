"""`make faults`: hurts a whole suite by a schedule made from a seed, and looks whether everything still holds.

Not part of pytest's run, but for a short trial in tests/e2e/test_faults.py. Without `--database` it tries both.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

from faults import page
from faults.roles import DATABASES, POSTGRES, SEVERAL
from faults.trial import Outcome, Trial, run

MINUTES = 4.0
HIGHEST_SEED = 2**16


def main(arguments: Sequence[str]) -> int:
    """Try it; answers the exit code."""
    given = _arguments(arguments)
    databases = [given.database] if given.database else DATABASES
    return max([_try(Trial(given.seed, given.minutes * 60, each, _instances(each))) for each in databases])


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description="Hurt a suite, and look whether it holds.")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(HIGHEST_SEED))
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--database", choices=DATABASES)
    return parser.parse_args(arguments)


def _instances(database: str) -> dict[str, int]:
    return dict(SEVERAL) if database == POSTGRES else {}


def _say(text: str) -> None:
    print(text, flush=True)


def _try(trial: Trial) -> int:
    _say(f"Seed {trial.seed}, {trial.seconds / 60:g} minutes on {trial.database}, {len(trial.faults)} faults.")
    folder = Path(tempfile.mkdtemp(prefix="sevensteps-faults-"))
    folder.chmod(0o711)  # PostgreSQL runs as somebody else, in a folder of its own in here
    outcome = asyncio.run(run(trial, folder, _say))
    page.add(outcome)
    _print(outcome, folder)
    if outcome.wrong:
        return 1
    shutil.rmtree(folder)
    return 0


def _print(outcome: Outcome, folder: Path) -> None:
    figures, trial = outcome.figures, outcome.trial
    _say(
        f"{outcome.done.total()} faults; {figures.cases} cases, {figures.calls:,} calls ({figures.sent_again:,} sent "
        f"again), {figures.events:,} events. A case stood still for {figures.longest_still:.0f} s at most. Settled "
        f"after {outcome.settled_seconds:.0f} s."
    )
    for case in outcome.stuck:
        _say(f"stuck: {case}")
    for wrong in outcome.wrong:
        _say(f"WRONG  {wrong}")
    again = f"--seed {trial.seed} --minutes {trial.seconds / 60:g} --database {trial.database}"
    _say(f"FAILED. Again: python -m faults {again}. Logs: {folder}" if outcome.wrong else "Everything holds.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
