"""`python -m services.feed.prune [--dry-run] [--json]`: drop the events of cases that ended long ago, or say which."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import timedelta

from services.feed.pruning import Found, find, prune
from sevensteps import clock, log, program
from sevensteps.config import Settings, SettingsError
from sevensteps.encryption.certificates import COMMAND_LINE
from sevensteps.encryption.folder import certificates_in
from sevensteps.errors import Fault, Kind
from sevensteps.service.opening import open_store
from sevensteps.service.postgres_store import PostgresStore
from sevensteps.service.schemas import Records
from sevensteps.service.store import Store

DRY_RUN, JSON = "--dry-run", "--json"


async def main(settings: Settings, arguments: Sequence[str] = ()) -> None:
    """Do it, or say what would be done, in a sentence or as JSON. The feed may run meanwhile. Raises Faults."""
    schema = await Records.of(settings).schema("feed")
    if not schema.is_newest:
        detail = f"The feed's records are not as this version expects them: {schema.says}. Start the feed first."
        raise Fault(Kind.PRECONDITION, "RECORDS_BEHIND", detail)
    records = _opened(settings)
    kept = timedelta(days=settings.feed_days)
    try:
        dry = DRY_RUN in arguments
        found = await find(records, clock.now() - kept) if dry else await prune(records, kept, again=True)
    finally:
        await records.close()
    if found is None:
        raise Fault(Kind.UNAVAILABLE, "PRUNING_UNDER_WAY", "The feed is dropping old events already. Try again later.")
    sys.stdout.write(_as_json(found, dry=dry) if JSON in arguments else _in_words(found, dry=dry))


def _opened(settings: Settings) -> Store:
    if not settings.database:
        return open_store("", settings.data, "feed")
    certificates = certificates_in(settings.database_certificates, COMMAND_LINE)
    return PostgresStore(settings.database_url(), "feed", certificates)


def _as_json(found: Found, *, dry: bool) -> str:
    about = {
        "dry_run": dry,
        "before": clock.as_text(found.before),
        "up_to": found.up_to,
        "cases": len(found.cases),
        "events": found.events,
        "held_back": found.held_back,
    }
    return json.dumps(about, indent=2) + "\n"


def _in_words(found: Found, *, dry: bool) -> str:
    verb = "Would drop" if dry else "Dropped"
    day = clock.day_in_words(found.before.date())
    cases = f"{len(found.cases):,} ended {'case' if len(found.cases) == 1 else 'cases'}"
    words = f"{verb} {found.events:,} events of {cases}, whose last event was before {day}.\n"
    if found.held_back:
        words += (
            f"Nothing after position {found.up_to:,} can go, because a subscription has not read it: `sevensteps "
            "subscriptions` says which.\n"
        )
    return words


def _run() -> None:
    try:
        settings = Settings.from_environment()
        log.configure(settings.log, "prune")
        asyncio.run(main(settings, sys.argv[1:]))
    except (Fault, SettingsError) as error:
        sys.exit(getattr(error, "detail", str(error)))


if __name__ == "__main__":
    program.run(_run)
