"""The forecast of dates of law as a message."""

from services.operations.domain.forecasting import DAY, WEEK, WEEKS_BACK, Forecast, Forecasts, History
from services.operations.store import View
from services.operations.wire import view_message
from sevensteps.api.operations.v1 import operations_pb2 as pb


def forecast_message(found: Forecasts, history: History, view: View) -> pb.ForecastBreachesResponse:
    """A forecast as a message."""
    return pb.ForecastBreachesResponse(
        weeks=[
            pb.WeekForecast(
                from_day=first.isoformat(),
                until_day=(first + WEEK - DAY).isoformat(),
                expected=_expected(expected),
            )
            for first, expected in found.weeks
        ],
        clocks=[_of_clock(clock, expected, history) for clock, expected in found.clocks.items()],
        weeks_back=WEEKS_BACK,
        view=view_message(view),
    )


def _of_clock(clock: str, expected: Forecast, history: History) -> pb.ClockForecast:
    ended, met = history.ended(clock)
    return pb.ClockForecast(clock=clock, expected=_expected(expected), ended=ended, met=met)


def _expected(expected: Forecast) -> pb.Expected:
    return pb.Expected(
        dates=expected.dates, in_time=expected.in_time, at_risk=expected.at_risk, not_known=expected.not_known
    )
