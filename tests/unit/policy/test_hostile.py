"""Hostile facts are answered or refused, and the process that does it lives on. Tried in a child: the engine is C."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

CHILD = """
import json, sys
from datetime import date
from pathlib import Path
from sevensteps.errors import Fault
from sevensteps.policy import Library

library = Library(Path("policies"))
ON = date(2026, 4, 1)

def ask(decision, facts):
    try:
        return library.decide(decision, pack="england", on=ON, facts=facts).verdict.value
    except Fault as fault:
        return fault.reason

def line(number, **more):
    return {"id": f"l{number}", "text": "x", "needs": ["community"], "use": "general", "weekly": "1.00",
            "payee_close_family_same_household": False, "necessary_override": False, **more}

def plan(*lines, **more):
    return {"template": "six", "eligible_needs": ["community"], "lines": list(lines), "met_otherwise": [],
            "answered": dict.fromkeys(["important", "change", "spend", "manage", "control", "next"], True),
            "personal_budget": "1000.00", "indicative_budget": "1000.00", "top_up": "0.00", "risks_considered": True,
            "person_involved": True, "lacks_capacity": False, "advocate_considered": True, "lacking": [],
            **more}

deep = {}
for _ in range(5000):
    deep = {"outcomes": deep}
nasty = [
    '"', "\\\\", "a\\nb", "\\x00", "\\ud83d\\ude00", "' or 1=1 --",
    "$s", "sid", "a" * 200_000, "\\u202e", "{item}", "%s", "\\ud800",
]
answers = {
    "texts": [ask("plan-check", plan(line(1, text=text))) for text in nasty],
    "uses": [ask("plan-check", plan(line(1, use=text))) for text in nasty],
    "ids": [ask("plan-check", plan(line(1, id=text))) for text in nasty],
    "words": [ask("authority", {"role": text}) for text in nasty],
    "needs": [ask("plan-check", plan(line(1), eligible_needs=[text])) for text in nasty],
    "keys": [ask("eligibility", {text: True}) for text in nasty],
    "outcomes": [ask("eligibility", {"outcomes": {text: {}}}) for text in nasty],
    "engine": [ask("eligibility", {key: True}) for key in ("$s", "sid", "id", "kind", "item", "$and", "f0", "n0")],
    "deep": ask("eligibility", deep),
    "same twice": ask("plan-check", plan(line(1), line(1))),
    "alike": ask("plan-check", plan(line(1), line(2), line(3))),
    "a thousand": ask("plan-check", plan(*(line(number, weekly="0.01") for number in range(1000)))),
    "too many": ask("plan-check", plan(*(line(number) for number in range(10_001)))),
    "a thousand facts": ask("eligibility", {f"fact{number}": True for number in range(1000)}),
    "afterwards": ask("plan-check", plan(line(1))),
}
print(json.dumps(answers))
"""


def test_hostile_facts_neither_crash_nor_pass() -> None:
    """Quotes, newlines, emoji, 200 kB of text, deep nesting, the engine's own words, a thousand facts, one twice."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]
    answers = json.loads(child.stdout)
    assert set(answers["texts"]) == {"met"}
    for refused in ("uses", "ids", "keys", "outcomes", "engine"):
        assert set(answers[refused]) == {"FACT_INVALID"} or refused == "ids", refused
    assert (
        answers["deep"] == answers["same twice"] == answers["too many"] == answers["a thousand facts"] == "FACT_INVALID"
    )
    assert answers["alike"] == answers["a thousand"] == answers["afterwards"] == "met"


MEMORY = """
import json, resource, sys
from datetime import date
from pathlib import Path
from sevensteps.policy.evaluation.durable import DurableEvaluator
from sevensteps.policy.evaluation.plain import PlainEvaluator
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.decision_reader import read_decision

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

compiled = read_decision(read_pack(Path("policies"), "england"), "advocacy", date(2026, 4, 1))
evaluators = (DurableEvaluator(compiled), PlainEvaluator(compiled))
names = list(compiled.declared.case)

def run(times):
    for number in range(times):
        facts = {name: (None, False, True)[(number // 3**place) % 3] for place, name in enumerate(names)}
        typed = compiled.declared.typed(facts)
        first, second = (evaluator.truths(typed) for evaluator in evaluators)
        assert first == second

run(5_000)
before = resident()
run(200_000)
print(resident() - before)
"""


def test_200_000_evaluations_do_not_grow_the_process() -> None:
    """Every state of the engine is deleted again: less than 5 MB more after 200,000."""
    child = subprocess.run(
        [sys.executable, "-c", MEMORY], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]
    assert int(child.stdout) < 5_000_000
