"""What runs on which day: who adds up the events pays every day once, and no day twice."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import pytest

from integration.planning.case import PlanningCase, in_days, new_request
from servers.services import reason_of
from sevensteps.api.planning.v1 import planning_pb2 as pb

HORIZON = range(-40, 120)


class Payer:
    """A consumer of the feed who pays by two types of event: started and ended. It knows nothing of plans."""

    def __init__(self, events: Sequence[tuple[str, dict[str, object]]], part: str = "money") -> None:
        """Adds up the events of a case."""
        self._started: dict[str, list[dict[str, object]]] = defaultdict(list)
        for type_, payload in events:
            if type_ == f"{part}.started.v1":
                self._started[str(payload["arrangement_id"])].append(payload | {"ends_on": "9999-12-31"})
            elif type_ == f"{part}.ended.v1":
                for period in self._started[str(payload["arrangement_id"])]:
                    period["ends_on"] = min(str(period["ends_on"]), str(payload["ends_on"]))

    def runs(self, day: str) -> list[dict[str, object]]:
        """What runs on a day."""
        return [
            period
            for periods in self._started.values()
            for period in periods
            if str(period["starts_on"]) <= day <= str(period["ends_on"])
        ]

    def weekly(self, day: str) -> Decimal:
        """Pounds a week that are paid on a day."""
        return sum((Decimal(str(period["weekly"])) for period in self.runs(day)), Decimal(0))


async def payer(case: PlanningCase, part: str = "money") -> Payer:
    """Who pays for the case by its events so far."""
    return Payer(await case.events(), part)


async def agree(case: PlanningCase, version: int, budget: str) -> None:
    """Take the case through steps 2 to 4 for a changed plan; half is managed, half is paid to the person."""
    opening = case.opening_of_plan(version)
    await case.journey.OpenPlan(opening)
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money(version, budget))
    half = str(Decimal(budget) / 2)
    await case.fin.ArrangeMoney(await case.holding(half))
    await case.fin.ArrangeMoney(await case.direct_payment(half))
    await case.journey.OpenSupport(case.opening_of_support(version))


def stopping(etag: str, case: PlanningCase, last_day: str, *ids: str) -> pb.StopArrangementsRequest:
    return pb.StopArrangementsRequest(
        request_id=new_request(), case_id=case.case_id, etag=etag, last_day=last_day, arrangement_ids=ids
    )


def restarting(etag: str, case: PlanningCase, first_day: str, *ids: str) -> pb.RestartArrangementsRequest:
    return pb.RestartArrangementsRequest(
        request_id=new_request(), case_id=case.case_id, etag=etag, first_day=first_day, arrangement_ids=ids
    )


def closing(case: PlanningCase, ended_on: str, *, died: bool = False) -> pb.CloseCaseRequest:
    return pb.CloseCaseRequest(request_id=new_request(), case_id=case.case_id, ended_on=ended_on, died=died)


async def test_money_and_support_run_from_the_first_day_of_support(case: PlanningCase) -> None:
    """Nothing runs before, and every pound of the budget from then on."""
    await case.organise()
    money, support = await payer(case), await payer(case, "support")
    assert [money.weekly(in_days(day)) for day in (13, 14, 100)] == [0, Decimal("60.00"), Decimal("60.00")]
    assert [len(support.runs(in_days(day))) for day in (13, 14, 100)] == [0, 1, 1]
    stands = await case.stands()
    assert {period.arrangement_id for period in stands.periods} == {
        stands.money[0].arrangement_id,
        stands.support[0].arrangement_id,
    }
    assert {(period.starts_on, period.ends_on) for period in stands.periods} == {(in_days(14), "")}


async def test_a_changed_plan_takes_the_place_of_the_last_on_one_day(case: PlanningCase) -> None:
    """Whoever adds up pays the old budget to the eve, the new one from the day on: never both, never neither."""
    await case.organise()
    await agree(case, 2, "50.00")
    between = await payer(case)
    assert {between.weekly(in_days(day)) for day in range(14, 120)} == {Decimal("60.00")}, "arranged is not in force"
    await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(30)))
    money = await payer(case)
    assert [money.weekly(in_days(day)) for day in (13, 14, 29, 30, 31)] == [
        Decimal(0),
        Decimal("60.00"),
        Decimal("60.00"),
        Decimal("50.00"),
        Decimal("50.00"),
    ]
    ended = [payload for type_, payload in await case.events() if type_ == "money.ended.v1"]
    assert [(each["version"], each["ends_on"], each["reason"]) for each in ended] == [(1, in_days(29), "new_plan")]


async def test_no_need_is_left_without_support_by_a_changed_plan(case: PlanningCase) -> None:
    """Support that meets a need goes on until other support meets it, though the plan's other support began before."""
    await case.open_support()
    await case.pat.ArrangeSupport(await case.arrangement("nutrition", starts_on=in_days(1)))
    await case.pat.ArrangeSupport(await case.arrangement("community", starts_on=in_days(1)))
    await agree(case, 2, "60.00")
    await case.pat.ArrangeSupport(await case.arrangement("nutrition", starts_on=in_days(10)))
    await case.pat.ArrangeSupport(await case.arrangement("community", starts_on=in_days(20)))
    support = await payer(case, "support")
    for day in range(1, 60):
        runs = support.runs(in_days(day))
        assert sorted(str(period["needs"]) for period in runs) == ["['community']", "['nutrition']"], day


