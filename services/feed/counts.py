"""What is told of the feed as a whole: its last position, and how far each subscription is behind."""

import sqlalchemy as sa

from services.feed.domain import Subscription
from services.feed.pruning import JOB, last_done
from services.feed.store import all_subscriptions, last_position
from sevensteps.service.store import Store
from sevensteps.telemetry import series


async def observe(records: Store) -> None:
    """Set the series of the feed. Raises a Fault as the store does."""
    last, found = await records.read(_look)
    series.FEED_POSITION.set(last)
    if done := await records.read(last_done):
        series.JOB_LAST_SUCCESS.labels(JOB).set(done.timestamp())
    series.FEED_SUBSCRIPTION_LAG.clear()
    furthest: dict[tuple[str, str], int] = {}
    for each in found:  # those of one council that are called the same have one series: of who is furthest behind
        named = each.owner.council, each.name
        furthest[named] = max(furthest.get(named, 0), last - each.position)
    for named, behind in furthest.items():
        series.FEED_SUBSCRIPTION_LAG.labels(*named).set(behind)


def _look(connection: sa.Connection) -> tuple[int, list[Subscription]]:
    return last_position(connection), all_subscriptions(connection)
