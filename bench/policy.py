"""The full eligibility decision, one by one: each evaluator alone and both, against two public engines, all agreeing.

Ours include typing the facts, every rule's reasons, what is missing, and the receipt. GoRules ZEN and Drools DMN give
the verdict alone: neither says why not.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from time import process_time

from bench.figure import Figure
from bench.peers import drools, gorules
from bench.peers.answer import Answer, Facts
from sevensteps.config import Settings
from sevensteps.policy.authoring.check import Found, check
from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.answered_facts import facts_of
from sevensteps.policy.model.question import QuestionType
from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.decision_reader import read_decision
from sevensteps.policy.packs.pack import Pack, names, read_pack
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire

CASES = 10_000
ON = date(2026, 4, 1)
SEED = 1
FACTS = Path("examples/facts")
WORKED_TIMES = 1_000
LONGEST = "council-led"
"""The national questionnaire with the most questions."""

PLAIN, BOTH = "plain alone", "both evaluators"
ZEN, DROOLS = "GoRules ZEN, verdict alone", "Drools DMN, warm, verdict alone"


async def measure(tell: Callable[[str], None]) -> list[Figure]:
    """Decisions a CPU-second on the same seeded cases, in one run."""
    pack = read_pack(Settings().policies, "england")
    decider = Decider(pack.name, pack.hash, read_decision(pack, "eligibility", ON))
    cases = _cases(decider)
    tell(f"{CASES} cases, decided by both evaluators")
    answers = {BOTH: _ours(decider, cases)}
    for evaluator in decider.evaluators:
        tell(f"the same by {evaluator.name} alone")
        alone = Decider(pack.name, pack.hash, decider.compiled)
        alone.evaluators = (evaluator,)
        answers[f"{evaluator.name} alone".replace("_", "-")] = _ours(alone, cases)
    listed = [_listed(facts) for facts in cases]
    tell("the same by GoRules ZEN")
    answers[ZEN] = gorules.decide(listed)
    aims, figures = {BOTH: "at least 1,000"}, []
    try:
        tell(f"the same by Drools DMN, after {drools.WARM_PASSES} times to warm up (half a minute)")
        answers[DROOLS] = drools.decide(listed)
        aims[PLAIN] = f"more than Drools DMN's {answers[DROOLS].rate:,.0f}"
    except drools.UnavailableError as unavailable:
        figures.append(Figure(DROOLS, f"not measured: {unavailable}"))
    _agree(answers)
    figures += [
        Figure(name, f"{answer.rate:,.0f} a CPU-second", aims.get(name, "")) for name, answer in answers.items()
    ]
    verdicts = Counter(answers[BOTH].verdicts)
    counted = ", ".join(f"{number:,} {verdict.replace('_', ' ')}" for verdict, number in sorted(verdicts.items()))
    figures.append(Figure("verdicts, the same by all", counted))
    figures += (_worked(pack, decision) for decision in ("deadlines", "plan-check", "contribution"))
    tell("checking all packs, with their questionnaires and letters")
    return [*figures, _checked(Settings().policies), *_questionnaire(read_questionnaire(pack, LONGEST))]


def _ours(decider: Decider, cases: list[Facts]) -> Answer:
    began = process_time()
    verdicts = [str(decider.decide(facts, ON).receipt()["verdict"]) for facts in cases]
    return Answer(verdicts, len(cases) / (process_time() - began))


def _listed(facts: Facts) -> Facts:
    """A case as the other engines get it, its outcomes as a list: their languages count lists."""
    outcomes = facts["outcomes"]
    if not isinstance(outcomes, Mapping):
        raise TypeError("outcomes are an object")
    return {**facts, "outcomes": list(outcomes.values())}


def _worked(pack: Pack, decision: str) -> Figure:
    """How many of another decision both evaluators make, on its worked facts."""
    decider = Decider(pack.name, pack.hash, read_decision(pack, decision, ON))
    facts = json.loads((FACTS / f"{decision}.json").read_text(encoding="utf-8"))
    rate = _ours(decider, [facts] * WORKED_TIMES).rate
    return Figure(f"{decision}, both evaluators, its worked facts", f"{rate:,.0f} a CPU-second")


def _checked(root: Path) -> Figure:
    """How long `sevensteps policy check` takes for all packs: what each extends is checked once."""
    began, found = process_time(), Found()
    problems = [problem for name in names(root) for problem in check(root, name, before=found)]
    if problems:
        raise AssertionError(f"{problems[0]}: a pack with problems is not measured")
    return Figure("policy check of all packs", f"{process_time() - began:.1f} CPU-seconds", "less than 15")


def _questionnaire(questionnaire: Questionnaire) -> Iterator[Figure]:
    """How long it takes to see where a long questionnaire stands, and what its answers say, with every answer given."""
    answers: dict[str, Json] = {
        question.id: False if question.type is QuestionType.YES_NO else question.options[0].id
        for question in questionnaire.questions
        if question.type in (QuestionType.YES_NO, QuestionType.ONE_OF)
    }
    for what, act in (
        ("how all stand", lambda: Answered.of(questionnaire, answers)),
        ("the facts that they say", lambda: facts_of(Answered.of(questionnaire, answers), questionnaire.decision)),
    ):
        began = process_time()
        for _ in range(WORKED_TIMES):
            act()
        each = (process_time() - began) / WORKED_TIMES * 1_000
        name = f"{what}: {questionnaire.name}, {len(questionnaire.questions)} questions, {len(answers)} answers"
        yield Figure(name, f"{each:.2f} CPU-milliseconds")


def _agree(answers: Mapping[str, Answer]) -> None:
    """Raise an AssertionError if the answers differ on any case."""
    for name, answer in answers.items():
        pairs = enumerate(zip(answer.verdicts, answers[BOTH].verdicts, strict=True))
        differ = [case for case, (verdict, ours) in pairs if verdict != ours]
        if differ:
            raise AssertionError(f"{name} decides {len(differ)} cases differently, the first is {differ[0]}: no figure")


def _cases(decider: Decider) -> list[Facts]:
    """Facts of which some are unknown, the same ones every time; people need help with none, few or many outcomes."""
    chance = random.Random(SEED)  # noqa: S311 - seeded, so that every run has the same cases
    outcomes = decider.compiled.declared.collections["outcomes"]
    cases: list[Facts] = []
    for _ in range(CASES):
        true, unknown = chance.choice((0.0, 0.02, 0.05, 0.3)), chance.choice((0.0, 0.02, 0.3))
        weights = (true, unknown, 1 - true - unknown)
        limbs: dict[str, Json] = {
            item: dict(zip(outcomes.facts, chance.choices((True, None, False), weights, k=4), strict=True))
            for item in outcomes.items
        }
        conditions = chance.choices((True, None, False), (6, 1, 1), k=2)
        cases.append({"impairment": conditions[0], "significant_impact": conditions[1], "outcomes": limbs})
    return cases
