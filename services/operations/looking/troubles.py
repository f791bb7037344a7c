"""What is wrong with the parts of the suite, look by look: what is so for a moment only is not told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from services.operations.domain import parts as told
from services.operations.domain.finding import Finding
from services.operations.looking.journeys import HowRead, Worker
from services.operations.looking.parts import PartsSeen, Process
from sevensteps.api.feed.v1.feed_pb2 import Subscription

SILENT = timedelta(seconds=10)
"""How long a part does not answer before it is told: it may just be started again."""
STANDS_STILL = timedelta(seconds=30)
"""How long no event reaches a journey although some wait."""
READER_LATE = timedelta(days=1)
"""How long another system may not read, although events wait for it."""
JOURNEYS = "journeys"
"""The subscription by which the worker brings events to the journeys."""


class Lasting:
    """Since when each of several things has been so, without a look at which it was not."""

    def __init__(self) -> None:
        """Nothing is so."""
        self._since: dict[str, datetime] = {}

    def note(self, names: Iterable[str], now: datetime) -> Mapping[str, datetime]:
        """Note what is so now. Answers since when."""
        self._since = {name: self._since.get(name, now) for name in names}
        return self._since


class Troubles:
    """Tells what is wrong with the parts, from what each look has seen."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._silent = Lasting()
        self._still = Lasting()
        self.head: int | None = None
        """The feed's last position at the last look; None where it was never told."""

    def of(
        self, seen: PartsSeen, worker: Worker | None, how_many_open: int, now: datetime
    ) -> tuple[Sequence[Finding], bool]:
        """What is wrong, and whether something else may be that has to last a moment longer to be told.

        `worker` is None where Temporal does not answer.
        """
        parts = {_key(process): process for process in seen.silent}
        if worker is None:
            parts[told.TEMPORAL] = Process(told.TEMPORAL)
        is_missing = worker is not None and not worker.runs
        silent = self._silent.note([*parts, *([told.WORKER] if is_missing else [])], now)
        lasting = {name: since for name, since in silent.items() if now - since >= SILENT}
        found = [
            told.silent(parts[name].service, parts[name].address, since)
            for name, since in lasting.items()
            if name in parts
        ]
        if worker and told.WORKER in lasting:
            found.append(told.worker_missing(lasting[told.WORKER], worker.asked_at, how_many_open, worker.release))
        found += self._of_events(seen, now, worker_runs=worker is not None and worker.runs)
        found += _of_packs(seen, now)
        return found, len(lasting) < len(silent)

    def _of_events(self, seen: PartsSeen, now: datetime, *, worker_runs: bool) -> Iterator[Finding]:
        yield from (told.outbox_stuck(service, now) for service in sorted(seen.held_back))
        subscriptions = seen.subscriptions or ()
        self.head = max((each.position + each.lag for each in subscriptions), default=self.head)
        waiting = [str(each.position) for each in subscriptions if _is_relays(each) and each.lag]
        since = self._still.note(waiting, now)
        if worker_runs and any(now - at >= STANDS_STILL for at in since.values()):
            yield told.relay_stuck(min(since.values()))
        for each in subscriptions:
            last_seen = each.last_seen.ToDatetime(tzinfo=UTC)
            if each.subject and each.lag and each.HasField("last_seen") and now - last_seen > READER_LATE:
                yield told.reader_late(each.subject, each.name, last_seen, each.lag)


def how_read(seen: PartsSeen) -> HowRead:
    """How the feed is read for the journeys, as far as it says: it says nothing of one that is empty."""
    relays = [each for each in seen.subscriptions or () if _is_relays(each)]
    by_somebody = not relays or any(each.reader for each in relays)
    return HowRead(by_somebody, max((each.position for each in relays), default=0))


def _is_relays(subscription: Subscription) -> bool:
    return subscription.name == JOURNEYS and not subscription.subject


def _of_packs(seen: PartsSeen, now: datetime) -> Iterator[Finding]:
    for service, packs in seen.packs.items():
        for pack in packs:
            if pack.refused:
                yield told.pack_refused(pack.pack, service, now, decides=bool(pack.hash))


def _key(process: Process) -> str:
    return f"{process.service} at {process.address}" if process.address else process.service