async def test_what_is_stopped_starts_again(case: PlanningCase) -> None:
    """A hold alone stops nothing. What somebody stops is not paid until somebody starts it again."""
    await case.organise()
    stands = await case.stands()
    money_id = stands.money[0].arrangement_id
    stopped = await case.fin.StopArrangements(stopping(stands.etag, case, in_days(20), money_id))
    assert [(p.ends_on, p.reason) for p in stopped.planning.periods if p.ends_on] == [(in_days(20), pb.END_REASON_HOLD)]
    money, support = await payer(case), await payer(case, "support")
    assert [money.weekly(in_days(day)) for day in (20, 21, 40)] == [Decimal("60.00"), 0, 0]
    assert len(support.runs(in_days(40))) == 1, "only what was named stops"
    again = await case.fin.RestartArrangements(restarting(stopped.planning.etag, case, in_days(30)))
    money = await payer(case)
    assert [money.weekly(in_days(day)) for day in (20, 21, 29, 30)] == [Decimal("60.00"), 0, 0, Decimal("60.00")]
    assert len([period for period in again.planning.periods if period.arrangement_id == money_id]) == 2


async def test_what_cannot_stop_or_start_is_refused(case: PlanningCase) -> None:
    """Nothing runs yet; it runs and is not stopped; it ran on that day; it is no arrangement of this case."""
    await case.open_support()
    stands = await case.stands()
    reason = await reason_of(case.pat.StopArrangements(stopping(stands.etag, case, in_days(1))))
    assert reason == "ARRANGEMENT_STATE"
    await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(1)))
    etag = (await case.stands()).etag
    for request in (restarting(etag, case, in_days(9)), restarting(etag, case, in_days(9), "money-000000000000")):
        assert await reason_of(case.pat.RestartArrangements(request)) == "ARRANGEMENT_STATE"
    assert (
        await reason_of(case.pat.StopArrangements(stopping(etag, case, in_days(9), "money-000000000000")))
        == "ARRANGEMENT_STATE"
    )
    stopped = await case.pat.StopArrangements(stopping(etag, case, in_days(9)))
    assert (
        await reason_of(case.pat.RestartArrangements(restarting(stopped.planning.etag, case, in_days(9))))
        == "FIELD_INVALID"
    )


