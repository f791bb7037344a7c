"""Step 4: every pound of the personal budget gets a holder."""

from collections.abc import Callable
from typing import Literal

import pytest
from google.protobuf.message import Message

from integration.assessment.speaking import GOOD, attorney
from integration.planning.acting import deputy, without_capacity
from integration.planning.case import WITH_CAPACITY, PlanningCase
from servers.services import refusal_of
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind

CHECKED = GOOD["CheckAuthority"]
WITHOUT_CAPACITY = pb.DirectPaymentFacts(
    has_capacity=False,
    requests=True,
    prohibited=False,
    capable_with_help=True,
    appropriate=True,
    mca_person_supports=True,
    best_interests=True,
    court_order_exclusion=False,
)


@pytest.mark.item(56)
async def test_step_4_is_done_when_nothing_is_left(case: PlanningCase) -> None:
    """Each answer says what is left. The last pound closes the step, and each part has its event."""
    await case.open_money()
    opened = await case.stands()
    assert (opened.open_stage, opened.due_on) == ("money_organised", "2026-11-16")
    assert opened.personal_budget_weekly == "60.00"
    first = await case.fin.ArrangeMoney(await case.holding("35.50"))
    assert first.left_weekly == "24.50"
    assert first.planning.open_stage == "money_organised"
    assert not first.HasField("decision")
    fund = await case.holding("24.50")
    fund.kind = pb.MONEY_KIND_INDIVIDUAL_SERVICE_FUND
    second = await case.fin.ArrangeMoney(fund)
    assert second.left_weekly == "0.00"
    assert second.planning.open_stage == ""
    assert [(each.kind, each.weekly) for each in second.planning.money] == [
        (pb.MONEY_KIND_COUNCIL_MANAGED, "35.50"),
        (pb.MONEY_KIND_INDIVIDUAL_SERVICE_FUND, "24.50"),
    ]
    told = [event for event in await case.events() if event[0].startswith("money.")]
    assert [type_ for type_, _ in told] == [
        "money.opened.v1",
        "money.arranged.v1",
        "money.arranged.v1",
        "money.organised.v1",
    ]
    assert told[-1][1] == {"version": 1, "direct_payment": False}


async def test_a_direct_payment_is_decided_by_the_pack(case: PlanningCase) -> None:
    """All conditions of s.31 are met: the decision is answered and stored, and the event says how it is paid."""
    await case.open_money()
    answer = await case.fin.ArrangeMoney(await case.direct_payment())
    assert answer.decision.decision == "direct-payment"
    assert answer.decision.verdict == decision_pb2.VERDICT_MET
    assert answer.decision.receipt_id.startswith("receipt-")
    arrangement = answer.planning.money[0]
    assert arrangement.payee == pb.PAYEE_PERSON
    told = await case.events()
    assert told[-2] == (
        "money.arranged.v1",
        {
            "version": 1,
            "arrangement_id": arrangement.arrangement_id,
            "kind": "direct_payment",
            "payee": "person",
            "weekly": "60.00",
            "once": "0.00",
        },
    )
    assert told[-1] == ("money.organised.v1", {"version": 1, "direct_payment": True})


@pytest.mark.item(54)
async def test_a_part_paid_directly_counts_as_a_direct_payment(case: PlanningCase) -> None:
    """Whatever the council manages beside it, the event says so: the law dates its reviews differently."""
    await case.open_money()
    await case.fin.ArrangeMoney(await case.direct_payment("15.00"))
    await case.fin.ArrangeMoney(await case.holding("45.00"))
    assert (await case.events())[-1] == ("money.organised.v1", {"version": 1, "direct_payment": True})


@pytest.mark.parametrize(
    ("payee", "authority", "reference"),
    [
        (pb.PAYEE_ATTORNEY, attorney(), "P-77"),
        (pb.PAYEE_DEPUTY, deputy(), "P-88"),
        (pb.PAYEE_SUITABLE_PERSON, attorney(), ""),
    ],
)
@pytest.mark.item(61)
async def test_without_capacity_an_authorised_person_is_paid(
    case: PlanningCase, payee: pb.Payee.ValueType, authority: Message, reference: str
) -> None:
    """All conditions of s.32 are met for an attorney, a deputy, and another suitable person who is supported."""
    await without_capacity(case, authority, CHECKED)
    await case.open_money()
    request = await case.direct_payment(facts=WITHOUT_CAPACITY)
    request.payee = payee
    answer = await case.fin.ArrangeMoney(request)
    assert answer.decision.verdict == decision_pb2.VERDICT_MET
    (arrangement,) = answer.planning.money
    assert (arrangement.payee, arrangement.payee_reference) == (payee, reference)
    assert arrangement.capacity_id.startswith("capacity-")
    assert arrangement.authority_id.startswith("authority-") is bool(reference)


