"""What the pack says of a plan, what an approver judges, and whether the plan may then be signed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sevensteps.errors import Fault, Kind
from sevensteps.fields import Fields
from sevensteps.policy.model.verdict import Json, Verdict

MOST_LISTED = 10
"""Most findings that a refusal lists, to fit into the trailer of a call. The approval holds all of them."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdict on a plan as a whole, and on its parts."""

    whole: str
    safe: str
    legal: str
    meets_needs: str
    sufficient: str

    @classmethod
    def of(cls, verdict: str, values: Mapping[str, Json]) -> Self:
        """The verdicts of the decision plan-check."""
        return cls(
            whole=verdict,
            safe=str(values["safe"]),
            legal=str(values["legal"]),
            meets_needs=str(values["meets_needs"]),
            sufficient=str(values["sufficient"]),
        )


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule says of the plan, or of the line or need that it is `about`."""

    rule: str
    about: str
    verdict: str
    because: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why the council is satisfied where a rule leaves it to a person."""

    rule: str
    about: str
    because: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What the pack says of a plan, and the facts that it lacks."""

    verdict: str
    findings: tuple[Check, ...]
    missing: tuple[str, ...]

    def that(self, verdict: Verdict) -> tuple[Check, ...]:
        """The findings with this verdict."""
        return tuple(check for check in self.findings if check.verdict == verdict)

    def ensure_met(self, case_id: str) -> None:
        """Raise a Fault when a check is not met, or lacks a fact. What needs judgement is `ensure_judged`'s."""
        failed = self.that(Verdict.NOT_MET)
        if self.verdict == Verdict.NOT_MET:
            raise Fault(
                Kind.PRECONDITION,
                "CHECKS_NOT_MET",
                f"The plan cannot be signed; return it to be changed. {sentences_of(failed)}",
                metadata={"case_id": case_id, "rules": ", ".join(rules_of(failed))},
            )
        if self.verdict == Verdict.NOT_ENOUGH_INFORMATION:
            missing = _list(self.missing, ", ")
            raise Fault(
                Kind.PRECONDITION,
                "FACTS_MISSING",
                f"The plan cannot be signed before it says: {missing}. Return it to be completed.",
                metadata={"case_id": case_id, "missing": missing},
            )

    def ensure_judged(self, judgements: Sequence[Judgement], case_id: str) -> None:
        """Raise a Fault unless every finding that needs judgement, and no other, has one."""
        needed = {(check.rule, check.about): check for check in self.that(Verdict.NEEDS_JUDGEMENT)}
        judged: set[tuple[str, str]] = set()
        fields = Fields()
        for index, judgement in enumerate(judgements):
            finding = (judgement.rule, judgement.about)
            if finding not in needed or finding in judged:
                fields.wrong(f"judgements[{index}]", "must be about a finding that needs judgement, once")
            judged.add(finding)
        fields.check()
        unjudged = [check for finding, check in needed.items() if finding not in judged]
        if unjudged:
            raise Fault(
                Kind.PRECONDITION,
                "JUDGEMENT_MISSING",
                f"Say in a judgement of each why the council is satisfied. {sentences_of(unjudged)}",
                metadata={"case_id": case_id, "rules": ", ".join(rules_of(unjudged))},
            )


def rules_of(checks: Iterable[Check]) -> list[str]:
    """The rules behind some findings, each once, in their order."""
    return list(dict.fromkeys(check.rule for check in checks))


def sentences_of(checks: Iterable[Check]) -> str:
    """What the rules say, each with its name and what it is about."""
    return _list([f"{_name(check)}: {check.because}" for check in checks], " ")


def _list(parts: Sequence[str], separator: str) -> str:
    """The first MOST_LISTED, after a note of how many there are where there are more."""
    note = f"The first {MOST_LISTED} of {len(parts)}: " if len(parts) > MOST_LISTED else ""
    return note + separator.join(parts[:MOST_LISTED])


def _name(check: Check) -> str:
    return f"{check.rule} ({check.about})" if check.about else check.rule
