"""The program in docs/alerts.md that mails what is stuck."""

import asyncio
import sys
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from docs.pages import ROOT
from servers.stuck import BEGAN, find, no_worker, parked
from services.operations.alerts.alert_command import AlertCommand
from services.operations.alerts.alerting import Alerting
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store

PAGE = ROOT / "docs" / "alerts.md"
PAUSE = timedelta(minutes=15)


class MailServer:
    """Takes mails, as much as the program needs of SMTP."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.to: list[str] = []
        self.mail = b""

    @property
    def subject(self) -> str:
        """Of the last mail."""
        return str(message_from_bytes(self.mail, policy=policy.default)["Subject"])

    @property
    def text(self) -> str:
        """Of the last mail."""
        return str(message_from_bytes(self.mail, policy=policy.default).get_payload())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        writer.write(b"220 council.example\r\n")
        while line := await reader.readline():
            said = line.decode().strip()
            if said == "data":
                writer.write(b"354 go on\r\n")
                self.mail = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
            elif said.startswith("rcpt"):
                self.to.append(said.split("<")[1].split(">")[0])
            writer.write(b"221 bye\r\n" if said == "QUIT" else b"250 well\r\n")
        writer.close()


async def test_the_program_mails_what_is_stuck_and_what_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the addresses that are its arguments: each cause with its cases, and what to do."""
    program = tmp_path / "mail-what-is-stuck.py"
    program.write_text(PAGE.read_text().split("```python mail\n")[1].split("```")[0])
    server = MailServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    monkeypatch.setenv("MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("MAIL_PORT", str(listening.sockets[0].getsockname()[1]))
    await asyncio.to_thread(upgrade, "operations", "", tmp_path)
    records = open_store("", tmp_path, "operations")
    command = AlertCommand([sys.executable, str(program), "it@council.example", "desk@council.example"])
    alerting = Alerting(records, command, PAUSE)
    try:
        await find(records, BEGAN, parked("case-1"), parked("case-2"), no_worker())
        await alerting.alert(BEGAN)
        assert server.to == ["it@council.example", "desk@council.example"]
        assert server.subject == "Seven Steps: 2 newly stuck, 0 mended"
        assert "Stuck: OpenPlan was refused (PACK_REFUSED). (2 cases; the first: case-1)" in server.text
        assert "Put right what was refused. Then resume the case." in server.text
        await find(records, BEGAN, no_worker())
        await alerting.alert(BEGAN + PAUSE)
        assert server.subject == "Seven Steps: 0 newly stuck, 1 mended"
        assert "Mended: OpenPlan was refused (PACK_REFUSED). (2 cases)" in server.text
    finally:
        listening.close()
        await listening.wait_closed()
        await records.close()