async def test_a_suitable_person_needs_the_support_of_whoever_is_authorised(case: PlanningCase) -> None:
    """s.32(4)(b): where somebody is authorised under the Mental Capacity Act, their support has to be known."""
    await without_capacity(case, attorney(), CHECKED)
    await case.open_money()
    request = await case.direct_payment(facts=WITHOUT_CAPACITY)
    request.payee = pb.PAYEE_SUITABLE_PERSON
    request.facts.ClearField("mca_person_supports")
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert refusal.metadata["missing"] == "mca_person_supports"
    request.facts.mca_person_supports = False
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "DIRECT_PAYMENT_CONDITIONS")


async def test_a_suitable_person_where_nobody_is_authorised_needs_nobodys_support(case: PlanningCase) -> None:
    """s.32(4)(c): there is nobody whose support could be asked, so it is not asked for."""
    await without_capacity(case)
    await case.open_money()
    request = await case.direct_payment(facts=WITHOUT_CAPACITY)
    request.payee = pb.PAYEE_SUITABLE_PERSON_NOBODY_AUTHORISED
    request.facts.ClearField("mca_person_supports")
    answer = await case.fin.ArrangeMoney(request)
    assert answer.decision.verdict == decision_pb2.VERDICT_MET
    assert answer.planning.money[0].payee == pb.PAYEE_SUITABLE_PERSON_NOBODY_AUTHORISED
    assert (await case.events())[-2][1]["payee"] == "suitable_person_nobody_authorised"


@pytest.mark.item(61)
async def test_a_nominated_person_agrees_to_be_paid(case: PlanningCase) -> None:
    """s.31 condition 1: while nobody knows whether they agree, and where they do not, nothing is paid."""
    await case.open_money()
    request = await case.direct_payment()
    request.payee = pb.PAYEE_NOMINATED_PERSON
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert (refusal.reason, refusal.metadata["missing"]) == ("DIRECT_PAYMENT_CONDITIONS", "nominee_agrees")
    request.facts.nominee_agrees = False
    assert "whoever the person nominates does not agree" in (await refusal_of(case.fin.ArrangeMoney(request))).detail
    request.facts.nominee_agrees = True
    assert (await case.fin.ArrangeMoney(request)).decision.verdict == decision_pb2.VERDICT_MET


@pytest.mark.parametrize(
    ("use", "paid_for"),
    [(pb.USE_CLOSE_FAMILY, "for care"), (pb.USE_CLOSE_FAMILY_ADMINISTRATION, "for administering it")],
)
async def test_a_direct_payment_does_not_reach_close_family_whom_the_council_pays(
    case: PlanningCase, use: pb.Use.ValueType, paid_for: str
) -> None:
    """Regulation 3 is a condition of use: the duty to pay stays, and it may pay for the other lines."""
    await case.open_plan()
    draft = await case.draft()
    draft.lines[1].use = use
    draft.lines[1].direct_payment = False
    await case.pat.SavePlan(draft)
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money())
    refusal = await refusal_of(case.fin.ArrangeMoney(await case.direct_payment("40.01")))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "DIRECT_PAYMENT_USE")
    assert f"It may not be used to pay close family {paid_for}, as it is not recorded" in refusal.detail
    assert (await case.decided())[-1] == ("direct-payment", "met")
    await case.fin.ArrangeMoney(await case.direct_payment("30.00"))
    assert (await refusal_of(case.fin.ArrangeMoney(await case.direct_payment("10.01")))).reason == refusal.reason
    assert (await case.fin.ArrangeMoney(await case.direct_payment("10.00"))).left_weekly == "20.00"


@pytest.mark.parametrize("use", [pb.USE_CLOSE_FAMILY, pb.USE_CLOSE_FAMILY_ADMINISTRATION])
async def test_a_direct_payment_may_pay_close_family_where_that_is_necessary(
    case: PlanningCase, use: pb.Use.ValueType
) -> None:
    """Regulation 3(2): for care, and for administering the payment, once the council has recorded it."""
    await case.open_plan()
    draft = await case.draft()
    draft.lines[1].use = use
    draft.lines[1].direct_payment = draft.lines[1].necessary_override = True
    await case.pat.SavePlan(draft)
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money())
    assert (await case.fin.ArrangeMoney(await case.direct_payment("60.00"))).left_weekly == "0.00"


async def test_a_condition_that_is_not_met_is_told_in_the_words_of_the_pack(case: PlanningCase) -> None:
    """It is refused with the sentences of what failed; nothing is arranged, and the refusal is on record."""
    await case.open_money()
    request = await case.direct_payment()
    request.facts.appropriate = False
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "DIRECT_PAYMENT_CONDITIONS")
    assert "must be met. It is not an appropriate way to meet the needs." in refusal.detail
    assert "prohibit" not in refusal.detail
    assert not (await case.stands()).money
    assert (await case.decided())[-1] == ("direct-payment", "not_met")


