"""The forecast of dates of law in words, with its bars."""

from console.forecast import forecast_of
from sevensteps.api.operations.v1 import operations_pb2 as pb


def expected(dates: int, at_risk: int, not_known: int = 0) -> pb.Expected:
    """What is expected of so many dates."""
    return pb.Expected(dates=dates, at_risk=at_risk, not_known=not_known, in_time=dates - at_risk - not_known)


def test_bars_are_as_long_as_their_numbers() -> None:
    """In hundredths of the longest one; the dark part is what may be missed."""
    weeks = [
        pb.WeekForecast(from_day="2026-11-27", until_day="2026-12-03", expected=expected(8, 2)),
        pb.WeekForecast(from_day="2026-12-04", until_day="2026-12-10", expected=expected(4, 1, 2)),
        pb.WeekForecast(from_day="2026-12-11", until_day="2026-12-17", expected=expected(0, 0)),
    ]
    found = forecast_of(pb.ForecastBreachesResponse(weeks=weeks, weeks_back=13))
    last = pb.WeekForecast(from_day="2026-12-28", until_day="2027-01-03", expected=expected(1, 0))
    over_new_year = forecast_of(pb.ForecastBreachesResponse(weeks=[last]))
    assert [(each.width, each.risk_width) for each in found.weeks] == [(100.0, 25.0), (50.0, 12.5), (0.0, 0.0)]
    assert found.weeks[0].label == "27 November to 3 December 2026"
    assert over_new_year.weeks[0].label == "28 December 2026 to 3 January 2027"
    assert (found.dates, found.at_risk, found.not_known) == (12, 3, 2)


def test_a_kind_that_is_newer_than_the_console_is_called_by_its_name() -> None:
    """And one of which nothing has ended has no share."""
    clocks = [
        pb.ClockForecast(clock="first_visit", expected=expected(1, 0, 1)),
        pb.ClockForecast(clock="written_record", expected=expected(1, 0), ended=5, met=4),
    ]
    found = forecast_of(pb.ForecastBreachesResponse(clocks=clocks))
    told = [("first visit", "none yet"), ("the written record of the assessment", "4 of 5")]
    assert [(each.label, each.past) for each in found.kinds] == told


def test_nothing_to_come_has_no_length() -> None:
    """Nothing is divided by nothing."""
    weeks = [pb.WeekForecast(from_day="2026-11-27", until_day="2026-12-03", expected=expected(0, 0))]
    assert [each.width for each in forecast_of(pb.ForecastBreachesResponse(weeks=weeks)).weeks] == [0.0]
