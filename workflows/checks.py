"""What makes the worker ready: Temporal answers, the feed answers, and facts reach their journeys in time."""

from datetime import timedelta

import grpc
from temporalio.client import Client
from temporalio.service import RPCError

from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.rpc.faults import fault_of
from sevensteps.telemetry import series
from sevensteps.telemetry.clocks import skew_problem
from sevensteps.telemetry.health import Check
from workflows.delivery.feed import Feed

ANSWER = timedelta(seconds=1)
LONGEST_WAIT = 60.0
"""How many seconds a fact may wait for its journey."""


class TemporalCheck:
    """Whether Temporal answers the worker."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is connected yet."""
        self._at = settings.temporal
        self.client: Client | None = None
        """What the worker talks to Temporal by, once it is connected."""

    @property
    def check(self) -> Check:
        """What makes the worker ready, as far as Temporal does."""
        return Check("temporal", self._problem)

    async def _problem(self) -> str:
        if self.client is None:
            return (
                f"The worker waits for Temporal at {self._at}. Is it running, and was `sevensteps temporal prepare` "
                "run? The log says what is missing."
            )
        try:
            if await self.client.service_client.check_health(timeout=ANSWER):
                return ""
        except RPCError as error:
            return f"Temporal at {self._at} does not answer ({error.status.name}). Is it running? Nothing is lost."
        return f"Temporal at {self._at} says that it does not serve. Its log says why."


class FeedCheck:
    """Whether the feed answers the relay, and how far the journeys are behind it."""

    def __init__(self, feed: Feed, settings: Settings) -> None:
        """`feed` is asked."""
        self._feed = feed
        self._at = settings.internal_address("feed")
        self._skew_allowed = settings.clock_skew_seconds
        self._ahead: float | None = None

    @property
    def checks(self) -> tuple[Check, ...]:
        """What makes the worker ready, as far as the feed does."""
        return Check("feed", self._problem), Check("clock", self._skew)

    async def _problem(self) -> str:
        try:
            lag = await self._feed.lag()
        except grpc.aio.AioRpcError as error:
            self._ahead = None
            return f"The feed at {self._at} does not answer ({fault_of(error).reason}). Is it running? Nothing is lost."
        waited = max(0.0, (clock.now() - lag.oldest).total_seconds()) if lag.oldest else 0.0
        self._ahead = lag.ahead
        series.RELAY_POSITION.set(lag.position)
        series.RELAY_LAG_EVENTS.set(lag.events)
        series.RELAY_LAG_SECONDS.set(waited)
        if waited <= LONGEST_WAIT:
            return ""
        return (
            f"The oldest fact has waited {waited:.0f} seconds for its journey: the relay is behind, or one case is in "
            "trouble. The log says which, and why."
        )

    async def _skew(self) -> str:
        """By what the feed said last; where it does not answer, the check of the feed says so."""
        return "" if self._ahead is None else skew_problem(self._ahead, "the feed's", self._skew_allowed)