async def test_what_is_not_known_is_never_taken_for_a_yes(case: PlanningCase) -> None:
    """Absent facts are named; the payment waits for them."""
    await case.open_money()
    request = await case.direct_payment()
    request.facts.ClearField("capable_with_help")
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "DIRECT_PAYMENT_CONDITIONS")
    assert refusal.metadata["missing"] == "capable_with_help"
    assert "not an appropriate way" not in refusal.detail


async def test_no_more_than_the_budget_is_arranged(case: PlanningCase) -> None:
    """The refusal says how much is left. The council does not arrange the person's own money."""
    await case.open_money()
    await case.fin.ArrangeMoney(await case.holding("50.00"))
    refusal = await refusal_of(case.fin.ArrangeMoney(await case.holding("10.01")))
    assert (refusal.kind, refusal.reason) == (Kind.PRECONDITION, "OVER_BUDGET")
    assert refusal.metadata["left_weekly"] == "10.00"
    assert "10.00" in refusal.detail


async def test_a_budget_of_nothing_is_organised_at_once(case: PlanningCase) -> None:
    """A budget of 0.00 needs no holder, so the step is done as it opens."""
    await case.submit_plan()
    await case.journey.OpenMoney(case.opening_of_money(budget="0.00"))
    stands = await case.stands()
    assert (stands.open_stage, stands.personal_budget_weekly) == ("", "0.00")
    assert [type_ for type_, _ in await case.events()][-2:] == ["money.opened.v1", "money.organised.v1"]


async def test_money_is_arranged_anew_for_a_changed_plan(case: PlanningCase) -> None:
    """While the plan is changed, the agreed one's money can still be read; the new budget begins without holders."""
    await case.organise()
    await case.journey.OpenPlan(case.opening_of_plan(version=2))
    during = await case.stands()
    assert (during.personal_budget_weekly, len(during.money), len(during.support)) == ("60.00", 1, 1)
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money(version=2, budget="70.00"))
    after = await case.stands()
    assert (after.personal_budget_weekly, len(after.money), len(after.support)) == ("70.00", 0, 0)
    answer = await case.fin.ArrangeMoney(await case.holding("70.00"))
    assert answer.left_weekly == "0.00"
    assert (await case.events())[-1] == ("money.organised.v1", {"version": 2, "direct_payment": False})


Spoil = Callable[[pb.ArrangeMoneyRequest], object]


def _money(name: str, value: object) -> Spoil:
    return lambda request: setattr(request, name, value)


def _managed_without(name: Literal["payee", "facts"]) -> Spoil:
    def spoil(request: pb.ArrangeMoneyRequest) -> None:
        request.kind = pb.MONEY_KIND_COUNCIL_MANAGED
        request.ClearField(name)

    return spoil


WRONG: dict[str, tuple[Spoil, str]] = {
    "nothing": (_money("weekly", "0.00"), "weekly"),
    "negative": (_money("weekly", "-5.00"), "weekly"),
    "three decimals": (_money("weekly", "5.001"), "weekly"),
    "NaN": (_money("weekly", "nan"), "weekly"),
    "unknown payee": (_money("payee", 42), "payee"),
    "no payee": (_money("payee", 0), "payee"),
    "attorney although there is capacity": (_money("payee", pb.PAYEE_ATTORNEY), "payee"),
    "person although there is no capacity": (lambda request: request.facts.CopyFrom(WITHOUT_CAPACITY), "payee"),
    "reference of the person": (_money("payee_reference", "P-1"), "payee_reference"),
    "no facts": (lambda request: request.ClearField("facts"), "facts"),
    "facts of no direct payment": (_managed_without("payee"), "facts"),
    "payee of no direct payment": (_managed_without("facts"), "payee"),
    "request id that is none": (_money("request_id", ""), "request_id"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_field_is_named_with_its_path(case: PlanningCase, what: str) -> None:
    """INVALID_ARGUMENT with the path of the one field that is wrong; nothing is arranged."""
    spoil, path = WRONG[what]
    await case.open_money()
    request = await case.direct_payment(facts=WITH_CAPACITY)
    spoil(request)
    refusal = await refusal_of(case.fin.ArrangeMoney(request))
    assert (refusal.kind, refusal.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert [violation.field for violation in refusal.violations] == [path]
    assert not (await case.stands()).money


async def test_an_unknown_kind_of_money_is_refused(case: PlanningCase) -> None:
    """An unknown kind, or none, is named as the wrong field."""
    await case.open_money()
    for kind in (0, 9):
        request = await case.holding()
        _money("kind", kind)(request)
        refusal = await refusal_of(case.fin.ArrangeMoney(request))
        assert [violation.field for violation in refusal.violations] == ["kind"]
