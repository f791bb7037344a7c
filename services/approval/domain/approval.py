"""The approval of one plan version: who may decide on it, and how. Pure."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from services.approval.domain.authority import authority_facts
from services.approval.domain.checks import Check, Checks, Judgement, Verdicts, sentences_of
from services.approval.domain.plan import SubmittedPlan
from sevensteps.errors import Fault, Kind, case_ended, stage_order
from sevensteps.identity.actor import Actor, Role
from sevensteps.money import Total
from sevensteps.policy.model.verdict import Json


class ApprovalState(StrEnum):
    """Where an approval stands."""

    CHECKED = "checked"
    APPROVED = "approved"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ApprovalOpening:
    """What opens step 3: the submitted plan, and the step 1 that led to it. `indicative` in pounds a week.

    `met_by_carer` are those of the eligible needs that a willing carer meets.
    """

    case_id: str
    council: str
    plan: SubmittedPlan
    eligible_needs: tuple[str, ...]
    indicative: Decimal
    assessed_by: tuple[str, ...]
    opened_on: date
    met_by_carer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """An approver's agreement to a plan version, with what they judged."""

    version: int
    because: str
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class PlanReturn:
    """The return of a plan version to be changed, with the approver's own words."""

    version: int
    because: str


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of one plan version. Money in pounds a week, or spent `once`; `revision` counts its changes.

    `capacity_id` is the assessment of the person's capacity by which it was checked; empty where none counted.
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
    decided_at: str
    because: str
    revision: int
    capacity_id: str = ""
    personal_budget_once: Decimal = Decimal("0.00")
    own_money: bool = False

    @classmethod
    def open(
        cls,
        opening: ApprovalOpening,
        verdicts: Verdicts,
        *,
        level: str,
        due_on: date,
        receipt_id: str,
        pack: str,
        capacity_id: str,
    ) -> Self:
        """The approval of a plan that has been checked and waits for a decision."""
        return cls(
            case_id=opening.case_id,
            council=opening.council,
            ended=False,
            version=opening.plan.version,
            state=ApprovalState.CHECKED,
            verdict=verdicts.whole,
            safe=verdicts.safe,
            legal=verdicts.legal,
            meets_needs=verdicts.meets_needs,
            sufficient=verdicts.sufficient,
            level=level,
            due_on=due_on,
            personal_budget=opening.plan.weekly,
            personal_budget_once=opening.plan.once,
            own_money=opening.plan.own_money,
            indicative=opening.indicative,
            written_by=frozenset(opening.plan.written_by),
            assessed_by=frozenset(opening.assessed_by),
            receipt_id=receipt_id,
            pack=pack,
            decided_by="",
            signed_as="",
            decided_at="",
            because="",
            revision=1,
            capacity_id=capacity_id,
        )

    @property
    def closed(self) -> bool:
        """Whether the case has ended."""
        return self.ended

    def ensure_open(self) -> None:
        """Raise a Fault when the case has ended."""
        if self.ended:
            raise case_ended(self.case_id)

    def ensure_next(self, version: int) -> None:
        """Raise a Fault unless a plan version may be opened after this, the newest one."""
        self.ensure_open()
        if version < self.version:
            raise stage_order(
                f"Plan version {self.version} has come to approval, so version {version} cannot.", self.case_id
            )
        if self.state is ApprovalState.CHECKED:
            raise stage_order(
                f"ApprovePlan or ReturnPlan must come first: version {self.version} is not decided.", self.case_id
            )

    def ensure_undecided(self) -> None:
        """Raise a Fault unless the approval waits for a decision."""
        self.ensure_open()
        if self.state is ApprovalState.APPROVED:
            raise stage_order(
                f"Plan version {self.version} is signed, and a signed plan does not change. A review comes before "
                "the next version.",
                self.case_id,
            )
        if self.state is ApprovalState.RETURNED:
            raise stage_order(
                f"Plan version {self.version} was returned. SubmitPlan must come first, with the next version.",
                self.case_id,
            )

    @property
    def budget(self) -> Total:
        """What the council is asked for: a week, and once."""
        return Total(self.personal_budget, self.personal_budget_once)

    def ensure_separate(self, subject: str) -> None:
        """Raise a Fault (DENIED) when the subject wrote the plan or assessed the case."""
        if subject in self.written_by:
            raise self._same_person("wrote this plan")
        if subject in self.assessed_by:
            raise self._same_person("assessed this case")

    def _same_person(self, did: str) -> Fault:
        return Fault(
            Kind.DENIED,
            "SEPARATION_OF_DUTIES",
            f"You {did}, so somebody else must decide on the plan.",
            metadata={"case_id": self.case_id, "version": str(self.version)},
        )

    def authority_facts(self, checks: Checks, overrides: int) -> dict[str, Json]:
        """The facts about the plan for the decision authority; `overrides` as plan.Measure counts."""
        parts = (self.safe, self.legal, self.meets_needs)
        return authority_facts(self.budget, self.indicative, checks, parts=parts, overrides=overrides)

    def signer_facts(self, actor: Actor, role: Role, settings: AbstractSet[str]) -> dict[str, Json]:
        """The facts for the decision authority about somebody who would sign in one of their roles.

        Their limit may be narrowed to one of their teams, or to a setting of the plan, whoever signs.
        """
        return {
            "role": role,
            "within": tuple(sorted(actor.teams | settings)),
            "is_author": actor.subject in self.written_by,
            "is_assessor": actor.subject in self.assessed_by,
            "is_payments_officer": Role.FINANCE in actor.roles,
        }

    def no_authority(self, refusals: Iterable[tuple[Role, Sequence[Check]]]) -> Fault:
        """The Fault (DENIED) that no role of the signer suffices. `refusals`: each role, with the rules it fails."""
        why = " ".join(f"As {role}: {sentences_of(failed)}" for role, failed in refusals)
        return Fault(
            Kind.DENIED,
            "AUTHORITY_LACKING",
            f"Signing this plan takes authority that you do not have (level {self.level}). {why}",
            metadata={"case_id": self.case_id, "version": str(self.version), "level": self.level},
        )

    def approve(self, *, by: str, at: str, because: str) -> Self:
        """The signed approval. Raises a Fault when it is decided, or the signer wrote the plan or assessed the case."""
        self.ensure_undecided()
        self.ensure_separate(by)
        return replace(self, state=ApprovalState.APPROVED, decided_by=by, decided_at=at, because=because)

    def sign_as(self, role: Role, level: str) -> Self:
        """The approval with the role that had the authority to sign it, and the level that it took."""
        return replace(self, signed_as=role, level=level)

    def send_back(self, *, by: str, at: str, because: str) -> Self:
        """The returned approval. Raises a Fault as `approve` does."""
        self.ensure_undecided()
        self.ensure_separate(by)
        return replace(self, state=ApprovalState.RETURNED, decided_by=by, decided_at=at, because=because)

    def close(self) -> Self:
        """The approval of a case that has ended: one that waited for a decision gets none."""
        waits = self.state is ApprovalState.CHECKED
        return replace(self, ended=True, state=ApprovalState.CLOSED if waits else self.state)
