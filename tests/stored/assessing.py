"""Step 1, and the case itself: what practitioners do."""

from collections.abc import Iterable
from uuid import uuid4

from sevensteps.api.assessment.v1 import assessment_pb2, conversation_pb2, representation_pb2
from sevensteps.steps import ADULT_OUTCOMES, CARER_OUTCOMES
from stored.records import LACKED, A, Records, Request, today


def adult_facts(lacked: Iterable[str] = LACKED["adult"]) -> assessment_pb2.AdultFacts:
    """Every fact of an adult who cannot achieve these outcomes and achieves all others."""
    unable = set(lacked)
    answers = {
        outcome: assessment_pb2.OutcomeAnswers(
            cannot_unaided=outcome in unable, pain_distress_anxiety=False, endangers=False, takes_longer=False
        )
        for outcome in ADULT_OUTCOMES
    }
    return assessment_pb2.AdultFacts(
        impairment=True,
        outcomes=answers,
        significant_impact=bool(unable),
        resident=True,
        residence=assessment_pb2.RESIDENCE_HERE,
    )


def carer_facts(lacked: Iterable[str] = LACKED["carer"]) -> assessment_pb2.CarerFacts:
    """Every fact of a carer who cannot achieve these outcomes and achieves all others."""
    unable = set(lacked)
    answers = {
        outcome: assessment_pb2.OutcomeAnswers(
            cannot_unaided=outcome in unable, pain_distress_anxiety=False, endangers=False
        )
        for outcome in CARER_OUTCOMES
    }
    return assessment_pb2.CarerFacts(
        necessary_care=True,
        health_at_risk=False,
        outcomes=answers,
        significant_impact=bool(unable),
        residence=assessment_pb2.RESIDENCE_HERE,
    )


class Assessing(Records):
    """A case that is assessed, held, resumed and ended."""

    async def record_self_assessment(self) -> None:
        """What the person says."""
        await self._assess(
            assessment_pb2.RecordSelfAssessmentRequest,
            assessment_pb2.RecordSelfAssessmentResponse,
            help=assessment_pb2.SELF_ASSESSMENT_HELP_ALONE,
            own_words="I want to see people again, and to eat what I cook.",
        )

    async def consider_advocacy(self, *, difficulty: bool) -> None:
        """Whether an advocate is owed."""
        await self._assess(
            assessment_pb2.ConsiderAdvocacyRequest,
            assessment_pb2.ConsiderAdvocacyResponse,
            understanding=difficulty,
            retaining=False,
            weighing=difficulty,
            communicating=False,
            appropriate_person=False,
        )

    async def appoint_attorney(self) -> None:
        """The person cannot ask for a direct payment; an attorney, who was checked, may."""
        pb, payment = representation_pb2, representation_pb2.OWN_DECISION_REQUEST_DIRECT_PAYMENT
        await self._assess(
            pb.RecordCapacityRequest,
            pb.RecordCapacityResponse,
            decision=payment,
            assessed_on=today(),
            assessed_by="S-1",
            understands=True,
            retains=False,
            weighs=False,
            communicates=True,
            impairment=True,
            because_of_it=True,
            help_given="Talked it over with pictures.",
            because="Forgets what it is for.",
            expires_on=today(300),
        )
        await self._assess(
            pb.RecordAuthorityRequest,
            pb.RecordAuthorityResponse,
            kind=pb.AUTHORITY_KIND_ATTORNEY_HEALTH,
            reference="P-77",
            instrument="7000-1",
            covers=[payment],
            valid_from="2020-01-01",
        )
        request = pb.ListAuthoritiesRequest(case_id=self.case_id)
        listed = (await self._read(request, pb.ListAuthoritiesResponse)).authorities
        await self._assess(
            pb.CheckAuthorityRequest,
            pb.CheckAuthorityResponse,
            authority_id=listed[-1].authority_id,
            checked_on=today(),
            checked_with=pb.CHECKED_WITH_PUBLIC_GUARDIAN,
            valid=True,
        )

    async def record_urgent_support(self) -> None:
        """Needs met before the assessment."""
        await self._assess(
            assessment_pb2.RecordUrgentSupportRequest,
            assessment_pb2.RecordUrgentSupportResponse,
            needs=LACKED[self.kind],
            weekly="120.00",
            starts_on=today(),
            because="It cannot wait for the assessment.",
        )

    async def propose(self, adult: assessment_pb2.AdultFacts | None = None) -> None:
        """Propose a determination: eligible, unless other facts are given."""
        facts = {"carer": carer_facts()} if self.kind == "carer" else {"adult": adult or adult_facts()}
        await self._assess(
            assessment_pb2.ProposeDeterminationRequest,
            assessment_pb2.ProposeDeterminationResponse,
            assessed_on=today(),
            **facts,
        )

    async def talk(self) -> None:
        """What matters to the person."""
        await self._assess(
            conversation_pb2.RecordConversationRequest,
            conversation_pb2.RecordConversationResponse,
            what_matters="To see people again.",
        )

    async def confirm(self) -> None:
        """Confirm the newest determination; 0.1.0 did not ask where the adult lives whom a carer cares for."""
        await self.talk()
        determination = await self.determination()
        residence = determination.adult.residence or determination.carer.residence
        judged = "" if residence or not determination.eligible_needs else "The carer is known to live here."
        await self._assess(
            assessment_pb2.ConfirmDeterminationRequest,
            assessment_pb2.ConfirmDeterminationResponse,
            determination_id=determination.determination_id,
            reasons="As assessed together.",
            duty_because=judged,
        )

    async def give_budget(self, points: int = 16, by_practitioner: str = "") -> None:
        """Give the indicative budget."""
        await self._assess(
            assessment_pb2.GiveIndicativeBudgetRequest,
            assessment_pb2.GiveIndicativeBudgetResponse,
            points=points,
            weekly_by_practitioner=by_practitioner,
        )

    async def give_advice(self) -> None:
        """Written reasons and advice for somebody who is not eligible."""
        await self._assess(
            assessment_pb2.GiveAdviceRequest,
            assessment_pb2.GiveAdviceResponse,
            written_reasons="Two outcomes are needed, and there is one.",
            advice="A lighter hoover.",
            how_to_ask_again="Call us when something changes.",
        )

    async def place_hold(self) -> None:
        """The person goes into hospital."""
        await self._assess(
            assessment_pb2.PlaceHoldRequest,
            assessment_pb2.PlaceHoldResponse,
            reason=assessment_pb2.HOLD_REASON_HOSPITAL,
        )

    async def release_hold(self) -> None:
        """The person is back."""
        await self._assess(assessment_pb2.ReleaseHoldRequest, assessment_pb2.ReleaseHoldResponse)

    async def resume(self) -> None:
        """What had parked the journey is mended."""
        request = assessment_pb2.ResumeCaseRequest(
            request_id=str(uuid4()), case_id=self.case_id, because="The pack has the value now."
        )
        await self.town.ask("olu", self.council, request, assessment_pb2.ResumeCaseResponse)

    async def end(self, ending: str) -> None:
        """End the case."""
        await self._assess(
            assessment_pb2.EndCaseRequest,
            assessment_pb2.EndCaseResponse,
            ending=assessment_pb2.Ending.Value(f"ENDING_{ending.upper()}"),
        )

    async def _assess(self, request: Request, answer: type[A], **fields: object) -> None:
        await self._change("amy", request, answer, (await self.record()).etag, fields)
