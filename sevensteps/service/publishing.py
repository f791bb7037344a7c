"""What a policy officer does to a publication: it is staged and scheduled in every service, and put in force in one."""

import sqlalchemy as sa

from sevensteps import clock
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.service.publications import LONGEST_BLIND, Publication, PublishedPack, State, change, find
from sevensteps.service.tables import publications as table
from sevensteps.service.work import Work

NEWEST = (
    sa.select(table).where(table.c.pack == sa.bindparam("name"), table.c.number.is_not(None))
).order_by(table.c.number.desc()).limit(1)  # fmt: skip


def stage(work: Work, publication: Publication) -> Publication:
    """Take a publication whose packs the library has. Raises Faults: OTHER_COUNCILS_PACK, PUBLICATION_DIFFERS."""
    for pack in publication.packs:
        _confine(work.councils, work.actor, pack.pack)
    before = find(work.connection, publication.publication_id)
    if before is not None:
        if before.packs != publication.packs:
            detail = "The publication's id was used for other packs. Make a new id."
            raise Fault(Kind.PRECONDITION, "PUBLICATION_DIFFERS", detail)
        return before
    for pack in publication.packs:
        work.archive.keep(work.connection, pack.hash, "")
        row = {
            "publication_id": publication.publication_id,
            "pack": pack.pack,
            "hash": pack.hash,
            "replaces": pack.replaces,
            "published_by": publication.published_by,
            "because": publication.because,
            "published_at": publication.published_at,
            "state": State.STAGED,
            "confirmed_by": "",
        }
        work.connection.execute(table.insert(), row)
    return publication


def schedule(work: Work, publication_id: str, moment: str) -> Publication:
    """Give a publication its moment. One that is in force keeps its own.

    Raises Faults: PUBLICATION_NOT_FOUND, SCHEDULED_OTHERWISE, MOMENT_TOO_NEAR, OTHER_COUNCILS_PACK.
    """
    found = _known(work, publication_id)
    if found.state is State.IN_FORCE or found.in_force_from == moment:
        return found
    if found.state is State.SCHEDULED:  # the register may have put it in force from then, and this service not know it
        detail = "The publication is scheduled for another moment. Wait until that has passed, then schedule it again."
        raise Fault(Kind.PRECONDITION, "SCHEDULED_OTHERWISE", detail)
    _ensure_ahead(moment)
    change(work.connection, publication_id, "", state=State.SCHEDULED, in_force_from=moment)
    return _known(work, publication_id)


def put_in_force(work: Work, publication_id: str, moment: str) -> Publication:
    """Put a publication in force in the register. One that is in force from that moment is answered as it is.

    Raises Faults: PUBLICATION_NOT_FOUND, OTHER_COUNCILS_PACK, SECOND_PERSON_NEEDED, PACK_CHANGED, MOMENT_TOO_NEAR,
        MOMENT_PASSED.
    """
    found = _known(work, publication_id)
    if (found.state, found.in_force_from) == (State.IN_FORCE, moment):
        return found
    second = work.actor.subject != found.published_by
    if needs_second_person(work.councils, found) and not second:
        detail = "A council lets two people publish its packs, and you are the first. Somebody else has to confirm it."
        raise Fault(Kind.DENIED, "SECOND_PERSON_NEEDED", detail)
    numbers = {pack.pack: _number(work, pack, moment) for pack in found.packs}
    changes = {"state": State.IN_FORCE, "confirmed_by": work.actor.subject if second else ""}
    _ensure_ahead(moment)  # so every service stored its schedule as long before, and every instance has seen it
    if not change(work.connection, publication_id, moment, **changes):
        detail = "The moment has passed, or the publication is scheduled for another one. Schedule it again."
        raise Fault(Kind.PRECONDITION, "MOMENT_PASSED", detail)
    for pack, number in numbers.items():
        row = (table.c.publication_id == publication_id, table.c.pack == pack)
        work.connection.execute(table.update().where(*row).values(number=number))
    return _known(work, publication_id)


def needs_second_person(councils: Councils, publication: Publication) -> bool:
    """Whether a council for which one of the packs decides lets two people publish."""
    return any(council.publishing_needs_two for pack in publication.packs for council in councils.decided_by(pack.pack))


def _ensure_ahead(moment: str) -> None:
    if moment < clock.as_text(clock.now() + LONGEST_BLIND):
        detail = "in_force_from must be half a second ahead when it arrives here. Send a later one."
        raise Fault(Kind.PRECONDITION, "MOMENT_TOO_NEAR", detail)


def _confine(councils: Councils, actor: Actor, pack: str) -> None:
    """Raise a Fault unless every council for which a pack decides is the actor's."""
    decided = councils.decided_by(pack)
    beyond = not decided or pack == councils.former_pack
    if actor.council != EVERY_COUNCIL and (beyond or any(not actor.may_see(council.name) for council in decided)):
        detail = (
            f"Pack {pack} decides for other councils than yours, too. A policy officer of all of them publishes it."
        )
        raise Fault(Kind.DENIED, "OTHER_COUNCILS_PACK", detail)


def _known(work: Work, publication_id: str) -> Publication:
    found = find(work.connection, publication_id)
    if found is None:
        detail = "There is no such publication here. Stage it in every service first."
        raise Fault(Kind.NOT_FOUND, "PUBLICATION_NOT_FOUND", detail)
    for pack in found.packs:
        _confine(work.councils, work.actor, pack.pack)
    return found


def _number(work: Work, pack: PublishedPack, moment: str) -> int:
    """Where a pack stands among its publications. Raises a Fault where it replaces another than the newest of them."""
    newest = work.connection.execute(NEWEST, {"name": pack.pack}).first()
    current = newest.hash if newest else work.archive.library.in_force().get(pack.pack, "")
    if pack.replaces != current or (newest and newest.in_force_from >= moment):
        detail = (
            f"Another version of pack {pack.pack} is in force than the one that this was compared with. Publish again."
        )
        raise Fault(Kind.ABORTED, "PACK_CHANGED", detail)
    return newest.number + 1 if newest else 1
