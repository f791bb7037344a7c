"""The person's choices between the wire and the domain."""

from services.assessment.domain.choices import ChosenHelp, Help, Keeping, KeptService
from services.assessment.facts import LONGEST_REASON
from sevensteps.api.assessment.v1 import choices_pb2 as pb
from sevensteps.fields import Fields, moment, number_of
from sevensteps.money import pounds


def help_of(request: pb.ChooseHelpRequest, fields: Fields) -> Help:
    """Who helps in a step, and how much."""
    amount = fields.choice("amount", request.amount, pb.HelpAmount)
    if amount == "none" and request.person_id:
        fields.wrong("person_id", "must be left out: who wants no help has no helper")
    return Help(fields.choice("step", request.step, pb.HelpedStep), amount, request.person_id)


def keeping_of(request: pb.KeepServiceRequest, fields: Fields) -> Keeping:
    """A service that the person keeps."""
    return Keeping(
        reference=fields.reference("reference", request.reference),
        needs=fields.needs("needs", request.needs),
        weekly=fields.weekly("weekly", request.weekly, above_zero=True),
        because=fields.text("because", request.because, limit=LONGEST_REASON),
    )


def letting_go_of(request: pb.LetServiceGoRequest, fields: Fields) -> str:
    """Why a service may be replaced."""
    fields.given("kept_service_id", request.kept_service_id)
    return fields.text("because", request.because, limit=LONGEST_REASON)


def help_message(chosen: ChosenHelp) -> pb.Help:
    """A choice of help as it goes on the wire."""
    return pb.Help(
        step=number_of(pb.HelpedStep, chosen.help.step),
        amount=number_of(pb.HelpAmount, chosen.help.amount),
        person_id=chosen.help.person_id,
        stands=chosen.stands,
        helper_left=chosen.helper_left,
        chosen_by=chosen.chosen_by,
        chosen_at=moment(chosen.chosen_at),
    )


def kept_message(service: KeptService) -> pb.KeptService:
    """A service that the person keeps or kept, as it goes on the wire."""
    return pb.KeptService(
        kept_service_id=service.kept_service_id,
        reference=service.keeping.reference,
        needs=service.keeping.needs,
        weekly=pounds(service.keeping.weekly),
        because=service.keeping.because,
        kept_by=service.kept_by,
        kept_at=moment(service.kept_at),
        let_go_because=service.let_go_because,
        let_go_by=service.let_go_by,
        let_go_at=moment(service.let_go_at),
    )


def standing_message(service: KeptService) -> pb.StandingService:
    """What of a kept service those may know who may not move it."""
    return pb.StandingService(
        kept_service_id=service.kept_service_id,
        needs=service.keeping.needs,
        weekly=pounds(service.keeping.weekly),
    )
