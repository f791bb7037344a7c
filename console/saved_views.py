"""Views that people have named: the address of a list of cases, for themselves or for all of their council."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa

from console.tables import views
from sevensteps.characters import normalised, trouble_with
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.service.store import Store

LONGEST_NAME = 60
MOST_VIEWS = 50
"""How many one person can have."""


@dataclass(frozen=True, slots=True)
class View:
    """A named view: whose, what it is called, and the question of the address that it stands for."""

    view_id: str
    council: str
    subject: str
    name: str
    question: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class SavedViews:
    """All that are kept."""

    store: Store

    async def of(self, council: str, subject: str) -> Sequence[View]:
        """A person's own, and those that are shared with their council, by name."""
        own = sa.or_(views.c.subject == subject, views.c.is_shared)
        query = sa.select(views).where(views.c.council == council, own).order_by(views.c.name, views.c.subject)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return [View(**row._asdict()) for row in rows]

    async def save(self, council: str, subject: str, name: str, question: str, *, is_shared: bool) -> None:
        """Keep a view. The same again changes nothing but with whom it is shared.

        Raises Faults: FIELD_INVALID (INVALID) for what is no name, VIEW_NAME_TAKEN and TOO_MANY_VIEWS (PRECONDITION).
        """
        view = View(str(uuid4()), council, subject, _checked(name), question, is_shared)
        await self.store.write(lambda connection: _save(connection, view))

    async def delete(self, council: str, subject: str, view_id: str, *, others: bool) -> None:
        """Forget a person's own view, or with `others` one that somebody shared with their council.

        Raises a Fault (NOT_FOUND, VIEW_NOT_FOUND) for one that is not theirs to forget.
        """
        theirs = sa.or_(views.c.subject == subject, sa.and_(views.c.is_shared, sa.literal(others)))
        forget = views.delete().where(views.c.view_id == view_id, views.c.council == council, theirs)
        if not await self.store.write(lambda connection: connection.execute(forget).rowcount):
            detail = "There is no such view of yours. Somebody may have deleted it already."
            raise Fault(Kind.NOT_FOUND, "VIEW_NOT_FOUND", detail)


def _save(connection: sa.Connection, view: View) -> None:
    own = sa.select(views).where(views.c.council == view.council, views.c.subject == view.subject)
    before = {row.name: row for row in connection.execute(own)}
    if same := before.get(view.name):
        if same.question != view.question:
            detail = "You have a view of this name already, of other cases. Choose another name, or delete that one."
            raise Fault(Kind.PRECONDITION, "VIEW_NAME_TAKEN", detail)
        shared = views.update().where(views.c.view_id == same.view_id).values(is_shared=view.is_shared)
        connection.execute(shared)
        return
    if len(before) >= MOST_VIEWS:
        detail = f"You have {MOST_VIEWS} views, the most that there can be. Delete one that you do not need."
        raise Fault(Kind.PRECONDITION, "TOO_MANY_VIEWS", detail)
    connection.execute(views.insert(), {name: getattr(view, name) for name in View.__slots__})


def _checked(name: str) -> str:
    shown = normalised(name)
    trouble = trouble_with(shown) or (
        f"must have at most {LONGEST_NAME} characters" if len(shown) > LONGEST_NAME else ""
    )
    if trouble:
        raise invalid(Violation("name", trouble))
    return shown
