"""The assessment service on both databases, started once a file of tests, and a practitioner to talk to it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from integration.assessment.practice import Practice
from servers.postgres import PostgresServer
from servers.services import NOBODY, PACK, Running, run_suite
from sevensteps.config import Settings


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The service. Tests share it: each has cases of its own."""
    database = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.create_database(f"assessment_{uuid4().hex}")
    async with run_suite(
        "assessment", Settings(data=tmp_path_factory.mktemp("assessment"), database=database, pack=PACK, feed=NOBODY)
    ) as service:
        yield service


@pytest.fixture
def work(running: Running) -> Practice:
    """Amy, before she opens a case."""
    return Practice(running)
