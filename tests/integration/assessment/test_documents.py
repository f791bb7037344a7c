"""What people are told in writing: in the transaction of the decision, in every format, and corrected."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

import json
import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from integration.assessment.finance_desk import FinanceDesk
from integration.assessment.finance_requests import full, light_touch
from integration.assessment.practice import (
    ELIGIBLE,
    GOOD,
    NOT_ELIGIBLE,
    Practice,
    call,
    days_ago,
    new_id,
    new_reference,
)
from servers.services import reason_of, refusal_of
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as assessment_pb
from sevensteps.api.assessment.v1 import finances_pb2 as finances_pb
from sevensteps.api.assessment.v1 import people_pb2 as people_pb
from sevensteps.api.documents.v1 import documents_pb2 as pb
from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceStub
from sevensteps.errors import Fault, Kind
from sevensteps.events import DocumentAdded, DocumentUnwritten
from sevensteps.identity.actor import Role
from sevensteps.letters.letter import LetterRefusedError
from sevensteps.plain_english import HARDEST, grade
from sevensteps.service import documents
from sevensteps.service.tables import outbox

if TYPE_CHECKING:
    from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceAsyncStub

NEXT = pb.DOCUMENT_KIND_NEXT_STEPS
RECORD = pb.DOCUMENT_KIND_DETERMINATION_RECORD
ADVICE = pb.DOCUMENT_KIND_ADVICE_AND_REASONS
ADVOCACY = pb.DOCUMENT_KIND_ADVOCACY_DECISION
BUDGET = pb.DOCUMENT_KIND_INDICATIVE_BUDGET
FINANCES = pb.DOCUMENT_KIND_FINANCIAL_ASSESSMENT
PLAIN = pb.DOCUMENT_FORMAT_PLAIN


def reader(work: Practice, *roles: Role, council: str = "example") -> DocumentsServiceAsyncStub:
    """Somebody who reads documents of the council."""
    token = work.running.token("rita", *(roles or (Role.PRACTITIONER,)), council=council)
    return work.running.stub(DocumentsServiceStub, token)


async def listed(work: Practice) -> list[pb.Document]:
    """The documents of the case."""
    answer = await reader(work).ListDocuments(pb.ListDocumentsRequest(case_id=work.case.case_id))
    return list(answer.documents)


async def newest(work: Practice, kind: pb.DocumentKind.ValueType) -> pb.Document:
    """The newest document of a kind."""
    return next(each for each in reversed(await listed(work)) if each.kind == kind)


async def read(
    work: Practice, document: pb.Document, format_: pb.DocumentFormat.ValueType = PLAIN
) -> pb.GetDocumentResponse:
    """A document in a format."""
    request = pb.GetDocumentRequest(case_id=document.case_id, document_id=document.document_id, format=format_)
    return await reader(work).GetDocument(request)


async def told(work: Practice, type_: str) -> list[dict[str, object]]:
    """The payloads of the case's events of a type."""
    query = sa.select(outbox.c.payload).where(outbox.c.case_id == work.case.case_id, outbox.c.type == type_)
    rows = await work.running.store.read(lambda connection: connection.execute(query).scalars().all())
    return [json.loads(row) for row in rows]


def correction(document: pb.Document, because: str = "A word was wrong.", **words: str) -> pb.CorrectDocumentRequest:
    """What puts a document right."""
    return pb.CorrectDocumentRequest(
        request_id=new_id(),
        case_id=document.case_id,
        document_id=document.document_id,
        because=because,
        words=words,
    )


