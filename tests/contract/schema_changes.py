"""What a migration takes away from older code, or asks of it, as the schemas before and after show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa


@dataclass(frozen=True)
class Column:
    """A column, as it is stored."""

    kind: str
    nullable: bool
    default: str | None

    @property
    def may_be_left_out(self) -> bool:
        """Whether code that does not know it can insert a row."""
        return self.nullable or self.default is not None


@dataclass(frozen=True)
class Table:
    """A table: its columns, and what it asks of a row beyond them."""

    columns: Mapping[str, Column]
    demands: frozenset[str]


Schema = Mapping[str, Table]


def schema_of(file: Path) -> Schema:
    """The schema of a SQLite file."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        found = {name: _table(connection, name) for name in sa.inspect(connection).get_table_names()}
    engine.dispose()
    return found


def _table(connection: sa.Connection, name: str) -> Table:
    looking = sa.inspect(connection)
    columns = {
        column["name"]: Column(str(column["type"]), bool(column["nullable"]), column["default"])
        for column in looking.get_columns(name)
    }
    return Table(columns, frozenset(_demands(connection, name)))


def _demands(connection: sa.Connection, name: str) -> Iterator[str]:
    looking = sa.inspect(connection)
    yield f"primary key {looking.get_pk_constraint(name)['constrained_columns']}"
    for key in looking.get_foreign_keys(name):
        yield f"foreign key {key['constrained_columns']}"
    for unique in looking.get_unique_constraints(name):
        yield f"unique {sorted(unique['column_names'])}"
    for index in looking.get_indexes(name):
        if index["unique"]:
            yield f"unique index {index['name']}"
    for check in looking.get_check_constraints(name):
        yield f"check {check['sqltext']}"
    triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    for trigger in connection.scalars(triggers, {"name": name}):
        yield f"trigger {trigger}"


def taken_away(before: Schema, after: Schema) -> list[str]:
    """What code of before misses afterwards, or has to do that it does not know of."""
    return [said for name, table in before.items() for said in _taken_away(name, table, after.get(name))]


def _taken_away(name: str, before: Table, after: Table | None) -> Iterator[str]:
    if after is None:
        yield f"table {name} is gone"
        return
    for column, was in before.columns.items():
        now = after.columns.get(column)
        if now is None:
            yield f"column {name}.{column} is gone"
        elif now.kind != was.kind:
            yield f"column {name}.{column} is {now.kind}, was {was.kind}"
        elif was.may_be_left_out and not now.may_be_left_out:
            yield f"column {name}.{column} has to be filled"
        elif was.nullable and not now.nullable:
            yield f"column {name}.{column} may not be null"
    for column in after.columns.keys() - before.columns.keys():
        if not after.columns[column].may_be_left_out:
            yield f"column {name}.{column} is new, and has to be filled"
    yield from (f"table {name} asks for {demand}" for demand in sorted(after.demands - before.demands))
