"""How often a case is put on hold and released: so often an hour, and no more."""

from collections import deque
from datetime import datetime, timedelta

from sevensteps.errors import Fault, Kind

HOUR = timedelta(hours=1)
CASES = 10_000
"""Of so many cases the times are kept; beyond that, those whose last one is over an hour old go."""


class HoldChanges:
    """The holds and releases of the last hour, by case, as far as this process has made them.

    They are kept in memory: the limit is for a program that has gone wrong, which calls again and again.
    """

    def __init__(self, most: int) -> None:
        """`most` are allowed for one case in an hour."""
        self._most = most
        self._times: dict[str, deque[datetime]] = {}

    def count(self, case_id: str, now: datetime) -> None:
        """Count one more. Raises a Fault (PRECONDITION, TOO_MANY_HOLDS) where there were so many in the last hour."""
        times = self._times.get(case_id, deque())
        while times and times[0] <= now - HOUR:
            times.popleft()
        if len(times) >= self._most:
            raise Fault(
                Kind.PRECONDITION,
                "TOO_MANY_HOLDS",
                f"The case was put on hold or released {len(times)} times within an hour, which is the limit. "
                f"Try again after {times[0] + HOUR:%H:%M:%S} UTC; operations can set SEVENSTEPS_MOST_HOLDS_AN_HOUR.",
                metadata={"case_id": case_id, "limit": str(self._most)},
            )
        times.append(now)
        self._times[case_id] = times
        if len(self._times) > CASES:
            self._times = {case: times for case, times in self._times.items() if times[-1] > now - HOUR}
