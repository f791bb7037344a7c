"""The Temporal development server as the suite uses it."""

import asyncio
import socket
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from sevensteps import journeys, temporal
from sevensteps.local.devserver import DevServer
from sevensteps.temporal import DUE_KIND, SEARCH_ATTRIBUTES


async def test_it_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    """With a file, a workflow started before the stop is there after the next start, at the same address."""
    server = DevServer(log=tmp_path / "log", data=tmp_path / "temporal.db")
    async with server:
        client = await Client.connect(server.address)
        await client.start_workflow("Waits", id="here-before", task_queue="nobody")
    async with server:
        client = await Client.connect(server.address)
        found = await client.get_workflow_handle("here-before").describe()
    assert found.workflow_type == "Waits"


async def test_it_knows_the_search_attributes_when_it_says_that_it_is_up(tmp_path: Path) -> None:
    """A journey may set every attribute from the first moment on."""
    async with DevServer(log=tmp_path / "log") as server:
        client = await Client.connect(server.address)
        known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert set(known.custom_attributes) >= {key.name for key in SEARCH_ATTRIBUTES}


async def test_a_file_of_an_earlier_version_gets_the_search_attributes_that_are_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or it would never say that it is up, and no journey could show the new one."""
    server = DevServer(log=tmp_path / "log", data=tmp_path / "temporal.db")
    with monkeypatch.context() as earlier:
        for module in (temporal, journeys):
            earlier.setattr(module, "SEARCH_ATTRIBUTES", SEARCH_ATTRIBUTES[:4])
        async with server:
            pass
    async with asyncio.timeout(30), server:
        client = await Client.connect(server.address)
        shown = TypedSearchAttributes([SearchAttributePair(DUE_KIND, "hard")])
        await client.start_workflow("Waits", id="shows", task_queue="nobody", search_attributes=shown)
        described = await client.get_workflow_handle("shows").describe()
    assert described.typed_search_attributes.get(DUE_KIND) == "hard"


async def test_a_stopped_server_has_left_its_port(tmp_path: Path) -> None:
    """Stopping waits until the server is gone, and stopping twice is harmless."""
    server = DevServer(log=tmp_path / "log")
    await server.start()
    host, port = server.address.split(":")
    await server.stop()
    await server.stop()
    assert server.pid is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