async def test_a_stopped_arrangement_of_an_earlier_plan_does_not_start_again(case: PlanningCase) -> None:
    """It would be paid beside what took its place."""
    await case.organise()
    stopped = await case.pat.StopArrangements(stopping((await case.stands()).etag, case, in_days(20)))
    old = [period.arrangement_id for period in stopped.planning.periods]
    await agree(case, 2, "50.00")
    etag = (await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(30)))).planning.etag
    assert (
        await reason_of(case.pat.RestartArrangements(restarting(etag, case, in_days(40), *old))) == "ARRANGEMENT_STATE"
    )
    assert (await payer(case)).weekly(in_days(40)) == Decimal("50.00")


@pytest.mark.parametrize(("died", "reason"), [(False, "case_ended"), (True, "died")])
async def test_nothing_runs_after_the_last_day_of_a_case(
    case: PlanningCase,
    died: bool,  # noqa: FBT001 - a parameter of the test
    reason: str,
) -> None:
    """What would have ended later ends then; what is to begin later never runs. Closing again changes nothing."""
    await case.open_support()
    await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(-30)))
    await agree(case, 2, "50.00")
    await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(30)))
    await case.journey.CloseCase(closing(case, in_days(-2), died=died))
    money, support = await payer(case), await payer(case, "support")
    for day in HORIZON:
        expected = Decimal("60.00") if -30 <= day <= -2 else Decimal(0)
        assert money.weekly(in_days(day)) == expected, day
        assert len(support.runs(in_days(day))) == (1 if expected else 0), day
    told = await case.events()
    assert {payload["reason"] for type_, payload in told if type_ == "money.ended.v1"} == {"new_plan", reason}
    await case.journey.CloseCase(closing(case, in_days(-2), died=died))
    assert await case.events() == told


async def test_a_case_ends_before_anything_runs(case: PlanningCase) -> None:
    """There is nothing to end, and no event."""
    await case.open_support()
    before = await case.events()
    await case.journey.CloseCase(closing(case, ""))
    assert await case.events() == before


async def test_days_agree_with_the_records(case: PlanningCase) -> None:
    """GetPlanning and the events say the same of every day, whatever happened."""
    await case.organise()
    stopped = await case.pat.StopArrangements(stopping((await case.stands()).etag, case, in_days(16)))
    await case.pat.RestartArrangements(restarting(stopped.planning.etag, case, in_days(25)))
    await agree(case, 2, "50.00")
    await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(40)))
    money, stands = await payer(case), await case.stands()
    running = {
        in_days(day): sum(
            period.starts_on <= in_days(day) and (not period.ends_on or in_days(day) <= period.ends_on)
            for period in stands.periods
        )
        for day in HORIZON
    }
    support = await payer(case, "support")
    for day, count in running.items():
        assert count == len(money.runs(day)) + len(support.runs(day)), day


async def test_what_was_arranged_for_an_earlier_version_is_read_with_it(case: PlanningCase) -> None:
    """Who arranged it, when and how much: each period of the case has its arrangement in a version of the plan."""
    await case.organise()
    await agree(case, 2, "60.00")
    await case.pat.ArrangeSupport(await case.arrangement(starts_on=in_days(20)))
    read = [await case.pat.GetPlan(pb.GetPlanRequest(case_id=case.case_id, version=version)) for version in (1, 2)]
    assert [[each.weekly for each in answer.money] for answer in read] == [["60.00"], ["30.00", "30.00"]]
    assert [[each.starts_on for each in answer.support] for answer in read] == [[in_days(14)], [in_days(20)]]
    everything: list[pb.MoneyArrangement | pb.SupportArrangement] = []
    for answer in read:
        everything += [*answer.money, *answer.support]
    assert {each.arranged_by for each in everything} == {"fin", "pat"}
    assert all(each.arranged_at.ToSeconds() for each in everything)
    assert [bool(each.receipt_id) for each in read[1].money] == [False, True]
    standing = await case.stands()
    assert {period.arrangement_id for period in standing.periods} == {each.arrangement_id for each in everything}
    assert list(standing.money) == list(read[1].money)
