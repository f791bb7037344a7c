"""What giving up what a parked journey asks would do, by what the service that it asks says of it."""

from services.operations.domain.prediction import Prediction
from sevensteps.asks import Ask, AskState, Confirmed
from sevensteps.temporal import ASKED, Standing

NOT_PARKED = Prediction(does=False, sentence="Its journey is not parked on anything that it asks.")


def ask_of(stands: Standing) -> Ask | None:
    """What a journey is parked on; None where it is not, or nothing was asked."""
    parked = stands.parked
    return Ask.of(parked, stands) if parked and parked.operation in ASKED else None


def predict_skip(ask: Ask, confirmed: Confirmed) -> Prediction:
    """What would happen, where the service says that now."""
    says = f"The {ASKED[ask.operation]} service says: {confirmed.sentence}"
    if confirmed.lets_go_on(ask):
        return Prediction(
            does=True, sentence=f"Its journey gives up {ask.operation} and goes on. {says}", about=ask.key
        )
    if confirmed.state is AskState.OWED:
        return Prediction(does=False, sentence=f"{ask.operation} is still owed. {says}")
    return Prediction(does=False, sentence=f"Its journey needs the answer to {ask.operation}. {says}")
