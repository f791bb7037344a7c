"""Where each field of the changes about people, choices and the conversation stands again; see places.py."""

from collections.abc import Mapping

from integration.platform.place_names import Places, same, under

CONVERSATION = "ListConversations.conversations"
OWN_NEED = "ListOwnNeeds.needs"
PERSON = "ListPeople.people"
RESOURCE = "ListResources.resources"
HELP = "ListHelp.help"
KEPT = "ListKeptServices.services"
PERMISSION = same("may_share", "permitted_by", "shared_from", "shared_until", at=f"{PERSON}.permissions")
THIS_PERSON = same("person_id", at=PERSON)

PLACES_OF_PEOPLE: Mapping[tuple[str, str], Places] = {
    ("assessment", "RecordConversation"): {
        **same("held_on", "what_matters", "wishes", "strengths", "preferences", "aspirations", at=CONVERSATION),
        **same("wanted_outcomes", "communication_needs", "formats", "language", at=CONVERSATION),
        **under("living_goals", same("area", "goal", at=f"{CONVERSATION}.living_goals")),
    },
    ("assessment", "RefuseConversation"): {
        "refused_on": f"{CONVERSATION}.held_on",
        "because": f"{CONVERSATION}.refused_because",
    },
    ("assessment", "SayNeeds"): under("needs", same("words", "outcome", at=OWN_NEED)),
    ("assessment", "AnswerOwnNeed"): {
        **same("need_id", at=OWN_NEED),
        **same("met", "words", "answered_on", at=f"{OWN_NEED}.answers"),
    },
    ("assessment", "AddPerson"): {**same("reference", "role", "relation", "known_since", at=PERSON), **PERMISSION},
    ("assessment", "ChangePermission"): {**THIS_PERSON, **PERMISSION},
    ("assessment", "HelpThrough"): {**THIS_PERSON, "through_person_id": f"{PERSON}.helps_through"},
    ("assessment", "RemovePerson"): {**THIS_PERSON, "because": f"{PERSON}.removed_because"},
    ("assessment", "RecordResource"): same("kind", "about", at=RESOURCE),
    ("assessment", "EndResource"): same("resource_id", "ended_on", at=RESOURCE),
    ("assessment", "ChooseHelp"): same("step", "amount", "person_id", at=HELP),
    ("assessment", "KeepService"): same("reference", "needs", "weekly", "because", at=KEPT),
    ("assessment", "LetServiceGo"): {**same("kept_service_id", at=KEPT), "because": f"{KEPT}.let_go_because"},
}
