"""GoRules ZEN, in this process."""

from collections.abc import Sequence
from pathlib import Path
from time import process_time

from zen import ZenEngine

from bench.peers.answer import Answer, Facts

MODEL = Path(__file__).with_name("eligibility.zen.json")


def decide(cases: Sequence[Facts]) -> Answer:
    """Decide one by one."""
    decision = ZenEngine().create_decision(MODEL.read_text(encoding="utf-8"))
    began = process_time()
    verdicts = [decision.evaluate(dict(case))["result"]["verdict"] for case in cases]
    return Answer(verdicts, len(cases) / (process_time() - began))
