"""Saving a questionnaire of 120 questions in one call, compared with a bare change: a record with its event."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

import grpc

from bench.call import Caller, assessment_serving, rounds_of
from bench.figure import Figure
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.api.assessment.v1 import questionnaires_pb2_grpc as pb_grpc
from sevensteps.config import Settings

QUESTIONS = 120
MOST = 3.0
HEAD = """\
questionnaire: long
title: A long one
purpose: council_led
decision: eligibility
owner: The bench
reviewed on: 2026-11-01
reference: "Care Act 2014 s.9"
introduction: It is as long as they come.
answered by: [practitioner]
sections:
  - section: life
    title: Your life
    questions:
"""
"""What a questionnaire has before its questions."""
EVERYTHING = pb.SaveAnswersRequest(
    answered_by=pb.ANSWERER_PRACTITIONER, given={f"q{number}": pb.Answer(yes=True) for number in range(QUESTIONS)}
).SerializeToString()
"""An answer to every question. Made once: what it costs to say it is not measured."""


def _questions() -> str:
    """Each of the last is asked after one of the first, as in those that people fill in."""
    first = QUESTIONS * 2 // 3
    asked = (f", when: {{q{number - first}: true}}" if number >= first else "" for number in range(QUESTIONS))
    return "".join(
        f'      - {{question: q{number}, type: yes_no, asks: "Is it so?"{when}}}\n' for number, when in enumerate(asked)
    )


class _Form:
    """Somebody who fills in the long questionnaire, one case after another."""

    def __init__(self, called: grpc.aio.Channel, cases: Caller) -> None:
        self._questionnaires = pb_grpc.QuestionnairesServiceStub(called)
        self._cases = cases
        self._begun: list[pb.AnswersSummary] = []

    async def begin(self, _: int) -> None:
        case = self._cases.opened()
        request = pb.BeginAnswersRequest(request_id=str(uuid4()), case_id=case.case_id, etag=case.etag)
        request.questionnaire, request.way = "long", pb.ASSESSMENT_WAY_COUNCIL_LED
        self._begun.append((await self._questionnaires.BeginAnswers(request)).answers)

    async def save(self, _: int) -> None:
        answers = self._begun.pop()
        request = pb.SaveAnswersRequest.FromString(EVERYTHING)
        request.request_id, request.etag = str(uuid4()), answers.etag
        request.case_id, request.answers_id = answers.case_id, answers.answers_id
        await self._questionnaires.SaveAnswers(request)


def _with_the_long_one(folder: Path) -> Path:
    """The policies, and the long questionnaire among them."""
    policies = folder / "policies"
    shutil.copytree(Settings().policies, policies)
    (policies / "england" / "questionnaires" / "long.yaml").write_text(HEAD + _questions())
    return policies


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Time a bare change and the saving of 120 answers in turn, so that disturbances affect both alike."""
    with tempfile.TemporaryDirectory() as folder:
        policies = await asyncio.to_thread(_with_the_long_one, Path(folder))
        say("the pack with the long questionnaire is checked first ...")
        async with assessment_serving(database, policies=policies) as called:
            cases = Caller(called)
            form = _Form(called, cases)
            rounds = await rounds_of(cases.open_case, cases.record, cases.open_case, form.begin, form.save)
    ratio = median(saved / bare for _, bare, _, _, saved in rounds)
    own = median(saved for *_, saved in rounds)
    figure = f"{ratio:.1f} times ({own:.1f} ms)"
    return [Figure(f"{QUESTIONS} answers saved, p50 against a bare change", figure, f"less than {MOST:g}")]
