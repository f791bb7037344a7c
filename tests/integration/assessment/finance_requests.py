"""Good requests of the calls about finances, without the ids of a case."""

from collections.abc import Sequence
from typing import Literal

from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.money.v1 import money_pb2, services_pb2

ON = "2025-06-01"
"""A day whose amounts the national pack knows."""


AS_THEY_ARE = pb.Means()
"""No change of means."""
AMOUNTS: Sequence[Literal["income", "housing_costs", "disability_expenditure"]] = (
    "income",
    "housing_costs",
    "disability_expenditure",
)


def weekly(amount: str) -> pb.Amount:
    """An amount of every week."""
    return pb.Amount(amount=amount, frequency=money_pb2.FREQUENCY_WEEKLY)


def amounts(*parts: pb.Amount) -> pb.Amounts:
    """Amounts that belong together."""
    return pb.Amounts(parts=parts)


def service(
    service_id: str = "care",
    kind: services_pb2.ServiceKind.ValueType = services_pb2.SERVICE_KIND_CARE,
    cost: pb.Amount | None = None,
    began: str = "",
) -> pb.CountedService:
    """A service, care for £400.00 a week unless it is said otherwise."""
    return pb.CountedService(service_id=service_id, kind=kind, cost=cost or weekly("400.00"), began=began)


CARE = service()


def means(changes: pb.Means = AS_THEY_ARE) -> pb.Means:
    """Means of a single adult of forty with one disability premium, from which a charge of £131.85 is worked out.

    What is changed takes the place of what they are.
    """
    made = pb.Means(
        born="1985-03-01",
        couple=False,
        children=0,
        income=amounts(weekly("310.00")),
        capital="15001.00",
        housing_costs=amounts(),
        disability_benefit=False,
        disability_expenditure=amounts(weekly("20.00")),
        disability_premium=True,
        enhanced_disability_premium=False,
        carer_premium=False,
    )
    for name in AMOUNTS:
        if changes.HasField(name):
            made.ClearField(name)
    made.MergeFrom(changes)
    return made


def full(*services: pb.CountedService, changes: pb.Means = AS_THEY_ARE) -> pb.AssessFinancesRequest:
    """A full assessment, the first of a case."""
    return pb.AssessFinancesRequest(
        way=pb.FINANCES_WAY_FULL,
        reason=pb.FINANCES_REASON_FIRST,
        assessed_on=ON,
        means=means(changes),
        services=services or (CARE,),
    )


def light_touch(way: pb.FinancesWay.ValueType, capital: str, *, consent: bool) -> pb.AssessFinancesRequest:
    """An assessment by a light touch, the first of a case."""
    request = refused(way)
    request.consent = consent
    request.means.capital = capital
    return request


def refused(way: pb.FinancesWay.ValueType = pb.FINANCES_WAY_REFUSED) -> pb.AssessFinancesRequest:
    """What follows a refusal: nothing is known of the means."""
    return pb.AssessFinancesRequest(way=way, reason=pb.FINANCES_REASON_FIRST, assessed_on=ON, services=(CARE,))
