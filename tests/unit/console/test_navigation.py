"""The header leads to what somebody may read, and says where they are."""

import pytest

from console.navigation import ROWS, Row, links, may
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.identity.role_groups import PEOPLE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text)
def test_each_row_needs_a_call_that_there_is(row: Row) -> None:
    """Or none; its text and its address are its own."""
    assert not row.needs or may(PEOPLE, row.needs)
    assert [each for each in ROWS if each.text == row.text or each.path == row.path] == [row]


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_a_role_is_led_to_what_it_may_read_alone(role: Role) -> None:
    """As the table of rights has it."""
    shown = {link.href for link in links({role}, "/")}
    for row in ROWS:
        service, _, method = row.needs.partition(".")
        rights = RIGHTS.get(f"/sevensteps.api.{service}.v1.{service.capitalize()}Service/{method}", PEOPLE)
        assert (row.address in shown) == (role in rights), row.text


@pytest.mark.parametrize(
    ("path", "current", "active"),
    [("/", ["Home"], []), ("/cases", ["Cases"], []), ("/cases/case-one", [], ["Cases"]), ("/cookies", [], [])],
)
def test_it_says_where_somebody_is(path: str, current: list[str], active: list[str]) -> None:
    """On a page, or below one."""
    found = list(links({Role.OPERATIONS}, path))
    assert [link.text for link in found if link.current] == current
    assert [link.text for link in found if link.active] == active