def break_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every letter is wrong on its line 12, as one that was published unchecked may be."""

    def refuse(name: str, text: str) -> None:
        raise LetterRefusedError(12, "'points' is undefined")

    monkeypatch.setattr(documents, "read_letter", refuse)


async def assessed(work: Practice, facts: assessment_pb.AdultFacts = ELIGIBLE) -> None:
    """A case with a confirmed determination."""
    await work.open()
    await work.propose(facts)
    await work.confirm()


@pytest.mark.item(13, 103)
async def test_a_determination_is_told_with_its_reasons(work: Practice) -> None:
    """In the practitioner's words and in the pack's sentences; with whose text it is and when it was reviewed."""
    await assessed(work)
    (record,) = await listed(work)
    assert (record.kind, record.about) == (RECORD, work.determination.determination_id)
    assert (record.language, record.letter) == ("en", "england/letters/determination_record.md")
    assert record.owner
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.reviewed_on)
    assert len(record.text_hash) == len(record.content_hash) == 64
    assert (record.written_by, record.missing_because, record.corrects) == ("amy", "", "")
    text = (await read(work, record)).content
    assert "Cannot wash or eat without help." in text
    assert "Eating and drinking.\nKeeping clean." in text
    assert "The adult is unable to achieve two or more of the ten outcomes." in text
    assert "Getting dressed: you can do this." in text
    assert "There is an eligible need that no carer meets." in text
    assert work.case.case_id in text
    (event,) = await told(work, DocumentAdded.TYPE)
    assert event == {
        "document_id": record.document_id,
        "kind": "determination_record",
        "about": work.determination.determination_id,
        "language": "en",
        "text_hash": record.text_hash,
        "reviewed_on": record.reviewed_on,
        "corrects": "",
    }


async def test_who_is_not_eligible_is_told_why_and_what_helps(work: Practice) -> None:
    """The other sentences of the same rules (s.13(5), s.24(2))."""
    await assessed(work, NOT_ELIGIBLE)
    await call(work.amy, "GiveAdvice", work.on_case(GOOD["GiveAdvice"]))
    record, advice = await listed(work)
    assert "has to be unable to achieve two or more" in (await read(work, record)).content
    text = (await read(work, advice)).content
    assert (advice.kind, advice.about) == (ADVICE, "round-1")
    for words in ("One outcome, not two.", "The lunch club.", "Ring us.", "plan with your own money"):
        assert words in text


async def test_an_indicative_budget_is_told_with_the_rows_that_gave_it(work: Practice) -> None:
    """On a row, between two, and above the table; then what comes after step 1."""
    await assessed(work)
    await work.give_budget()
    _, budget, next_ = await listed(work)
    text = (await read(work, budget)).content
    assert "about 82 pounds and 91 pence a week" in text
    assert "16 points are 82 pounds and 91 pence a week." in text
    assert (next_.kind, next_.about) == (NEXT, "money_found")
    assert "Next comes step 2, making your plan." in (await read(work, next_)).content

    await assessed(work)
    request = assessment_pb.GiveIndicativeBudgetRequest(points=20)
    await work.amy.GiveIndicativeBudget(work.on_case(request))
    between = (await read(work, await newest(work, BUDGET))).content
    assert "16 points are 82 pounds and 91 pence a week." in between
    assert "22 points are 112 pounds and 21 pence a week." in between

    await assessed(work)
    request = assessment_pb.GiveIndicativeBudgetRequest(points=500, weekly_by_practitioner="1400.00")
    await work.amy.GiveIndicativeBudget(work.on_case(request))
    above = (await read(work, await newest(work, BUDGET))).content
    assert "There is no top limit." in above
    assert "about 1400 pounds a week" in above


async def test_what_a_person_pays_is_told_with_its_working_and_the_three_numbers(work: Practice) -> None:
    """Once it is settled (s.17(6), s.26); in plain English, whichever way it was assessed."""
    await work.open()
    desk = FinanceDesk(work)
    assessed_ = await desk.assess(full())
    touch = light_touch(finances_pb.FINANCES_WAY_CLEARLY_ABOVE_LIMIT, "60000.00", consent=True)
    touch.reason = finances_pb.FINANCES_REASON_CIRCUMSTANCES
    await desk.assess(touch)
    first, second = [each for each in await listed(work) if each.kind == FINANCES]
    assert first.about == assessed_.financial_assessment_id
    text, lighter = (await read(work, first)).content, (await read(work, second)).content
    for words in (
        "You pay 131 pounds and 85 pence a week.",
        "What your savings count as each week: 4 pounds.",
        "Your care and support costs 400 pounds a week.",
        "We pay 268 pounds and 15 pence a week.",
    ):
        assert words in text
    assert "You agreed that we need not ask you for every detail." in lighter
    assert max(grade(text), grade(lighter)) <= HARDEST


async def test_advocacy_is_told_either_way(work: Practice) -> None:
    """By the sentences of the rules."""
    await work.open()
    await call(work.amy, "ConsiderAdvocacy", work.on_case(GOOD["ConsiderAdvocacy"]))
    await work.read()
    assert "We will find an advocate for you." in (await read(work, await newest(work, ADVOCACY))).content
    nothing = assessment_pb.ConsiderAdvocacyRequest(
        understanding=False, retaining=False, weighing=False, communicating=False
    )
    await work.amy.ConsiderAdvocacy(work.on_case(nothing))
    assert "We do not have to find an advocate" in (await read(work, await newest(work, ADVOCACY))).content


async def test_every_document_is_plain_english(work: Practice) -> None:
    """Grade 8 or less, with all that fills it in, whichever way it came out."""
    await work.open()
    await call(work.amy, "ConsiderAdvocacy", work.on_case(GOOD["ConsiderAdvocacy"]))
    await work.read()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    written = await listed(work)
    await assessed(work, NOT_ELIGIBLE)
    await call(work.amy, "GiveAdvice", work.on_case(GOOD["GiveAdvice"]))
    written += await listed(work)
    assert {each.kind for each in written} == {NEXT, RECORD, ADVICE, ADVOCACY, BUDGET}
    grades = {each.title: grade((await read(work, each)).content) for each in written}
    assert {title: found for title, found in grades.items() if found > HARDEST} == {}


@pytest.mark.item(12)
async def test_a_document_is_given_in_every_format(work: Practice) -> None:
    """The same content; HTML where nothing is asked for; with the merge fields that whoever sends it fills in."""
    await assessed(work)
    (record,) = await listed(work)
    types = {
        pb.DOCUMENT_FORMAT_UNSPECIFIED: "text/html",
        pb.DOCUMENT_FORMAT_HTML: "text/html",
        pb.DOCUMENT_FORMAT_LARGE_PRINT: "text/html",
        pb.DOCUMENT_FORMAT_EASY_READ: "text/html",
        pb.DOCUMENT_FORMAT_PLAIN: "text/plain",
    }
    for format_, media_type in types.items():
        answer = await read(work, record, format_)
        assert (answer.media_type, list(answer.merge_fields)) == (media_type, ["name"])
        assert answer.document == record
        assert "Cannot wash or eat without help." in answer.content
        assert ('lang="en"' in answer.content) == (media_type == "text/html")
    look = pb.GetDocumentRequest(
        case_id=record.case_id,
        document_id=record.document_id,
        size=pb.TEXT_SIZE_LARGEST,
        colours=pb.COLOUR_SCHEME_YELLOW_ON_BLACK,
        high_contrast=True,
    )
    page = (await reader(work).GetDocument(look)).content
    assert "color: #ffff00; font: 20pt" in page


async def test_a_letter_that_cannot_be_filled_in_stops_the_decision(
    work: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is on record; the reason names the letter and its line. Mended, the same request goes through."""
    await work.open()
    await work.propose()
    request = work.on_case(assessment_pb.ConfirmDeterminationRequest(reasons="Cannot wash or eat without help."))
    with monkeypatch.context() as broken:
        break_letters(broken)
        fault = await refusal_of(work.amy.ConfirmDetermination(request))
    assert (fault.kind, fault.reason) == (Kind.INTERNAL, "LETTER_REFUSED")
    assert "england/letters/determination_record.md, line 12: 'points' is undefined" in fault.detail
    assert dict(fault.metadata) == {"letter": "england/letters/determination_record.md", "line": "12"}
    assert (await work.read()).etag == request.etag
    assert await listed(work) == []
    await work.amy.ConfirmDetermination(request)
    assert [each.kind for each in await listed(work)] == [RECORD]


