"""The approval of one plan version: its checks, who may decide on it, and what a decision needs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from sevensteps.errors import Fault, Kind, case_ended, stage_order
from sevensteps.fields import Fields
from sevensteps.identity.actor import Actor, Role
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json, Verdict

MOST_TOLD = 10
"""A refusal tells so many findings: it has to fit into the trailer of a call. The approval holds all of them."""
WEEKS_A_YEAR = 52
"""The scheme of delegation counts in pounds a year, of so many weeks."""
NOBODY: Mapping[str, Json] = {
    "role": "nobody",
    "is_author": False,
    "is_assessor": False,
    "is_payments_officer": False,
}
"""What the decision authority hears of the signer before there is one: its level does not depend on who signs."""


class ApprovalState(StrEnum):
    """Where an approval stands."""

    CHECKED = "checked"
    APPROVED = "approved"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule says of the plan, or of the line or need that it is `about`."""

    rule: str
    about: str
    verdict: str
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why the council is satisfied where a rule leaves it to a person."""

    rule: str
    about: str
    because: str


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of one plan version. Money in pounds a week; `revision` counts its changes.

    `signed_as` is the role whose authority sufficed; empty while the plan is not signed. `pack` is the hash of the pack
    that checked the plan, and that decides until it is signed or returned.
    """

    case_id: str
    council: str
    ended: bool
    version: int
    state: ApprovalState
    verdict: str
    safe: str
    legal: str
    meets_needs: str
    sufficient: str
    level: str
    due_on: date
    personal_budget: Decimal
    indicative: Decimal
    written_by: frozenset[str]
    assessed_by: frozenset[str]
    receipt_id: str
    pack: str
    decided_by: str
    signed_as: str
    because: str
    revision: int


def ensure_open(approval: Approval) -> None:
    """Raise a Fault when the case has ended."""
    if approval.ended:
        raise case_ended(approval.case_id)


def ensure_next(newest: Approval, version: int) -> None:
    """Raise a Fault unless a plan version may be opened after the newest one."""
    ensure_open(newest)
    if version < newest.version:
        raise stage_order(
            f"Plan version {newest.version} has come to approval, so version {version} cannot.", newest.case_id
        )
    if newest.state is ApprovalState.CHECKED:
        raise stage_order(
            f"ApprovePlan or ReturnPlan must come first: version {newest.version} is not decided.", newest.case_id
        )


def ensure_undecided(approval: Approval) -> None:
    """Raise a Fault unless the approval waits for a decision."""
    ensure_open(approval)
    if approval.state is ApprovalState.APPROVED:
        raise stage_order(
            f"Plan version {approval.version} is signed, and a signed plan does not change. A review comes before "
            "the next version.",
            approval.case_id,
        )
    if approval.state is ApprovalState.RETURNED:
        raise stage_order(
            f"Plan version {approval.version} was returned. SubmitPlan must come first, with the next version.",
            approval.case_id,
        )


def ensure_separate(approval: Approval, subject: str) -> None:
    """Raise a Fault (DENIED) when the subject wrote the plan or assessed the case."""
    if subject in approval.written_by:
        raise _same_person("wrote this plan", approval)
    if subject in approval.assessed_by:
        raise _same_person("assessed this case", approval)


def _same_person(did: str, approval: Approval) -> Fault:
    return Fault(
        Kind.DENIED,
        "SEPARATION_OF_DUTIES",
        f"You {did}, so somebody else must decide on the plan.",
        metadata={"case_id": approval.case_id, "version": str(approval.version)},
    )


def ensure_checks_met(approval: Approval, checks: Checks) -> None:
    """Raise a Fault when a check is not met, or lacks a fact. What needs judgement is `ensure_judged`'s."""
    failed = checks.that(Verdict.NOT_MET)
    if checks.verdict == Verdict.NOT_MET:
        raise Fault(
            Kind.PRECONDITION,
            "CHECKS_NOT_MET",
            f"The plan cannot be signed; return it to be changed. {_sentences(failed)}",
            metadata={"case_id": approval.case_id, "rules": ", ".join(rules_of(failed))},
        )
    if checks.verdict == Verdict.NOT_ENOUGH_INFORMATION:
        missing = _some(checks.missing, ", ")
        raise Fault(
            Kind.PRECONDITION,
            "FACTS_MISSING",
            f"The plan cannot be signed before it says: {missing}. Return it to be completed.",
            metadata={"case_id": approval.case_id, "missing": missing},
        )


