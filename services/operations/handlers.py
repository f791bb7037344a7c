"""What operations does, one function a use case."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from services.operations import case_pages, finding_pages, forecast_pages, store
from services.operations.case_pages import Counts, Page
from services.operations.domain.forecasting import Forecasts, History, forecast
from services.operations.domain.standing import Standing
from services.operations.domain.wanted import Place, Sorting, Wanted
from services.operations.finding_pages import Cause, Found
from services.operations.projecting import VERSION
from services.operations.rows import milliseconds, standing_of
from services.operations.store import View
from sevensteps.errors import Fault, Kind, not_found


def list_cases(
    connection: sa.Connection,
    wanted: Wanted,
    sorting: Sorting,
    *,
    today: date,
    after: Place | None,
    size: int,
    with_total: bool,
) -> tuple[Page, View]:
    """A page of the wanted cases, at most `size`; and how much is known."""
    rows = case_pages.page(connection, wanted, sorting, today=today, after=after, size=size + 1)
    standings = [standing_of(row.standing) for row in rows[:size]]
    stuck = store.stuck_kinds(connection, [standing.case_id for standing in standings])
    more = len(rows) > size
    last = Place(rows[size - 1].value, rows[size - 1].number) if more else None
    total = case_pages.count_all(connection, wanted, today) if with_total else 0
    return Page(standings, stuck, last, total), store.view(connection, VERSION)


def describe_case(
    connection: sa.Connection, case_id: str, *, scope: str | None, today: date
) -> tuple[Standing, Sequence[Found], View]:
    """Where one case stands, what is stuck of it, and how much is known.

    Raises Faults: CASE_NOT_FOUND, also for another council's; ROWS_INCOMPLETE (UNAVAILABLE) where the case may be among
    the rows that are still to be made.
    """
    wanted, view = Wanted(scope=scope, case_ids=(case_id,)), store.view(connection, VERSION)
    rows = case_pages.page(connection, wanted, Sorting(), today=today, after=None, size=1)
    if not rows and view.progress.until:
        detail = "Operations read all events again, and may not have come to this case yet. Ask again later."
        raise Fault(Kind.UNAVAILABLE, "ROWS_INCOMPLETE", detail)
    if not rows:
        raise not_found(case_id)
    found = finding_pages.page(connection, wanted, cause="", today=today, after=None, size=len(finding_pages.KINDS))
    return standing_of(rows[0].standing), found, view


def count_cases(connection: sa.Connection, wanted: Wanted, *, today: date) -> tuple[Counts, View]:
    """How many of the wanted cases there are; and how much is known."""
    counts = Counts(
        case_pages.count_all(connection, wanted, today),
        case_pages.counts(connection, wanted, today),
        case_pages.stuck_counts(connection, wanted, today),
        case_pages.law_days(connection, wanted, today),
    )
    return counts, store.view(connection, VERSION)


def forecast_breaches(connection: sa.Connection, wanted: Wanted, *, today: date) -> tuple[Forecasts, History, View]:
    """What is to be expected of the dates of law of the wanted cases, from what; and how much is known."""
    history = forecast_pages.history(connection, wanted, today)
    found = forecast(forecast_pages.running(connection, wanted, today), history, today)
    return found, history, store.view(connection, VERSION)


def list_causes(connection: sa.Connection, wanted: Wanted, *, today: date) -> tuple[Sequence[Cause], View]:
    """What holds up wanted cases, by its cause; and how much is known."""
    return finding_pages.causes(connection, wanted, today), store.view(connection, VERSION)


def list_stuck(
    connection: sa.Connection, wanted: Wanted, *, cause: str, today: date, after: Place | None, size: int
) -> tuple[Sequence[Found], Place | None, View]:
    """What is stuck of wanted cases, at most `size`; the place after it if there is more; and how much is known."""
    found = finding_pages.page(connection, wanted, cause=cause, today=today, after=after, size=size + 1)
    last = found[size - 1] if len(found) > size else None
    place = Place(milliseconds(last.finding.since), last.number) if last else None
    return found[:size], place, store.view(connection, VERSION)
