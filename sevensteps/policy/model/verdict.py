"""What a decision says: the four verdicts, the findings behind them and the decision itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | tuple[Json, ...] | Mapping[str, Json] | None"


class Verdict(StrEnum):
    """The only four answers. Missing is never no; unknown is never adverse."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    NEEDS_JUDGEMENT = "needs_judgement"


def verdict_of_all(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict when all of these have to be met.

    One that is not met settles it. One that is unknown could still be not met, so it comes before one that needs
    judgement.
    """
    present = set(verdicts)
    for verdict in (Verdict.NOT_MET, Verdict.NOT_ENOUGH_INFORMATION, Verdict.NEEDS_JUDGEMENT):
        if verdict in present:
            return verdict
    return Verdict.MET


DEFINITE_VERDICTS = (Verdict.MET, Verdict.NEEDS_JUDGEMENT, Verdict.NOT_MET)
"""The verdicts that settle something, from best to worst."""

VerdictRange = tuple[Verdict, Verdict]
"""The best and the worst verdict that is still possible; the same twice where it is settled."""


def range_of_all(possible: Iterable[VerdictRange]) -> VerdictRange:
    """The best and the worst verdict of all of these together, where each may turn out either way by itself."""
    best = worst = 0
    for either, other in set(possible):
        best, worst = max(best, DEFINITE_VERDICTS.index(either)), max(worst, DEFINITE_VERDICTS.index(other))
    return DEFINITE_VERDICTS[best], DEFINITE_VERDICTS[worst]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found: its verdict, its sentence, its law and the facts that it looked at."""

    rule: str
    verdict: Verdict
    because: str
    reference: str
    facts: Mapping[str, Json]
    about: str = ""
    """The item that it is about, such as a need or the id of a line; empty for the case."""

    def as_dict(self) -> dict[str, Json]:
        """The finding as JSON."""
        return {
            "rule": self.rule,
            "verdict": self.verdict.value,
            "because": self.because,
            "reference": self.reference,
            "about": self.about,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its reasons, from typed facts and one pack as it stood on one date.

    `values` are the decision's own (money as text in pounds, dates as ISO text). `missing` are the paths of the unknown
    facts that could still change the verdict. `answers` are what each evaluator found, rule by rule.
    """

    decision: str
    pack: str
    hash: str
    on: date
    verdict: Verdict
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    values: Mapping[str, Json]
    facts: Mapping[str, Json]
    answers: Mapping[str, Mapping[str, Json]] = field(repr=False)
    engines: Mapping[str, str] = field(repr=False)

    def as_dict(self) -> dict[str, Json]:
        """The decision as JSON, its values beside the verdict."""
        return {
            "decision": self.decision,
            "pack": self.pack,
            "hash": self.hash,
            "on": self.on.isoformat(),
            "verdict": self.verdict.value,
            "findings": [finding.as_dict() for finding in self.findings],
            "missing": list(self.missing),
            **self.values,
        }

    def truths(self) -> Iterator[tuple[str, Json]]:
        """The outcome of each rule for the case or for each item: true, false, or None for unknown."""
        for rule_and_item, truth in self.answers["plain"].items():
            yield rule_and_item.partition(".")[0], truth

    def receipt(self) -> dict[str, Json]:
        """Everything needed to make the same decision again and compare it, as JSON without narrative or names."""
        return {
            "decision": self.decision,
            "pack": self.pack,
            "hash": self.hash,
            "on": self.on.isoformat(),
            "facts": self.facts,
            "verdict": self.verdict.value,
            "findings": [finding.as_dict() for finding in self.findings],
            "missing": list(self.missing),
            "values": dict(self.values),
            "answers": {engine: dict(answer) for engine, answer in self.answers.items()},
            "engines": dict(self.engines),
        }
