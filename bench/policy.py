"""The full eligibility decision, one by one: each evaluator alone, both with their trace and receipt, all agreeing."""

import random
from collections.abc import Callable
from datetime import date
from time import process_time

from bench.figure import Figure
from sevensteps.config import Settings
from sevensteps.policy.deciding import Decider
from sevensteps.policy.given import Known
from sevensteps.policy.pack import read_pack
from sevensteps.policy.plain import Truths
from sevensteps.policy.reading import read_ruling
from sevensteps.policy.verdict import Json

CASES = 10_000
ON = date(2026, 4, 1)
SEED = 1


async def measure(tell: Callable[[str], None]) -> list[Figure]:
    """Decisions a CPU-second on the same seeded cases, in one run."""
    pack = read_pack(Settings().policies, "england")
    decider = Decider(pack.name, pack.hash, read_ruling(pack, "eligibility", ON))
    cases = _cases(decider)
    tell(f"{CASES} cases, typed first")
    known = [decider.known(facts) for facts in cases]
    tell("durable-rules alone")
    durable, durable_rate = _timed(known, decider.durable.truths)
    tell("the plain evaluator alone")
    plain, plain_rate = _timed(known, decider.plain.truths)
    if plain != durable:
        raise AssertionError("the two evaluators disagree; no figure is worth anything")
    tell("both, with typing, trace and receipt")
    began = process_time()
    for facts in cases:
        decider.decide(facts, ON).receipt()
    both_rate = CASES / (process_time() - began)
    return [
        Figure("durable-rules alone, truths only", f"{durable_rate:,.0f} a CPU-second"),
        Figure("plain evaluator alone, truths only", f"{plain_rate:,.0f} a CPU-second"),
        Figure("both, with trace and receipt", f"{both_rate:,.0f} a CPU-second", "at least 1,000"),
    ]


def _timed(known: list[Known], ask: Callable[[Known], Truths]) -> tuple[list[Truths], float]:
    began = process_time()
    found = [ask(facts) for facts in known]
    return found, len(known) / (process_time() - began)


def _cases(decider: Decider) -> list[dict[str, Json]]:
    """Facts of which some are unknown, the same ones every time."""
    chance = random.Random(SEED)  # noqa: S311 - seeded, so that every run has the same cases
    outcomes = decider.ruling.declared.collections["outcomes"]
    cases: list[dict[str, Json]] = []
    for _ in range(CASES):
        limbs: dict[str, Json] = {
            item: {limb: chance.choice((True, False, False, None)) for limb in outcomes.facts}
            for item in outcomes.items
        }
        cases.append({"impairment": True, "significant_impact": chance.choice((True, None)), "outcomes": limbs})
    return cases
