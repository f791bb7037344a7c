"""A real Prometheus with the alerts of deploy/prometheus, which asks one page for whatever it asks of the suite."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypedDict

import httpx
import pytest
import yaml

from servers.programs import HOW_TO_GET_PROMETHEUS, find_prometheus
from servers.waiting import until
from sevensteps.local.ports import free_port

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "prometheus" / "prometheus.yml"
ALERTS = CONFIGURATION.parent / "alerts"
LOOKS = 3
"""So many samples has everything before it is asked for: a rate needs two."""
PATIENCE = 180.0


class Sample(TypedDict):
    """One line of what Prometheus answers to a query."""

    metric: Mapping[str, str]
    value: tuple[float, str]


class Rule(TypedDict):
    """What Prometheus says of an alert."""

    name: str
    health: str
    lastError: str


@pytest.fixture(scope="session")
def prometheus_programs() -> Path:
    """The folder with `prometheus` and `promtool`; a test that needs it is left out where there is none."""
    folder = find_prometheus()
    if folder is None:
        pytest.skip(HOW_TO_GET_PROMETHEUS)
    return folder


class Prometheus:
    """A running server."""

    def __init__(self, port: int) -> None:
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30)

    async def query(self, expression: str) -> Sequence[Sample]:
        """What an expression is now. Fails where Prometheus cannot make sense of it."""
        response = await self._client.get("/api/v1/query", params={"query": expression})
        answer = response.json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        samples: Sequence[Sample] = answer["data"]["result"]
        return samples

    async def alerts(self) -> Sequence[Rule]:
        """Every alert that it has evaluated."""
        groups = (await self._client.get("/api/v1/rules")).json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def has_looked(self) -> bool:
        """Whether it has asked everything often enough, and has evaluated every alert."""
        try:
            answer = await self.query("min(count_over_time(sevensteps_ready[5m]))")
            evaluated = all(rule["health"] != "unknown" for rule in await self.alerts())
        except (httpx.TransportError, ValueError):  # it does not listen yet, or says in words that it is not ready
            return False
        return bool(answer) and float(answer[0]["value"][1]) >= LOOKS and evaluated

    async def close(self) -> None:
        await self._client.aclose()


@contextmanager
def page(text: str) -> Iterator[int]:
    """A page that every path of a port answers with."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running(programs: Path, folder: Path, asked: int) -> Iterator[int]:
    """Prometheus on a port of its own; whatever it would ask of the suite, it asks of port `asked`."""
    settings = yaml.safe_load(CONFIGURATION.read_text())
    settings["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    settings["rule_files"] = [f"{ALERTS}/*.yaml"]
    for job in settings["scrape_configs"]:
        job.pop("file_sd_configs", None)
        job["static_configs"] = [{"targets": [f"127.0.0.1:{asked}"]}]
    configuration = folder / "prometheus.yml"
    configuration.write_text(yaml.safe_dump(settings))
    port = free_port()
    command: list[str | Path] = [
        programs / "prometheus",
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield port
        assert process.poll() is None, (folder / "log").read_text()
    finally:
        process.kill()
        process.wait()


async def looking(port: int) -> Prometheus:
    """The server once it has looked often enough."""
    server = Prometheus(port)
    await until(server.has_looked, "Prometheus to ask everything", PATIENCE)
    return server
