"""Not eligible: reasons, options, who else helps, and how to ask again (s.13(5), s.24(2))."""

import pytest

from integration.assessment.contact_practice import ContactPractice
from integration.assessment.practice import NOT_ELIGIBLE
from servers.services import Running, refusal_of
from services.assessment.telling import OPTIONS_IN_WORDS
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.documents.v1 import documents_pb2
from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceStub
from sevensteps.fields import short_name
from sevensteps.identity.actor import Role
from sevensteps.plain_english import HARDEST, grade


@pytest.fixture
def work(running: Running) -> ContactPractice:
    """Amy, before she opens a case."""
    return ContactPractice(running)


def advice(*options: pb.AdviceOption.ValueType, **signposts: str) -> pb.GiveAdviceRequest:
    """Written reasons and advice, with what the person can choose from and who else helps."""
    return pb.GiveAdviceRequest(
        written_reasons="One outcome, and two are needed.",
        advice="The lunch club meets on Tuesdays.",
        how_to_ask_again="Ring us, or write.",
        options=options,
        signposts=[pb.Signpost(whereto=whereto, helps_with=what) for whereto, what in signposts.items()],
    )


async def not_eligible(work: ContactPractice) -> None:
    """Bring a case to where nothing is eligible."""
    await work.open()
    await work.propose(NOT_ELIGIBLE)
    await work.confirm()


@pytest.mark.item(31)
async def test_somebody_not_eligible_gets_options_and_signposts(work: ContactPractice) -> None:
    """With the reasons and how to ask again; read back as they were given, and told without words."""
    await not_eligible(work)
    request = advice(
        pb.ADVICE_OPTION_PLAN_WITH_OWN_MONEY, pb.ADVICE_OPTION_COMMUNITY, library="a reading group", age_uk="benefits"
    )
    await work.amy.GiveAdvice(work.on_case(request))
    [given] = (await work.amy.ListAdvice(pb.ListAdviceRequest(case_id=work.case.case_id))).advice
    assert list(given.options) == list(request.options)
    assert list(given.signposts) == list(request.signposts)
    assert (given.written_reasons, given.how_to_ask_again) == (request.written_reasons, request.how_to_ask_again)
    type_, payload = (await work.told())[-1]
    assert type_ == "advice.given.v1"
    assert (payload["options"], payload["signposts"]) == (["plan_with_own_money", "community"], 2)


@pytest.mark.item(31)
async def test_the_letter_says_what_they_can_choose_from(work: ContactPractice) -> None:
    """In plain words, with who else helps."""
    await not_eligible(work)
    await work.amy.GiveAdvice(work.on_case(advice(pb.ADVICE_OPTION_PLAN_WITH_OWN_MONEY, library="a reading group")))
    token = work.running.token("rita", Role.PRACTITIONER)
    reader = work.running.stub(DocumentsServiceStub, token)
    case_id = work.case.case_id
    documents = (await reader.ListDocuments(documents_pb2.ListDocumentsRequest(case_id=case_id))).documents
    letter = documents[-1]
    assert letter.kind == documents_pb2.DOCUMENT_KIND_ADVICE_AND_REASONS
    asked = documents_pb2.GetDocumentRequest(
        case_id=case_id, document_id=letter.document_id, format=documents_pb2.DOCUMENT_FORMAT_PLAIN
    )
    text = " ".join((await reader.GetDocument(asked)).content.split())
    assert "pay for it with your own money" in text
    assert "library: a reading group" in text


@pytest.mark.parametrize("option", sorted(set(pb.AdviceOption.values()) - {0}))
def test_every_option_has_its_words(option: pb.AdviceOption.ValueType) -> None:
    """Short ones, which anybody can read."""
    words = OPTIONS_IN_WORDS[short_name(pb.AdviceOption, option)]
    assert grade(words) <= HARDEST


@pytest.mark.item(31)
async def test_wrong_advice_is_told_by_its_fields(work: ContactPractice) -> None:
    """An option twice, one that there is not, a signpost to nowhere, and reasons that are missing."""
    await not_eligible(work)
    request = advice(pb.ADVICE_OPTION_HEALTH, pb.ADVICE_OPTION_HEALTH, pb.ADVICE_OPTION_UNSPECIFIED)
    request.signposts.add(helps_with="benefits")
    request.ClearField("written_reasons")
    fault = await refusal_of(work.amy.GiveAdvice(work.on_case(request)))
    assert {violation.field for violation in fault.violations} == {
        "options",
        "options[2]",
        "signposts[0].whereto",
        "written_reasons",
    }


async def test_advice_without_options_is_advice_all_the_same(work: ContactPractice) -> None:
    """Callers of before go on."""
    await not_eligible(work)
    await work.amy.GiveAdvice(work.on_case(advice()))
