"""What money and support a person has on which day: when arrangements begin to run, stop, start again and end.

An agreed plan comes into force on the first day of its support, and the one before it ends the day before: no day is
paid by two plans, and none by neither. Whoever pays goes by money.started.v1 and money.ended.v1 alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial

from services.planning import periods, store
from services.planning.domain.money import MoneyArrangement
from services.planning.domain.period import DAY, Choice, EndReason, Part, Period
from services.planning.domain.planning import Planning
from services.planning.domain.support import SupportArrangement
from sevensteps.errors import Violation, invalid
from sevensteps.events import MoneyEnded, MoneyStarted, Payload, SupportEnded, SupportStarted
from sevensteps.money import pounds
from sevensteps.service.work import Work


def begin(work: Work, planning: Planning, first_day: date, support: Sequence[SupportArrangement]) -> list[Payload]:
    """The agreed plan comes into force with its support, and takes the place of the one before. Answers the events."""
    money = store.money(work, planning)
    period = partial(Period, plan_version=planning.agreed_version, number=1)
    started = [
        *(period(arranged.arrangement_id, Part.MONEY, starts_on=first_day) for arranged in money),
        *(period(arranged.arrangement_id, Part.SUPPORT, starts_on=arranged.starts_on) for arranged in support),
    ]
    events = _make_way(work, planning.case_id, first_day, support)
    periods.add(work, planning.case_id, started)
    arranged = _by_id(money, support)
    return [*events, *(_started(period, arranged[period.arrangement_id]) for period in started)]


def stop(work: Work, planning: Planning, choice: Choice) -> list[Payload]:
    """Stop what runs after its last day because the case is on hold, and answer the events.

    Raises a Fault (PRECONDITION, ARRANGEMENT_STATE) for an arrangement that does not run after that day.
    """
    running = tuple(period for period in periods.of_case(work, planning.case_id) if period.runs_after(choice.day))
    chosen = choice.among(running, planning.case_id, must=f"run after {choice.day}")
    return _end(work, (period.end(choice.day, EndReason.HOLD) for period in chosen))


def start_again(work: Work, planning: Planning, choice: Choice) -> list[Payload]:
    """Start what was stopped again from its first day on, and answer the events.

    Raises Faults: PRECONDITION (ARRANGEMENT_STATE) for one that was not stopped or is of an earlier plan, INVALID for a
    day on which it still ran.
    """
    newest = {period.arrangement_id: period for period in periods.of_case(work, planning.case_id)}.values()
    version = max((period.plan_version for period in newest), default=0)
    stopped = tuple(period for period in newest if period.is_stopped and period.plan_version == version)
    chosen = choice.among(stopped, planning.case_id, must="be stopped, and be of the plan in force")
    if any(period.runs_after(choice.day - DAY) for period in chosen):
        raise invalid(Violation("first_day", "must be after the last day on which each of them ran"))
    started = [period.start_again(choice.day) for period in chosen]
    periods.add(work, planning.case_id, started)
    arranged = _arranged(work, planning.case_id, version)
    return [_started(period, arranged[period.arrangement_id]) for period in started]


def end_all(work: Work, case_id: str, last_day: date, reason: EndReason) -> list[Payload]:
    """End everything that would run after the last day, and answer the events."""
    return _end(
        work,
        (period.end(last_day, reason) for period in periods.of_case(work, case_id) if period.runs_after(last_day)),
    )


def _make_way(work: Work, case_id: str, first_day: date, support: Sequence[SupportArrangement]) -> list[Payload]:
    """End what the plan before has running: money before the first day, support when other support meets its needs."""
    running = [period for period in periods.of_case(work, case_id) if period.runs_after(first_day - DAY)]
    needs = {
        arranged.arrangement_id: arranged.needs
        for version in {period.plan_version for period in running if period.part is Part.SUPPORT}
        for arranged in store.support_of_plan(work, case_id, version)
    }
    ended: list[Period] = []
    for period in running:
        met = set(needs.get(period.arrangement_id, ()))
        met_again = [other.starts_on for other in support if met & set(other.needs)]
        last_day = max(met_again, default=first_day) - DAY
        if period.runs_after(last_day):
            ended.append(period.end(last_day, EndReason.NEW_PLAN))
    return _end(work, ended)


def _end(work: Work, ended: Iterable[Period]) -> list[Payload]:
    over = list(ended)
    periods.end(work, over)
    last = {period.arrangement_id: period for period in over}
    return [_ended(period) for period in last.values()]


def _ended(period: Period) -> Payload:
    version, ends_on = period.plan_version, str(period.ends_on)
    if period.part is Part.MONEY:
        return MoneyEnded(version, period.arrangement_id, ends_on, period.reason)
    return SupportEnded(version, period.arrangement_id, ends_on, period.reason)


def _arranged(work: Work, case_id: str, version: int) -> Mapping[str, MoneyArrangement | SupportArrangement]:
    """The arrangements of a plan by their ids."""
    return _by_id(store.money_of_plan(work, case_id, version), store.support_of_plan(work, case_id, version))


def _by_id(
    money: Sequence[MoneyArrangement], support: Sequence[SupportArrangement]
) -> Mapping[str, MoneyArrangement | SupportArrangement]:
    arranged: list[MoneyArrangement | SupportArrangement] = [*money, *support]
    return {arrangement.arrangement_id: arrangement for arrangement in arranged}


def _started(period: Period, arrangement: MoneyArrangement | SupportArrangement) -> Payload:
    starts_on = period.starts_on.isoformat()
    if isinstance(arrangement, MoneyArrangement):
        return MoneyStarted(
            version=period.plan_version,
            arrangement_id=arrangement.arrangement_id,
            kind=arrangement.kind,
            payee=arrangement.payee,
            weekly=pounds(arrangement.weekly),
            once=pounds(arrangement.once) if period.number == 1 else "0.00",
            starts_on=starts_on,
        )
    return SupportStarted(
        version=period.plan_version,
        arrangement_id=arrangement.arrangement_id,
        kind=arrangement.kind,
        needs=list(arrangement.needs),
        starts_on=starts_on,
    )
