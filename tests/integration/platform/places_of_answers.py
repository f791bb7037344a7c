"""Where each field of the changes that are about questionnaires stands again; see places.py."""

from collections.abc import Mapping

from integration.platform.place_names import Places, same, under

ANSWERS = "ListAnswers.answers"
SUMMARY = f"{ANSWERS}.summary"
QUESTION = f"{ANSWERS}.questions"
COMBINED = "ListCombinedAssessments.combined"
TYPES = ("yes", "option", "chosen.options", "number", "money.amount", "money.frequency", "day", "text")
"""What an answer can be, by its type."""
THESE = {"answers_id": f"{SUMMARY}.answers_id"}
DETERMINATION = "ListDeterminations.determinations"
OF_BOTH = ("residence", "charged", "means_within_limit", "asks")
OF_ADULTS = ("care_home", "lacks_capacity", "somebody_arranges")
OF_CARERS = ("care_to_adult", "adult_charged", "adult_means_within_limit", "adult_agrees", "adult_asks")

BY_ANSWERS: Places = {
    "answers_id": f"{DETERMINATION}.answers_id",
    **under("duty", same(*OF_BOTH, at=f"{DETERMINATION}.*")),
    **under("duty", same(*OF_ADULTS, at=f"{DETERMINATION}.adult")),
    **under("duty", same(*OF_CARERS, at=f"{DETERMINATION}.carer")),
}
"""What a determination that is proposed from answers is asked with."""
PLACES_OF_ANSWERS: Mapping[tuple[str, str], Places] = {
    ("assessment", "BeginAnswers"): {
        **same("way", "wished", "helper", "because", "based_on", at=SUMMARY),
        "questionnaire": f"{SUMMARY}.questionnaire.name",
        "version": f"{SUMMARY}.questionnaire.version",
    },
    ("assessment", "SaveAnswers"): {
        **THESE,
        "answered_by": f"{QUESTION}.answered_by",
        "given.key": f"{QUESTION}.question_id",
        **under("given.value", same(*TYPES, at=f"{QUESTION}.answer")),
    },
    ("assessment", "SubmitAnswers"): THESE,
    ("assessment", "ShowAnswers"): {
        **THESE,
        "practitioner": f"{SUMMARY}.shown_to",
        "shown_on": f"{SUMMARY}.shown_on",
    },
    ("assessment", "ViewAnswers"): {
        **THESE,
        "agrees": f"{QUESTION}.question_id",
        "disagrees.key": f"{QUESTION}.question_id",
        "disagrees.value.because": f"{QUESTION}.view.because",
        **under("disagrees.value.answer", same(*TYPES, at=f"{QUESTION}.view.answer")),
    },
    ("assessment", "CombineAssessments"): {
        "with_case_id": f"{COMBINED}.consents.case_id",
        "consented_on": f"{COMBINED}.consents.consented_on",
        "other_consented_on": f"{COMBINED}.consents.consented_on",
    },
    ("assessment", "WithdrawConsent"): {
        "combination_id": f"{COMBINED}.combination_id",
        "withdrawn_on": f"{COMBINED}.consents.withdrawn_on",
    },
}
NOWHERE_OF_ANSWERS: Mapping[tuple[str, str, str], str] = {
    ("assessment", "SaveAnswers", "taken_back"): "an answer that somebody has taken back is gone",
    ("assessment", "ViewAnswers", "agrees_with_rest"): "each question says that they agree, in its view",
}
