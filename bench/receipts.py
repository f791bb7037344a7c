"""Stored decisions made again with a candidate pack: how many a second, and how memory grows with their number."""

import asyncio
import json
import random
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from time import perf_counter

from bench.figure import Figure
from sevensteps.config import Settings
from sevensteps.policy import Library
from sevensteps.policy.authoring.redeciding import Candidate, redecide

FEW, MANY = 10_000, 100_000
FIRST, DAYS = date(2026, 4, 6), 250
FACTS = Path("examples/facts")
OF_A_JOURNEY = {
    "eligibility": 1,
    "indicative-budget": 1,
    "plan-check": 1,
    "authority": 2,
    "direct-payment": 1,
    "review-schedule": 1,
    "deadlines": 6,
}
"""How many decisions of each kind a case has on its way through the seven steps."""
DIFFERENT = 26_000
"""How many different receipts the file has, repeated: more than a processor's caches hold."""
SEED = 1
HARD = 0.1
"""The probability that somebody cannot do something unaided, or only with pain, danger or delay."""
WAS, IS = 'points: 16, pounds: "82.91"', 'points: 16, pounds: "84.57"'
"""The row that the candidate changes in the table from points to pounds."""


async def measure(say: Callable[[str], None]) -> list[Figure]:
    """Measure memory with both files, and speed with the larger one."""
    with tempfile.TemporaryDirectory() as folder:
        packs = Path(folder) / "packs"
        shutil.copytree(Settings().policies, packs)
        made = list(islice(lines(Library(packs)), DIFFERENT))
        table = packs / "england/parameters/budget.yaml"
        table.write_text(table.read_text(encoding="utf-8").replace(WAS, IS), encoding="utf-8")
        candidate = Candidate(packs, "example-council", Settings().policies, "example-council")
        file = Path(folder) / "receipts.jsonl"
        figures: list[tuple[float, float, int, int]] = []
        for number in (FEW, MANY):
            say(f"{number:,} receipts, {file.name} ...")
            with file.open("w", encoding="utf-8") as written:
                written.writelines(islice(cycle(made), number))
            figures.append(await asyncio.to_thread(_timed, file, candidate))
    (_, _, _, few), (seconds, cpu_seconds, turned, many) = figures
    return [
        Figure(
            f"{MANY:,} stored decisions made again, {turned:,} coming out otherwise and explained",
            f"{MANY / seconds:,.0f} a second ({MANY / cpu_seconds:,.0f} a CPU-second)",
            "at least 20,000",
        ),
        Figure(
            f"memory that deciding on {MANY:,} takes more than on {FEW:,}, a process",
            f"{(many - few) / 1024:.1f} MB of {many / 1024:.0f} MB",
        ),
    ]


def _timed(file: Path, candidate: Candidate) -> tuple[float, float, int, int]:
    """Seconds, CPU-seconds, how many differ, and the most memory that a process has used so far, in kB."""
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    turned = sum(len(part.changed) for part in redecide(file, candidate))
    seconds = perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu_seconds, turned, after.ru_maxrss


def lines(library: Library) -> Iterator[str]:
    """Receipts as cases have them: different facts about needs, and those of the examples for everything else."""
    chance = random.Random(SEED)  # noqa: S311 - seeded, so that every run has the same receipts
    facts = {decision: json.loads((FACTS / f"{decision}.json").read_text("utf-8")) for decision in OF_A_JOURNEY}
    clocks = ("assessment", "plan", "sign_off", "money", "support", "review")
    for number in count():
        on = FIRST + timedelta(days=chance.randrange(DAYS))
        for limbs in filter(lambda limbs: isinstance(limbs, dict), facts["eligibility"]["outcomes"].values()):
            limbs.update({limb: chance.random() < HARD for limb in limbs})
        facts["indicative-budget"]["points"] = chance.randrange(5, 60)
        facts["plan-check"]["personal_budget"] = facts["authority"]["annual_cost"] = (
            f"{chance.randrange(2000, 9000)}.00"
        )
        facts["review-schedule"]["started_on"] = on.isoformat()
        for decision, times in OF_A_JOURNEY.items():
            for clock in clocks[:times]:
                if decision == "deadlines":
                    facts[decision] = {"clock": clock, "started_on": on.isoformat(), "level": "L1"}
                made = library.decide(decision, pack="example-council", on=on, facts=facts[decision]).receipt()
                about = {"receipt_id": f"receipt-{number}", "case_id": f"case-{number}", "receipt": made}
                yield json.dumps(about, separators=(",", ":"), sort_keys=True) + "\n"