async def test_urgent_support_never_waits_for_a_letter(work: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is recorded, its document is told as missing, and CorrectDocument writes it once the letter is right."""
    await work.open()
    with monkeypatch.context() as broken:
        break_letters(broken)
        await call(work.amy, "RecordUrgentSupport", work.on_case(GOOD["RecordUrgentSupport"]))
    (missing,) = await listed(work)
    assert (missing.kind, missing.about) == (NEXT, "urgent_support")
    assert missing.missing_because == "line 12: 'points' is undefined"
    assert (missing.content_hash, missing.reviewed_on) == ("", "")
    (event,) = await told(work, DocumentUnwritten.TYPE)
    assert event == {
        "document_id": missing.document_id,
        "kind": "next_steps",
        "about": "urgent_support",
        "letter": "england/letters/next_steps.md",
        "line": 12,
    }
    fault = await refusal_of(read(work, missing))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "DOCUMENT_MISSING")
    assert "CorrectDocument" in fault.detail

    written = (await reader(work).CorrectDocument(correction(missing, "The letter is right now."))).document
    assert (written.corrects, written.missing_because) == (missing.document_id, "")
    text = (await read(work, written)).content
    assert "You needed help at once, so you get it now. It costs 120 pounds a week." in text
    assert (await told(work, DocumentAdded.TYPE))[-1]["corrects"] == missing.document_id


async def test_urgent_support_does_not_wait_for_a_pack_either(work: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can be used: what was to be told stays on record, and is written later."""
    await work.open()
    with monkeypatch.context() as broken:

        def refuse(*_: object) -> None:
            raise Fault(Kind.INTERNAL, "PACK_REFUSED", "It cannot be read.")

        broken.setattr(documents, "_pack", refuse)
        await call(work.amy, "RecordUrgentSupport", work.on_case(GOOD["RecordUrgentSupport"]))
    (missing,) = await listed(work)
    assert (missing.missing_because, missing.letter, missing.pack_hash) == ("PACK_REFUSED", "next_steps", "")
    ((_, line),) = [(each["letter"], each["line"]) for each in await told(work, DocumentUnwritten.TYPE)]
    assert line == 0
    written = (await reader(work).CorrectDocument(correction(missing))).document
    assert written.letter == "england/letters/next_steps.md"
    assert "You needed help at once" in (await read(work, written)).content


async def test_a_correction_is_a_new_document(work: Practice) -> None:
    """The old one stays as it is, and each names the other; what somebody wrote is put right, nothing else."""
    await assessed(work)
    (wrong,) = await listed(work)
    before = (await read(work, wrong)).content
    request = correction(wrong, "Two words were left out.", reasons="Sam cannot wash or eat without help.")
    right = (await reader(work).CorrectDocument(request)).document
    assert right == (await reader(work).CorrectDocument(request)).document, "sent again it is done once"
    assert (right.corrects, right.corrected_because) == (wrong.document_id, "Two words were left out.")
    assert (right.written_by, right.about) == ("rita", wrong.about)
    old, new = await listed(work)
    assert (old.corrected_by, new.document_id) == (right.document_id, right.document_id)
    assert (await read(work, old)).content == before
    assert "Sam cannot wash or eat without help." in (await read(work, new)).content
    assert old.content_hash == wrong.content_hash != new.content_hash

    fault = await refusal_of(reader(work).CorrectDocument(correction(wrong)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "DOCUMENT_CORRECTED")
    assert right.document_id in fault.detail


async def test_bad_fields_of_a_correction(work: Practice) -> None:
    """Each is told by its path; what is on record as it was decided cannot be put right here."""
    await assessed(work)
    (record,) = await listed(work)
    fault = await refusal_of(reader(work).CorrectDocument(pb.CorrectDocumentRequest(words={"reasons": ""})))
    assert {each.field for each in fault.violations} == {
        "request_id",
        "document_id",
        "because",
        "words[reasons]",
        "case_id",
    }
    fault = await refusal_of(reader(work).CorrectDocument(correction(record, eligible="no", nothing="x")))
    assert [each.field for each in fault.violations] == ["words[eligible]", "words[nothing]"]
    assert fault.violations[0].detail == "must be one of duty_because, reasons"
    other = correction(record)
    other.document_id = "document-of-nobody"
    fault = await refusal_of(reader(work).CorrectDocument(other))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "DOCUMENT_NOT_FOUND")


async def test_a_document_is_its_councils_alone(work: Practice) -> None:
    """Another council's people find nothing, and change nothing."""
    await assessed(work)
    (record,) = await listed(work)
    stranger = reader(work, council="elsewhere")
    answer = await stranger.ListDocuments(pb.ListDocumentsRequest(case_id=work.case.case_id))
    assert not answer.documents
    wanted = pb.GetDocumentRequest(case_id=record.case_id, document_id=record.document_id)
    for refused in (stranger.GetDocument(wanted), stranger.CorrectDocument(correction(record))):
        assert (await refusal_of(refused)).reason == "DOCUMENT_NOT_FOUND"
    for role in (Role.INTEGRATOR, Role.JOURNEY, Role.SERVICE, Role.POLICY_OFFICER):
        assert (await refusal_of(reader(work, role).GetDocument(wanted))).reason == "ROLE_LACKS_RIGHT"
    fault = await refusal_of(reader(work, Role.AUDITOR).CorrectDocument(correction(record)))
    assert fault.reason == "ROLE_LACKS_RIGHT"


async def test_bad_fields_of_reading(work: Practice) -> None:
    """Every wrong one by its path; a format that there is not, and a list that is not this one's."""
    request = pb.GetDocumentRequest(format=99, size=99, colours=99)  # type: ignore[arg-type]  # as a newer caller may
    fault = await refusal_of(reader(work).GetDocument(request))
    assert {each.field for each in fault.violations} == {"case_id", "document_id", "format", "size", "colours"}
    listing = pb.ListDocumentsRequest(case_id="case-1", page_size=-1)
    assert (await refusal_of(reader(work).ListDocuments(listing))).violations[0].field == "page_size"


async def test_documents_are_listed_in_pages(work: Practice) -> None:
    """In the order in which they were written."""
    await assessed(work)
    await work.give_budget()
    whole, token, paged = await listed(work), "", list[pb.Document]()
    while token or not paged:
        request = pb.ListDocumentsRequest(case_id=work.case.case_id, page_size=1, page_token=token)
        page = await reader(work).ListDocuments(request)
        paged += page.documents
        token = page.next_page_token
    assert paged == whole
    assert [each.kind for each in whole] == [RECORD, BUDGET, NEXT]


async def helped(work: Practice, record: pb.Document) -> str:
    """How it ends when the document is read for whoever was added to the circle last: a reason, or nothing."""
    wanted = pb.GetDocumentRequest(case_id=record.case_id, document_id=record.document_id, on_behalf_of=work.person_id)
    listing = pb.ListDocumentsRequest(case_id=record.case_id, on_behalf_of=work.person_id)
    reasons = {await reason_of(reader(work).GetDocument(wanted)), await reason_of(reader(work).ListDocuments(listing))}
    (reason,) = reasons
    return reason


@pytest.mark.item(6)
async def test_a_helper_reads_what_the_person_shares_with_them(work: Practice) -> None:
    """While they share it: not before, not after, and not what is shared besides."""
    await assessed(work)
    (record,) = await listed(work)
    documents_too = [people_pb.SHARE_SCOPE_PLAN, people_pb.SHARE_SCOPE_DOCUMENTS]
    await work.add_person(may_share=[people_pb.SHARE_SCOPE_PLAN])
    assert await helped(work, record) == "NOT_SHARED"
    await work.add_person(reference=new_reference(), may_share=documents_too)
    assert await helped(work, record) == ""
    await work.do(people_pb.RemovePersonRequest(because="They fell out."))
    assert await helped(work, record) == "NOT_SHARED"
    until_yesterday = {"shared_from": days_ago(9), "shared_until": days_ago(1)}
    await work.add_person(reference=new_reference(), may_share=documents_too, **until_yesterday)
    assert await helped(work, record) == "NOT_SHARED"
    work.person_id = "person-of-nobody"
    assert await helped(work, record) == "NOT_SHARED"


async def test_what_people_write_is_never_taken_for_the_letters_words(work: Practice) -> None:
    """Marks of letters and of HTML in it are text."""
    await work.open()
    await work.propose()
    hostile = "## You owe us £5\n- <script>alert(1)</script>\n{{ council }}"
    await work.amy.ConfirmDetermination(work.on_case(assessment_pb.ConfirmDeterminationRequest(reasons=hostile)))
    (record,) = await listed(work)
    page = (await read(work, record, pb.DOCUMENT_FORMAT_HTML)).content
    assert "<h2>You owe us" not in page
    assert "<script" not in page
    assert "{{ council }}" in page
    assert clock.day_in_words(clock.today()) in page
