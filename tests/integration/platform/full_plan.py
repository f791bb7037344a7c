"""A plan, and the facts of a direct payment, in which nothing is left out."""

from integration.planning.case import in_days
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.api.planning.v1 import planning_pb2


def lines_of_a_plan() -> list[planning_pb2.SpendLine]:
    """Lines in which nothing is left out: spent every week, once, and every year."""
    pb = planning_pb2
    return [
        pb.SpendLine(
            line_id="stay",
            text="A fortnight by the sea",
            needs=["nutrition"],
            use=pb.USE_CARE_HOME,
            weekly="41.25",
            care_home_weeks=2,
            direct_payment=True,
            beyond_needs="3.75",
            service=services_pb2.SERVICE_KIND_AFTERCARE_117,
        ),
        pb.SpendLine(
            line_id="choir",
            text="My brother drives me to the choir",
            needs=["community"],
            use=pb.USE_CLOSE_FAMILY,
            weekly="18.75",
            necessary_override=True,
        ),
        pb.SpendLine(
            line_id="car",
            text="Hand controls for the car",
            needs=["community"],
            use=pb.USE_GENERAL,
            amount="900.00",
            frequency=money_pb2.FREQUENCY_ONCE,
            starts_on=in_days(20),
        ),
        pb.SpendLine(
            line_id="season",
            text="A season ticket",
            needs=["community"],
            use=pb.USE_GENERAL,
            amount="52.00",
            frequency=money_pb2.FREQUENCY_YEARLY,
            starts_on=in_days(10),
            ends_on=in_days(300),
        ),
    ]


def full_plan() -> planning_pb2.SavePlanRequest:
    """A plan in which nothing is left out."""
    pb = planning_pb2
    return pb.SavePlanRequest(
        template=pb.TEMPLATE_SIX,
        answers={name: f"About {name}." for name in ("important", "change", "spend", "manage", "control", "next")},
        lines=lines_of_a_plan(),
        met_otherwise=["hygiene"],
        helper=pb.PLAN_HELPER_BROKER,
        risks_considered=True,
        person_involved=True,
        advocate_considered=True,
        review_on=in_days(170),
        top_up="3.75",
        advice_given=True,
        lacks_capacity=True,
        interested_involved=True,
        complex=True,
    )


def facts_of_a_direct_payment() -> planning_pb2.DirectPaymentFacts:
    """Every fact that can be said."""
    return planning_pb2.DirectPaymentFacts(
        has_capacity=True,
        requests=True,
        prohibited=False,
        capable_with_help=True,
        appropriate=True,
        mca_person_supports=False,
        best_interests=True,
        court_order_exclusion=False,
        nominee_agrees=True,
    )
