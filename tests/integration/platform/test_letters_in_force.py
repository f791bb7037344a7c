"""A letter that changes under an open case, a council's own, and a translation."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

import shutil
from pathlib import Path

import pytest

from integration.assessment.practice import GOOD, Practice, call
from servers.services import NOBODY, PACK, Running, run_suite
from servers.waiting import until
from sevensteps.api.documents.v1 import documents_pb2 as pb
from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceStub
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.config import POLICIES, Settings
from sevensteps.identity.actor import Role

WAS, IS = "You needed help at once, so you get it now.", "You get help at once."
LONGEST_CHECK = 60.0


async def told(running: Running, case_id: str) -> list[tuple[str, str, str]]:
    """The language, the hash of the text and all that each document of a case says."""
    reader = running.stub(DocumentsServiceStub, running.token("rita", Role.PRACTITIONER))
    found = []
    for each in (await reader.ListDocuments(pb.ListDocumentsRequest(case_id=case_id))).documents:
        wanted = pb.GetDocumentRequest(case_id=case_id, document_id=each.document_id, format=pb.DOCUMENT_FORMAT_PLAIN)
        found.append((each.language, each.text_hash, (await reader.GetDocument(wanted)).content))
    return found


async def in_force(running: Running) -> str:
    """The version of the pack that decides."""
    auditor = running.stub(ReceiptsServiceStub, running.token("aud", Role.AUDITOR, council="*"))
    (pack,) = (await auditor.GetPacksInForce(receipts_pb2.GetPacksInForceRequest())).packs
    assert not pack.refused
    return pack.hash


async def wait_for_another(running: Running, than: str) -> None:
    """Wait until another version decides."""

    async def decides() -> bool:
        return await in_force(running) != than

    await until(decides, "another version to decide", LONGEST_CHECK)


@pytest.mark.item(12)
async def test_a_case_keeps_what_it_was_told(tmp_path: Path) -> None:
    """The letter in force tells what comes; what was told stays, in every language in which the council tells it."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    own = policies / PACK / "letters"
    own.mkdir(exist_ok=True)
    national = (policies / "england" / "letters" / "next_steps.md").read_text()
    (own / "next_steps.md").write_text(national)
    welsh = national.replace("language: en", "language: cy").replace(WAS, "Roedd angen help arnoch ar unwaith.")
    (own / "next_steps.cy.md").write_text(welsh)
    settings = Settings(data=tmp_path / "data", policies=policies, pack=PACK, feed=NOBODY)
    async with run_suite("assessment", settings) as running:
        work = Practice(running)
        await work.open()
        await call(work.amy, "RecordUrgentSupport", work.on_case(GOOD["RecordUrgentSupport"]))
        before = await told(running, work.case.case_id)
        assert [language for language, _, _ in before] == ["en", "cy"]
        assert [WAS in said for _, _, said in before] == [True, False]
        assert "Roedd angen help arnoch ar unwaith." in before[1][2]

        version = await in_force(running)
        (own / "next_steps.md").write_text(national.replace(WAS, IS))
        await wait_for_another(running, version)
        await work.read()
        await call(work.amy, "RecordUrgentSupport", work.on_case(GOOD["RecordUrgentSupport"]))
        *kept, newest, translation = await told(running, work.case.case_id)
        assert kept == before
        assert IS in newest[2]
        assert newest[1] != before[0][1]
        assert translation == before[1]