def ensure_judged(approval: Approval, checks: Checks, judgements: Sequence[Judgement]) -> None:
    """Raise a Fault unless every finding that needs judgement, and no other, has one."""
    needed = {(check.rule, check.about): check for check in checks.that(Verdict.NEEDS_JUDGEMENT)}
    given: set[tuple[str, str]] = set()
    fields = Fields()
    for index, judgement in enumerate(judgements):
        about = (judgement.rule, judgement.about)
        if about not in needed or about in given:
            fields.wrong(f"judgements[{index}]", "must be about a finding that needs judgement, once")
        given.add(about)
    fields.check()
    unjudged = [check for key, check in needed.items() if key not in given]
    if unjudged:
        raise Fault(
            Kind.PRECONDITION,
            "JUDGEMENT_MISSING",
            f"Say in a judgement of each why the council is satisfied. {_sentences(unjudged)}",
            metadata={"case_id": approval.case_id, "rules": ", ".join(rules_of(unjudged))},
        )


def rules_of(checks: Iterable[Check]) -> list[str]:
    """The rules behind some findings, each once, in their order."""
    return list(dict.fromkeys(check.rule for check in checks))


def _sentences(checks: Iterable[Check]) -> str:
    return _some([f"{_name(check)}: {check.because}" for check in checks], " ")


def _some(told: Sequence[str], between: str) -> str:
    """The first MOST_TOLD, and before them of how many."""
    of_all = f"The first {MOST_TOLD} of {len(told)}: " if len(told) > MOST_TOLD else ""
    return of_all + between.join(told[:MOST_TOLD])


def _name(check: Check) -> str:
    return f"{check.rule} ({check.about})" if check.about else check.rule


def authority_facts(
    personal_budget: Decimal, indicative: Decimal, checks: Checks, *, parts: Sequence[str], overrides: int
) -> dict[str, Json]:
    """What the decision authority asks about a plan. Money in pounds a week; `overrides` as plan.overrides counts.

    `parts` are the verdicts on whether it is safe, legal and meets needs: what these leave to judgement is referred to
    those who may carry a risk. What is asked of its money alone takes a reason, and the level that the amount takes.
    """
    return {
        "annual_net": pounds(personal_budget * WEEKS_A_YEAR),
        "over_indicative_percent": percent_over(personal_budget, indicative),
        "checks_met": checks.verdict in {Verdict.MET, Verdict.NEEDS_JUDGEMENT},
        "refer": Verdict.NEEDS_JUDGEMENT in parts,
        "overrides": overrides,
    }


def signer_facts(approval: Approval, actor: Actor, role: Role) -> dict[str, Json]:
    """What the decision authority asks about somebody who would sign in one of their roles."""
    return {
        "role": role,
        "within": tuple(sorted(actor.teams)),
        "is_author": actor.subject in approval.written_by,
        "is_assessor": actor.subject in approval.assessed_by,
        "is_payments_officer": Role.FINANCE in actor.roles,
    }


def percent_over(amount: Decimal, base: Decimal) -> int:
    """By how many whole per cent an amount is over another, rounded up; 1000 where there is nothing to be over."""
    if base == 0:
        return 1000 if amount else 0
    return int(((amount - base) * 100 / base).to_integral_value(ROUND_CEILING))


def no_authority(approval: Approval, said: Iterable[tuple[str, Sequence[Check]]]) -> Fault:
    """That no role of the signer suffices, as a Fault (DENIED). `said`: each role, and the rules that it fails."""
    why = " ".join(f"As {role}: {_sentences(failed)}" for role, failed in said)
    return Fault(
        Kind.DENIED,
        "AUTHORITY_LACKING",
        f"Signing this plan takes authority that you do not have (level {approval.level}). {why}",
        metadata={"case_id": approval.case_id, "version": str(approval.version), "level": approval.level},
    )


def approve(approval: Approval, *, by: str, because: str) -> Approval:
    """The signed approval. Raises a Fault when it is decided, or the signer took part in the plan or the assessment."""
    ensure_undecided(approval)
    ensure_separate(approval, by)
    return replace(approval, state=ApprovalState.APPROVED, decided_by=by, because=because)


def send_back(approval: Approval, *, by: str, because: str) -> Approval:
    """The returned approval. Raises a Fault as `approve` does."""
    ensure_undecided(approval)
    ensure_separate(approval, by)
    return replace(approval, state=ApprovalState.RETURNED, decided_by=by, because=because)


def close(approval: Approval) -> Approval:
    """The approval of a case that has ended: one that waited for a decision gets none."""
    waits = approval.state is ApprovalState.CHECKED
    return replace(approval, ended=True, state=ApprovalState.CLOSED if waits else approval.state)
