"""`sevensteps policy test`: how the worked cases of a pack came out, and what they cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import typer

from sevensteps.policy.authoring.worked_cases import Coverage, Outcome
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class TestedPack:
    """A pack whose worked cases have been run."""

    name: str
    cases: int
    differing: Sequence[Outcome]
    """The cases that did not come out as expected."""
    coverage: Coverage

    @classmethod
    def of(cls, name: str, outcomes: Sequence[Outcome]) -> Self:
        """From the outcomes of all its cases."""
        coverage = Coverage()
        for outcome in outcomes:
            if outcome.decision is not None:
                coverage.add(outcome.decision)
        return cls(name, len(outcomes), [outcome for outcome in outcomes if outcome.differences], coverage)

    def print(self) -> None:
        """Print every difference, then the totals."""
        for outcome in self.differing:
            for difference in outcome.differences:
                typer.echo(f"{outcome.case.file}:{outcome.case.line}: {outcome.case.name}: {difference}")
        wrong = len(self.differing)
        typer.echo(f"{self.name}: {self.cases} cases, {f'{wrong} not' if wrong else 'all'} as expected")
        rules, both = len(self._rules), len(self.coverage.held & self.coverage.failed)
        typer.echo(f"  {rules} rules have a case, {both} of them one in which it holds and one in which it fails")
        for decision, verdicts in self._verdicts().items():
            told = [f"{plain(verdict)} {times}" for verdict, times in verdicts.items()]
            typer.echo(f"  {decision}: {', '.join(told)}")

    def as_json(self) -> dict[str, Json]:
        """The same for programs."""
        differing: list[Json] = [
            {
                "file": outcome.case.file,
                "line": outcome.case.line,
                "case": outcome.case.name,
                "differences": list(outcome.differences),
            }
            for outcome in self.differing
        ]
        return {
            "cases": self.cases,
            "differing": differing,
            "rules_with_a_case": len(self._rules),
            "rules_with_both": len(self.coverage.held & self.coverage.failed),
            "verdicts": {decision: dict(verdicts) for decision, verdicts in self._verdicts().items()},
        }

    @property
    def _rules(self) -> set[tuple[str, str]]:
        return self.coverage.held | self.coverage.failed

    def _verdicts(self) -> dict[str, dict[str, int]]:
        """How often each decision came to each verdict."""
        verdicts: dict[str, dict[str, int]] = {}
        for (decision, verdict), times in sorted(self.coverage.verdicts.items()):
            verdicts.setdefault(decision, {})[verdict] = times
        return verdicts
