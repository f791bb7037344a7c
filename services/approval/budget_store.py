"""How personal budgets are stored, and what the services of an agreed plan are. Statements are built once."""

import json
from collections.abc import Mapping
from decimal import Decimal

import sqlalchemy as sa

from services.approval import store
from services.approval.domain.approval import Approval, ApprovalState
from services.approval.domain.personal_budget import (
    Basis,
    BoughtService,
    BudgetBasis,
    PersonalBudget,
    not_signed,
)
from services.approval.tables import approvals, personal_budgets
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.budget_numbers import BudgetNumbers
from sevensteps.fields import short_name
from sevensteps.money import pounds
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import matching
from sevensteps.service.work import Work

COUNT = sa.select(sa.func.count()).where(*matching(personal_budgets, "case_id", "version"))
_OF_CASE = (
    sa.select(personal_budgets)
    .where(*matching(personal_budgets, "case_id"))
    .order_by(personal_budgets.c.version, personal_budgets.c.number)
)
OF_CASE = in_part(_OF_CASE)
NEWEST = (
    sa.select(personal_budgets)
    .where(*matching(personal_budgets, "case_id", "version"))
    .order_by(personal_budgets.c.number.desc())
    .limit(1)
)
SIGNED = sa.select(sa.func.max(approvals.c.version)).where(
    *matching(approvals, "case_id"), approvals.c.state == ApprovalState.APPROVED.value
)
ADD = personal_budgets.insert()
ONCE = money_pb2.Frequency.Name(money_pb2.FREQUENCY_ONCE)
"""How a stored plan says that money is spent once."""


def services_of(work: Work, approval: Approval) -> list[BoughtService]:
    """What the lines of the plan buy, without what is wanted beyond the needs; nothing where own money pays for it."""
    plan = json.loads(store.plan_text(work, approval))
    return [] if plan.get("own_money") else [_service(line) for line in plan.get("lines", ())]


def _service(line: Mapping[str, str]) -> BoughtService:
    kind = services_pb2.ServiceKind.Value(line["service"]) if "service" in line else 0
    once = line["amount"] if line.get("frequency") == ONCE else "0.00"
    return BoughtService(
        line["line_id"], short_name(services_pb2.ServiceKind, kind), Decimal(line["weekly"]), Decimal(once)
    )


def signed(work: Work, case_id: str) -> Approval:
    """The approval of the newest version that is signed. Raises a Fault (NOT_FOUND, PRECONDITION) where none is."""
    store.approval_to_read(work, case_id, 0)
    version = work.connection.execute(SIGNED, {"case_id": case_id}).scalar_one()
    if version is None:
        raise not_signed(case_id)
    return store.approval_to_read(work, case_id, version)


def count(work: Work, approval: Approval) -> int:
    """How often the personal budget of a version was stated."""
    return int(work.connection.execute(COUNT, _key(approval)).scalar_one())


def add(work: Work, budget: PersonalBudget) -> None:
    """Store what was stated. The database lets it be stated once under each number."""
    row = {
        "case_id": budget.case_id,
        "version": budget.version,
        "number": budget.number,
        "cost": pounds(budget.numbers.cost),
        "adult_pays": pounds(budget.numbers.adult_pays),
        "council_pays": pounds(budget.numbers.council_pays),
        "basis": budget.basis.kind.value,
        "financial_assessment_id": budget.basis.financial_assessment_id,
        "one_off_cost": budget.one_off_cost,
        "receipt_id": budget.basis.receipt_id,
        "receipt_digest": work.new_digest(budget.basis.receipt_id),
        "stated_by": budget.stated_by,
        "stated_at": budget.stated_at,
    }
    work.connection.execute(ADD, row)


def newest(work: Work, approval: Approval) -> PersonalBudget | None:
    """What was stated last of a version; None before it is signed, or where it was signed under an earlier version."""
    row = work.connection.execute(NEWEST, _key(approval)).mappings().first()
    return _budget(row) if row else None


def budgets_of(work: Work, case_id: str, after: int, size: int) -> list[PersonalBudget]:
    """What was stated in a case, in order. Raises a Fault (NOT_FOUND) for a case that is not the actor's."""
    store.approval_to_read(work, case_id, 0)
    return [_budget(row) for row in rows(work, OF_CASE, case_id, after, size)]


def _key(approval: Approval) -> dict[str, object]:
    return {"case_id": approval.case_id, "version": approval.version}


def _budget(row: sa.RowMapping) -> PersonalBudget:
    return PersonalBudget(
        case_id=row["case_id"],
        version=row["version"],
        number=row["number"],
        numbers=BudgetNumbers(*(Decimal(row[name]) for name in ("cost", "adult_pays", "council_pays"))),
        basis=Basis(BudgetBasis(row["basis"]), row["financial_assessment_id"], row["receipt_id"]),
        one_off_cost=row["one_off_cost"],
        stated_by=row["stated_by"],
        stated_at=row["stated_at"],
    )
