"""Toxiproxy: links between processes that can be made slow, or cut in several ways, while they are used."""

import asyncio
import json
import subprocess
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path

from sevensteps.local.children import ending_with_parent
from sevensteps.local.ports import free_port

START_SECONDS = 15.0
ANSWER_SECONDS = 10.0


class Toxiproxy:
    """A running toxiproxy with its links, each named by whoever makes it."""

    def __init__(self, program: Path, log: Path) -> None:
        self._program = program
        self._log = log
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._spawn()
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    await self._ask("GET", "/version")
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    return

    def _spawn(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                ending_with_parent(str(self._program), "-host", "127.0.0.1", "-port", str(self._port)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it, and with it every link."""
        if self._process:
            self._process.kill()
            self._process.wait()

    async def link(self, name: str, to: str) -> str:
        """Make a link to an address; answers the address to call instead."""
        listen = f"127.0.0.1:{free_port()}"
        await self._ask("POST", "/proxies", {"name": name, "listen": listen, "upstream": to, "enabled": True})
        return listen

    async def take_down(self, name: str) -> None:
        """Cut all connections of a link, and refuse new ones."""
        await self._ask("POST", f"/proxies/{name}", {"enabled": False})

    async def bring_up(self, name: str) -> None:
        """Take connections again."""
        await self._ask("POST", f"/proxies/{name}", {"enabled": True})

    async def spoil(self, name: str, kind: str, **attributes: int) -> None:
        """Add one of toxiproxy's toxics, both ways."""
        for stream in ("upstream", "downstream"):
            toxic = {"name": f"{kind}-{stream}", "type": kind, "stream": stream, "attributes": attributes}
            await self._ask("POST", f"/proxies/{name}/toxics", toxic)

    async def mend(self, name: str, kind: str) -> None:
        """Take it away again."""
        for stream in ("upstream", "downstream"):
            await self._ask("DELETE", f"/proxies/{name}/toxics/{kind}-{stream}")

    async def _ask(self, method: str, path: str, content: Mapping[str, object] | None = None) -> None:
        await asyncio.to_thread(self._send, method, path, content)

    def _send(self, method: str, path: str, content: Mapping[str, object] | None) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"toxiproxy refuses {method} {path}: {said}")
