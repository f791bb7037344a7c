"""The finances of a case: assessed in full, again after a refusal, and judged; with every field that can be said."""

from google.protobuf.message import Message

from integration.platform.complaint_story import Do
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.identity.actor import Role

ON = "2016-06-02"
"""A day of which the national pack knows every amount."""


async def story_of_finances(do: Do) -> None:
    """A couple with children; then they agree to a light touch; then they refuse, and somebody judges."""
    await do(assessing(pb.FINANCES_WAY_FULL, pb.FINANCES_REASON_FIRST, means=means_of_a_couple()), Role.FINANCE)
    touched = assessing(pb.FINANCES_WAY_CLEARLY_BELOW_LIMIT, pb.FINANCES_REASON_ASKED, means=pb.Means(capital="12.34"))
    touched.consent = True
    await do(touched, Role.FINANCE)
    refused = await do(assessing(pb.FINANCES_WAY_REFUSED, pb.FINANCES_REASON_CIRCUMSTANCES), Role.FINANCE)
    await do(
        pb.JudgeFinancesRequest(
            financial_assessment_id=id_of(refused), weekly_charge="61.07", because="She is afraid of forms."
        ),
        Role.FINANCE,
    )


def id_of(answer: Message) -> str:
    """The id of the assessment in an answer."""
    return str(answer.financial_assessment.financial_assessment_id)  # type: ignore[attr-defined]


def assessing(
    way: pb.FinancesWay.ValueType, reason: pb.FinancesReason.ValueType, means: pb.Means | None = None
) -> pb.AssessFinancesRequest:
    """An assessment for care, and for reablement that has just begun."""
    every_month = pb.Amount(amount="433.33", frequency=money_pb2.FREQUENCY_MONTHLY)
    services = [
        pb.CountedService(service_id="care", kind=services_pb2.SERVICE_KIND_CARE, cost=every_month),
        pb.CountedService(service_id="again", kind=services_pb2.SERVICE_KIND_REABLEMENT, began="2016-05-20"),
    ]
    return pb.AssessFinancesRequest(way=way, reason=reason, assessed_on=ON, means=means, services=services)


def means_of_a_couple() -> pb.Means:
    """All that can be said of means."""
    return pb.Means(
        born="1984-07-05",
        couple=True,
        partner_born="1986-11-09",
        children=3,
        income=amounts("901.01", money_pb2.FREQUENCY_FOUR_WEEKLY),
        capital="14999.99",
        housing_costs=amounts("702.02", money_pb2.FREQUENCY_QUARTERLY),
        disability_benefit=True,
        disability_expenditure=amounts("503.03", money_pb2.FREQUENCY_YEARLY),
        disability_premium=False,
        enhanced_disability_premium=True,
        carer_premium=False,
        council_arranges=False,
    )


def amounts(amount: str, frequency: money_pb2.Frequency.ValueType) -> pb.Amounts:
    """An amount by itself."""
    return pb.Amounts(parts=[pb.Amount(amount=amount, frequency=frequency)])
