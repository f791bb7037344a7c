"""Arrangements of money and of support, and when they run, as they go on the wire."""

from services.planning.domain.money import MoneyArrangement
from services.planning.domain.period import Period
from services.planning.domain.support import SupportArrangement
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.fields import moment, number_of
from sevensteps.money import pounds


def money_message(arrangement: MoneyArrangement) -> pb.MoneyArrangement:
    """Who holds a part of the money."""
    return pb.MoneyArrangement(
        arrangement_id=arrangement.arrangement_id,
        kind=number_of(pb.MoneyKind, arrangement.kind),
        payee=number_of(pb.Payee, arrangement.payee),
        weekly=pounds(arrangement.weekly),
        once=pounds(arrangement.once),
        receipt_id=arrangement.receipt_id or "",
        arranged_by=arrangement.arranged_by,
        arranged_at=moment(arrangement.arranged_at),
        payee_reference=arrangement.payee_reference,
        authority_id=arrangement.authority_id,
        capacity_id=arrangement.capacity_id,
    )


def support_message(arrangement: SupportArrangement) -> pb.SupportArrangement:
    """How needs are met."""
    return pb.SupportArrangement(
        arrangement_id=arrangement.arrangement_id,
        kind=number_of(pb.SupportKind, arrangement.kind),
        needs=arrangement.needs,
        starts_on=arrangement.starts_on.isoformat(),
        arranged_by=arrangement.arranged_by,
        arranged_at=moment(arrangement.arranged_at),
    )


def period_message(period: Period) -> pb.Period:
    """When an arrangement runs."""
    return pb.Period(
        arrangement_id=period.arrangement_id,
        plan_version=period.plan_version,
        starts_on=period.starts_on.isoformat(),
        ends_on=period.ends_on.isoformat() if period.ends_on else "",
        reason=number_of(pb.EndReason, period.reason),
    )
