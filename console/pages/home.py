"""The home page: how many cases there are where, what is late, what is stuck, and which dates of law come."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console import freshness, words
from console.asking import part
from console.charts import Bar, bars
from console.forecast import forecast_of
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.fields import short_name

DAYS_AHEAD = 14
SEE_OTHER = 303


async def show(visit: Visit) -> Response:
    """The page; whose role reads no cases goes on to one that is for them. Raises the Faults of operations."""
    if not visit.may("operations.CountCases") and (first := next(visit.pages(), "")):
        return RedirectResponse(first, SEE_OTHER)
    every = pb.CountCasesRequest(filter=pb.CaseFilter(open=True))
    counted, expected = await asyncio.gather(
        visit.console.caller.ask(every, pb.CountCasesResponse),
        part(visit.console.caller.ask(pb.ForecastBreachesRequest(), pb.ForecastBreachesResponse)),
    )
    return visit.show(
        "home.html",
        figures=_figures(counted.counts),
        steps=bars(_by_step(counted.counts)),
        waits=bars(_by_wait(counted.counts)),
        stuck=bars(_by_kind(counted.stuck)),
        days=bars(_by_day(counted.law_days, clock.today())),
        forecast=forecast_of(expected.given) if expected.given else None,
        forecast_refusal=expected.refusal,
        **freshness.of_view(counted.view),
    )


def _figures(counts: Sequence[pb.Count]) -> Mapping[str, int]:
    """How many cases are open, late and on hold, whatever their step."""
    names = ("cases", "overdue", "breached", "on_hold")
    return {name: sum(getattr(each, name) for each in counts) for name in names}


def _by_day(law_days: Sequence[pb.LawDay], today: date) -> list[Bar]:
    """The next days, with the cases whose first date is one of law, and that day; days without any too."""
    cases = {each.day: each.cases for each in law_days}
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    return [_day(day, cases.get(day.isoformat(), 0)) for day in days]


def _day(day: date, cases: int) -> Bar:
    until = day + timedelta(days=1)
    return Bar(f"{day:%a} {clock.day_in_words(day)}", cases, 0, _cases(hard="yes", due_from=day, due_before=until))


def _by_step(counts: Sequence[pb.Count]) -> list[Bar]:
    """Every step, those without cases too."""
    cases, late = dict.fromkeys(words.STEPS, 0), dict.fromkeys(words.STEPS, 0)
    for each in counts:
        name = short_name(pb.Step, each.step)
        cases[name] += each.cases
        late[name] += each.overdue
    return [Bar(words.STEPS[name], cases[name], late[name], _cases(steps=name)) for name in words.STEPS]


def _by_wait(counts: Sequence[pb.Count]) -> list[Bar]:
    """What cases wait for, the most first."""
    cases: dict[str, int] = {}
    late: dict[str, int] = {}
    for each in counts:
        name = short_name(pb.WaitingFor, each.waiting_for)
        cases[name] = cases.get(name, 0) + each.cases
        late[name] = late.get(name, 0) + each.overdue
    ordered = sorted(cases, key=lambda name: (-cases[name], name))
    return [Bar(words.WAITING_FOR[name], cases[name], late[name], _cases(waiting_for=name)) for name in ordered]


def _by_kind(stuck: Sequence[pb.StuckCount]) -> list[Bar]:
    """How cases are stuck, the most first. A date that is near is none of it: the dates of law below have it."""
    wrong = [each for each in stuck if each.kind != pb.STUCK_KIND_CLOCK_NEAR]
    ordered = sorted(wrong, key=lambda each: (-each.cases, each.kind))
    return [
        Bar(words.stuck(each.kind), each.cases, 0, _cases(stuck_kinds=short_name(pb.StuckKind, each.kind)))
        for each in ordered
    ]


def _cases(**wanted: object) -> str:
    """The address of the list of those cases that are open."""
    fields: Mapping[str, object] = {"open": "yes", **wanted}
    return "/cases?" + urlencode(fields)
