"""Financial assessments between the wire and the domain."""

from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from services.assessment.domain.assessment import CARE_ACT
from services.assessment.domain.finances import LIGHT_TOUCH, Assessing, FinancesReason, FinancesWay
from services.assessment.domain.means import Amounts, CountedService, Means, repeated_ids
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.fields import Fields, if_given
from sevensteps.money import Frequency, Money
from sevensteps.policy.model.facts import FIRST_DAY

RegularField: TypeAlias = Literal["income", "housing_costs", "disability_expenditure"]
PAGE = 50
LARGEST_PAGE = 200
MOST_PARTS = 50
"""At most so many amounts that belong together, and so many services."""
MOST_CHILDREN = 30
MOST_POUNDS = Decimal("1000000000.00")
"""No amount is larger: the rules would not take it."""


def assessing_of(request: pb.AssessFinancesRequest, fields: Fields) -> Assessing:
    """With what the finances are assessed, every wrong field noted."""
    way = fields.choice("way", request.way, pb.FinancesWay)
    reason = fields.choice("reason", request.reason, pb.FinancesReason)
    source = request.WhichOneof("source")
    if way == FinancesWay.FULL and source is None:
        fields.wrong("source", "must be given for a full assessment: means or answers_id")
    if request.HasField("consent") and way and FinancesWay(way) not in LIGHT_TOUCH:
        fields.wrong("consent", "is for a light touch only")
    return Assessing(
        way=FinancesWay(way or FinancesWay.FULL),
        reason=FinancesReason(reason or FinancesReason.FIRST),
        assessed_on=fields.day("assessed_on", request.assessed_on, earliest=CARE_ACT, latest=clock.today()),
        consent=if_given(request, "consent"),
        means=_means(request.means, fields) if source == "means" else None,
        answers_id=fields.id("answers_id", request.answers_id) if source == "answers_id" else "",
        services=_services(request, fields),
    )


def _means(message: pb.Means, fields: Fields) -> Means:
    if message.HasField("children") and not 0 <= message.children <= MOST_CHILDREN:
        fields.wrong("means.children", f"must be from 0 to {MOST_CHILDREN}")
    return Means(
        born=_born("means.born", message.born, fields),
        couple=if_given(message, "couple"),
        partner_born=_born("means.partner_born", message.partner_born, fields),
        children=message.children if message.HasField("children") else None,
        income=_regular("income", message, fields),
        capital=_pounds("means.capital", message.capital, fields) if message.capital else None,
        housing_costs=_regular("housing_costs", message, fields),
        disability_benefit=if_given(message, "disability_benefit"),
        disability_expenditure=_regular("disability_expenditure", message, fields),
        disability_premium=if_given(message, "disability_premium"),
        enhanced_disability_premium=if_given(message, "enhanced_disability_premium"),
        carer_premium=if_given(message, "carer_premium"),
        council_arranges=if_given(message, "council_arranges"),
    )


def _born(path: str, day: str, fields: Fields) -> date | None:
    return fields.day(path, day, earliest=FIRST_DAY, latest=clock.today()) if day else None


def _regular(name: RegularField, message: pb.Means, fields: Fields) -> Amounts | None:
    """Amounts that belong together; None where they are absent, which means unknown."""
    return _amounts(f"means.{name}", getattr(message, name), fields) if message.HasField(name) else None


def _amounts(path: str, message: pb.Amounts, fields: Fields) -> Amounts:
    """Amounts that come again. What comes once is no income: it is capital once it is there."""
    if len(message.parts) > MOST_PARTS:
        fields.wrong(f"{path}.parts", f"must be at most {MOST_PARTS}")
        return ()
    amounts: list[Money] = []
    for index, part in enumerate(message.parts):
        amounts.append(amount := _money(f"{path}.parts[{index}]", part, fields))
        if amount.once:
            fields.wrong(f"{path}.parts[{index}].frequency", "must be one that comes again: what comes once is capital")
    return tuple(amounts)


def _money(path: str, message: pb.Amount, fields: Fields) -> Money:
    frequency = fields.choice(f"{path}.frequency", message.frequency, money_pb2.Frequency)
    return Money(_pounds(f"{path}.amount", message.amount, fields), Frequency(frequency or Frequency.WEEKLY))


def _pounds(path: str, value: str, fields: Fields) -> Decimal:
    amount = fields.money(path, value)
    if amount >= MOST_POUNDS:
        fields.wrong(path, f"must be less than {MOST_POUNDS} pounds")
        return Decimal(0)
    return amount


def _services(request: pb.AssessFinancesRequest, fields: Fields) -> tuple[CountedService, ...]:
    if not 1 <= len(request.services) <= MOST_PARTS:
        fields.wrong("services", f"must be from 1 to {MOST_PARTS}: planned, or estimated before there is a plan")
        return ()
    services = tuple(_service(f"services[{index}]", service, fields) for index, service in enumerate(request.services))
    for index in repeated_ids(services):
        fields.wrong(f"services[{index}].service_id", "must differ from that of every other service")
    return services


def _service(path: str, message: pb.CountedService, fields: Fields) -> CountedService:
    kind = fields.choice(f"{path}.kind", message.kind, services_pb2.ServiceKind)
    began = None
    if message.began and kind != "reablement":
        fields.wrong(f"{path}.began", "is for reablement and intermediate care only")
    elif message.began:
        began = fields.day(f"{path}.began", message.began, earliest=CARE_ACT, latest=clock.in_years(1))
    return CountedService(
        service_id=fields.id(f"{path}.service_id", message.service_id),
        kind=kind,
        cost=_money(f"{path}.cost", message.cost, fields) if message.HasField("cost") else None,
        began=began,
    )


def judgement_of(request: pb.JudgeFinancesRequest, fields: Fields) -> tuple[Decimal, str]:
    """What somebody judges that the person pays, in pounds a week, and why."""
    fields.given("financial_assessment_id", request.financial_assessment_id)
    weekly = fields.weekly("weekly_charge", request.weekly_charge)
    return weekly, fields.text("because", request.because, limit=LONGEST_REASON)
