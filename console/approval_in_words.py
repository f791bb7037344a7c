"""An approval as a page tells it: what the checks say and why, which authority it needs, and its money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.fields import short_name
from sevensteps.money import pounds, pounds_in_words, yearly_of
from sevensteps.policy.packs.answer_words import AnswerWords

PARTS = ("safe", "legal", "meets_needs", "sufficient")
TAGS: Mapping[decision_pb2.Verdict.ValueType, str] = {
    decision_pb2.VERDICT_MET: "green",
    decision_pb2.VERDICT_NOT_MET: "red",
    decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION: "yellow",
    decision_pb2.VERDICT_NEEDS_JUDGEMENT: "purple",
}
REASONS: Mapping[decision_pb2.Verdict.ValueType, str] = {
    decision_pb2.VERDICT_NOT_MET: "Why not",
    decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION: "What is not known",
    decision_pb2.VERDICT_NEEDS_JUDGEMENT: "What is for a person to judge",
    decision_pb2.VERDICT_MET: "Why",
}
"""What rules say, by their verdicts: what stands against a plan first."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What the rules say of a plan. `answers` are the parts with the colour of their tag; `missing` are facts."""

    answers: Sequence[tuple[str, str]]
    reasons: Sequence[tuple[str, Sequence[decision_pb2.Finding]]]
    missing: Sequence[str]


def to_judge(approval: pb.Approval) -> list[decision_pb2.Finding]:
    """The findings that are for a person to judge, in the order of the rules."""
    return [each for each in approval.checks.findings if each.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT]


def checks_in_words(approval: pb.Approval, words: AnswerWords) -> Checks:
    """What the rules say of a plan, in the words of its pack: the parts, and why and why not."""
    parts = [(name, getattr(approval, name)) for name in PARTS]
    answers = [
        (words.answer(short_name(decision_pb2.Verdict, verdict), name), TAGS.get(verdict, "grey"))
        for name, verdict in parts
    ]
    found = [
        (title, [each for each in approval.checks.findings if each.verdict == verdict])
        for verdict, title in REASONS.items()
    ]
    return Checks(answers, [each for each in found if each[1]], [words.fact(path) for path in approval.checks.missing])


def level_in_words(approval: pb.Approval, words: AnswerWords) -> str:
    """Which level of authority a plan needs, and why, as the council's scheme of delegation says."""
    return " ".join(filter(None, (f"Level {approval.level}.", words.rows.get(approval.level, ""))))


def money_in_words(approval: pb.Approval, planning: planning_pb2.Planning | None) -> list[tuple[str, str]]:
    """What a plan costs, beside what was indicated for it and what the person has now."""
    asked, indicated = Decimal(approval.personal_budget_weekly), Decimal(approval.indicative_weekly)
    told = [
        ("Personal budget asked for", f"{_weekly(asked)}, {pounds_in_words(pounds(yearly_of(asked)))} a year"),
        ("Indicative budget", _weekly(indicated)),
        ("Difference", _difference(asked, indicated)),
    ]
    if planning and planning.personal_budget_weekly:
        told.append(("Personal budget agreed last", _weekly(Decimal(planning.personal_budget_weekly))))
    return told


def _weekly(amount: Decimal) -> str:
    return f"{pounds_in_words(pounds(amount))} a week"


def _difference(asked: Decimal, indicated: Decimal) -> str:
    if asked == indicated:
        return "none: the plan costs what was indicated"
    share = f" ({abs(asked - indicated) * 100 / indicated:.0f} %)" if indicated else ""
    how = "more" if asked > indicated else "less"
    return f"{_weekly(abs(asked - indicated))} {how} than the indicative budget{share}"
