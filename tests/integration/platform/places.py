"""For every field of every changing request, the answer of a reading call in which its value stands again.

A place is a reading call and the path of a field in its answer: `ListReceipts.advocacy.facts` are the facts in the
receipt of the decision advocacy, and * is any name. A field without a place has its reason in NOWHERE, or its name in
EVERYWHERE. Events do not count: whoever looks at a case reads its records, and the feed may be trimmed.
"""

from collections.abc import Mapping

from integration.platform.budget_story import PLACES_OF_BUDGETS
from integration.platform.place_names import Places, same, under
from integration.platform.places_of_answers import BY_ANSWERS, NOWHERE_OF_ANSWERS, PLACES_OF_ANSWERS
from integration.platform.places_of_people import PLACES_OF_PEOPLE

EVERYWHERE: Mapping[str, str] = {
    "request_id": "names the request alone: the first answer is found by it",
    "etag": "the version that was read: whatever was stored is a later one",
    "case_id": "every reading call asks for it",
}
"""Fields of all requests that no answer has to give back, by name, and why."""

LIMBS = ("cannot_unaided", "pain_distress_anxiety", "endangers", "takes_longer")
OPENED_ON = {"opened_on": "ListReceipts.deadlines.facts.started_on"}
APPOINTMENT, AUTHORITY = "ListAppointments.appointments", "ListAuthorities.authorities"
CAPACITY = "ListCapacity.capacity"
DETERMINATION = "ListDeterminations.determinations"
COMPLAINT = "ListComplaints.complaints"
ACCESS_REQUEST = "ListAccessRequests.access_requests"
CONTACT = "ListContacts.contacts"
REFUSAL = "ListRefusals.refusals"
CONCERN = "ListConcerns.concerns"
DUTY = ("residence", "charged", "means_within_limit", "asks")
FINANCES = "ListFinancialAssessments.financial_assessments"
AMOUNT = ("parts.amount", "parts.frequency")
MEANS = (
    *("born", "couple", "partner_born", "children", "capital", "disability_benefit", "disability_premium"),
    *("enhanced_disability_premium", "carer_premium", "council_arranges"),
    *(f"{name}.{each}" for name in ("income", "housing_costs", "disability_expenditure") for each in AMOUNT),
)
SERVICE = ("service_id", "kind", "cost.amount", "cost.frequency", "began")
PLAN = "GetPlan.plan"
LINE = ("line_id", "text", "needs", "use", "weekly", "necessary_override", "care_home_weeks", "direct_payment")
SPENT = ("amount", "frequency", "starts_on", "ends_on")
CHECKED = "ListReceipts.plan-check.facts"
SCHEDULE = "ListReceipts.review-schedule.facts"


def assessed(kind: str, limbs: tuple[str, ...], *names: str) -> Places:
    """The places of what is assessed of an adult or a carer."""
    of_outcomes = ("outcomes.key", *(f"outcomes.value.{limb}" for limb in limbs))
    return under(kind, same("significant_impact", *of_outcomes, *DUTY, *names, at=f"{DETERMINATION}.{kind}"))


PLACES: Mapping[tuple[str, str], Places] = {
    ("assessment", "OpenCase"): same(
        "kind", "person_reference", "another_because", "linked_case_id", at="GetCase.case"
    ),
    ("assessment", "RecordUrgentSupport"): same(
        "needs", "weekly", "starts_on", "because", at="ListUrgentSupport.urgent_support"
    ),
    ("assessment", "RecordSelfAssessment"): same("help", "own_words", at="ListSelfAssessments.self_assessments"),
    ("assessment", "ConsiderAdvocacy"): same(
        *("understanding", "retaining", "weighing", "communicating"),
        *("appropriate_person", "hospital_28_days", "care_home_8_weeks", "dispute_both_agree"),
        "advocate_best_interests",
        at="ListReceipts.advocacy.facts",
    ),
    **PLACES_OF_BUDGETS,
    **PLACES_OF_ANSWERS,
    **PLACES_OF_PEOPLE,
    ("assessment", "ProposeDetermination"): {
        **BY_ANSWERS,
        "assessed_on": f"{DETERMINATION}.decision.on",
        "adult.resident": f"{DETERMINATION}.adult.residence",
        **assessed(
            "adult",
            (*LIMBS, "not_applicable", "met_by_carer"),
            *("impairment", "care_home", "lacks_capacity", "somebody_arranges"),
        ),
        **assessed(
            "carer",
            (*LIMBS[:3], "not_applicable"),
            *("necessary_care", "health_at_risk", "care_to_adult"),
            *("adult_charged", "adult_means_within_limit", "adult_agrees", "adult_asks"),
        ),
    },
    ("assessment", "ConfirmDetermination"): {
        **same("determination_id", "reasons", "duty_because", at=DETERMINATION),
        **under("departures", same("outcome", "judgement", "because", at=f"{DETERMINATION}.departures")),
    },
    ("assessment", "GiveWrittenRecord"): same("given_on", "how", at=f"{DETERMINATION}.written"),
    ("assessment", "GiveIndicativeBudget"): same(
        "points", "weekly_by_practitioner", at="ListIndicativeBudgets.indicative_budgets"
    ),
    ("assessment", "GiveAdvice"): {
        **same("written_reasons", "advice", "how_to_ask_again", "options", at="ListAdvice.advice"),
        **under("signposts", same("whereto", "helps_with", at="ListAdvice.advice.signposts")),
        **same("given_on", "how", at=f"{DETERMINATION}.written"),
    },
    ("assessment", "PlaceHold"): {"reason": "ListActs.acts.hold_reason", "because": "ListActs.acts.because"},
    ("assessment", "ReleaseHold"): same("because", at="ListActs.acts"),
    ("assessment", "ResumeCase"): same("because", at="ListActs.acts"),
    ("assessment", "EndCase"): {
        **same("ending", "because", at="ListActs.acts"),
        "ended_on": "GetCase.case.ended_on",
    },
    ("assessment", "AssignCase"): {"team": "GetCase.case.team", "because": "ListActs.acts.because"},
    ("assessment", "EscalateCase"): same("role", "because", at="ListActs.acts"),
    ("assessment", "RecordComplaint"): same(
        *("received_on", "how", "made_by", "reference", "about", "happened_on", "late_because"), at=COMPLAINT
    ),
    ("assessment", "AcknowledgeComplaint"): {
        "complaint_id": f"{COMPLAINT}.complaint_id",
        "acknowledged_on": f"{COMPLAINT}.acts.acted_on",
    },
    ("assessment", "ExtendComplaint"): {
        **same("complaint_id", at=COMPLAINT),
        **same("agreed_until", "because", at=f"{COMPLAINT}.acts"),
        "agreed_on": f"{COMPLAINT}.acts.acted_on",
    },
    ("assessment", "ExplainComplaintDelay"): {
        **same("complaint_id", at=COMPLAINT),
        "explained_on": f"{COMPLAINT}.acts.acted_on",
        "because": f"{COMPLAINT}.acts.because",
    },
    ("assessment", "AnswerComplaint"): {
        **same("complaint_id", at=COMPLAINT),
        "answered_on": f"{COMPLAINT}.acts.acted_on",
        "outcome": f"{COMPLAINT}.acts.complaint_outcome",
        "because": f"{COMPLAINT}.acts.because",
    },
    ("assessment", "WithdrawComplaint"): {
        **same("complaint_id", at=COMPLAINT),
        "withdrawn_on": f"{COMPLAINT}.acts.acted_on",
        "because": f"{COMPLAINT}.acts.because",
    },
    ("assessment", "RecordAccessRequest"): same(
        "received_on", "how", "made_by", "reference", "about", at=ACCESS_REQUEST
    ),
    ("assessment", "ExtendAccessRequest"): {
        **same("access_request_id", at=ACCESS_REQUEST),
        "told_on": f"{ACCESS_REQUEST}.acts.acted_on",
        "because": f"{ACCESS_REQUEST}.acts.because",
    },
    ("assessment", "AnswerAccessRequest"): {
        **same("access_request_id", at=ACCESS_REQUEST),
        "answered_on": f"{ACCESS_REQUEST}.acts.acted_on",
        "outcome": f"{ACCESS_REQUEST}.acts.access_outcome",
        "because": f"{ACCESS_REQUEST}.acts.because",
    },
    ("assessment", "WithdrawAccessRequest"): {
        **same("access_request_id", at=ACCESS_REQUEST),
        "withdrawn_on": f"{ACCESS_REQUEST}.acts.acted_on",
        "because": f"{ACCESS_REQUEST}.acts.because",
    },
    ("assessment", "AssessFinances"): {
        **same("way", "reason", "assessed_on", "consent", "answers_id", at=FINANCES),
        **under("means", same(*MEANS, at=f"{FINANCES}.means")),
        **under("services", same(*SERVICE, at=f"{FINANCES}.services")),
    },
    ("assessment", "JudgeFinances"): {
        "financial_assessment_id": f"{FINANCES}.financial_assessment_id",
        **same("weekly_charge", "because", at=f"{FINANCES}.judged"),
    },
    ("assessment", "AppointAdvocate"): same("kind", "reference", "starts_on", "ends_on", "because", at=APPOINTMENT),
    ("assessment", "AcceptAppropriatePerson"): same(
        *("reference", "basis", "starts_on", "ends_on", "because", "paid_or_professional"), at=APPOINTMENT
    ),
    ("assessment", "EndAppointment"): {
        **same("appointment_id", at=APPOINTMENT),
        "ends_on": f"{APPOINTMENT}.ended_on",
        "because": f"{APPOINTMENT}.ended_because",
    },
    ("assessment", "RecordCapacity"): same(
        *("decision", "assessed_on", "assessed_by", "understands", "retains", "weighs", "communicates"),
        *("impairment", "because_of_it", "help_given", "because", "expires_on", "fluctuates"),
        at=CAPACITY,
    ),
    ("assessment", "RecordBestInterests"): {
        "capacity_id": f"{CAPACITY}.capacity_id",
        **same(
            *("decided_on", "decided_by", "consulted", "wishes", "less_restrictive", "decided", "because"),
            *("conflict_of_interest", "safeguards"),
            at=f"{CAPACITY}.best_interests",
        ),
    },
    ("assessment", "RecordAuthority"): same(
        *("kind", "reference", "instrument", "covers", "valid_from", "expires_on", "usable_with_capacity"),
        at=AUTHORITY,
    ),
    ("assessment", "CheckAuthority"): {
        "authority_id": f"{AUTHORITY}.authority_id",
        **same("checked_on", "checked_with", "valid", "because", at=f"{AUTHORITY}.checks"),
    },
    ("assessment", "RevokeAuthority"): {
        **same("authority_id", "revoked_on", at=AUTHORITY),
        "because": f"{AUTHORITY}.revoked_because",
    },
    ("assessment", "RecordOverdue"): {"clock": f"{DETERMINATION}.written.overdue_told"},
    ("assessment", "OpenAssessment"): {"round": "GetCase.case.round", **OPENED_ON},
    ("assessment", "RecordContact"): same(
        *("contacted_on", "how", "route", "made_by", "reference", "for_whom", "urgent", "about"), at=CONTACT
    ),
    ("assessment", "DecideContact"): {
        **same("contact_id", at=CONTACT),
        **same("outcome", "decided_on", "because", "whereto", "transition_on", at=f"{CONTACT}.decision"),
        "end_case": "GetCase.case.ending",
    },
    ("assessment", "RecordRefusal"): same(
        *("refused_on", "because", "lacks_capacity", "best_interests", "abuse_or_neglect"), at=REFUSAL
    ),
    ("assessment", "ReviveAssessment"): same("by", "revived_on", "because", at=f"{REFUSAL}.revival"),
    ("assessment", "RaiseConcern"): same("kinds", "danger_now", "about", "noticed_on", at=CONCERN),
    ("assessment", "DecideConcern"): {
        **same("concern_id", at=CONCERN),
        **same("enquiry", "has_needs", "at_risk", "cannot_protect", "decided_on", "because", at=f"{CONCERN}.decisions"),
    },
    ("assessment", "RecordHowItFelt"): same(
        *("step", "listened_to", "in_charge", "own_words", "answered_on"), at="ListHowItFelt.how_it_felt"
    ),
    ("planning", "OpenPlan"): {
        "council": "ListReceipts.council",
        "version": f"{PLAN}.version",
        **same("eligible_needs", "met_by_carer", "indicative_weekly", "own_money", at="GetPlanning.planning"),
        **OPENED_ON,
    },
    ("planning", "SavePlan"): {
        **same("template", "answers.key", "answers.value", "met_otherwise", "helper", "review_on", "top_up", at=PLAN),
        **same("risks_considered", "person_involved", "advocate_considered", "advice_given", at=PLAN),
        **same("lacks_capacity", "interested_involved", "complex", at=PLAN),
        **under("lines", same(*LINE, "beyond_needs", "service", *SPENT, at=f"{PLAN}.lines")),
    },
    ("planning", "SubmitPlan"): {},
    ("planning", "OpenMoney"): {
        "version": "GetPlanning.planning.periods.plan_version",
        "personal_budget_weekly": "GetPlanning.planning.personal_budget_weekly",
        **OPENED_ON,
    },
    ("planning", "ArrangeMoney"): {
        **same("kind", "weekly", "once", "payee", "payee_reference", at="GetPlan.money"),
        **under(
            "facts",
            same(
                *("has_capacity", "requests", "prohibited", "capable_with_help", "appropriate"),
                *("mca_person_supports", "best_interests", "court_order_exclusion", "nominee_agrees"),
                at="ListReceipts.direct-payment.facts",
            ),
        ),
    },
    ("planning", "OpenSupport"): {"version": "GetPlanning.planning.periods.plan_version", **OPENED_ON},
    ("planning", "ArrangeSupport"): same("kind", "needs", "starts_on", at="GetPlan.support"),
    ("planning", "StopArrangements"): {
        "arrangement_ids": "GetPlanning.planning.periods.arrangement_id",
        "last_day": "GetPlanning.planning.periods.ends_on",
    },
    ("planning", "RestartArrangements"): {
        "arrangement_ids": "GetPlanning.planning.periods.arrangement_id",
        "first_day": "GetPlanning.planning.periods.starts_on",
    },
    ("planning", "CloseCase"): {
        "ended_on": "GetPlanning.planning.periods.ends_on",
        "died": "GetPlanning.planning.periods.reason",
    },
    ("approval", "OpenApproval"): {
        "council": "ListReceipts.council",
        **same("eligible_needs", "met_by_carer", at=CHECKED),
        **same("indicative_weekly", "assessed_by", at="GetApproval.approval"),
        **OPENED_ON,
        "plan.version": "GetApproval.approval.version",
        "plan.weekly": "GetApproval.approval.personal_budget_weekly",
        "plan.once": "GetApproval.approval.personal_budget_once",
        "plan.own_money": "GetApproval.approval.own_money",
        "plan.written_by": "GetApproval.approval.written_by",
        "plan.answers.key": f"{CHECKED}.answered",
        "plan.lines.line_id": f"{CHECKED}.lines.id",
        "plan.lines.beyond_needs": f"{CHECKED}.extras.weekly",
        **under("plan.lines", same(*LINE[2:], at=f"{CHECKED}.lines")),
        **under("plan", same("template", "met_otherwise", "top_up", "risks_considered", at=CHECKED)),
        **under("plan", same("person_involved", "advocate_considered", at=CHECKED)),
        **under("plan", same("lacks_capacity", "interested_involved", at=CHECKED)),
    },
    ("approval", "ApprovePlan"): {
        **same("version", "because", at="GetApproval.approval"),
        **under("judgements", same("rule", "about", "because", at="GetApproval.approval.judgements")),
    },
    ("approval", "ReturnPlan"): same("version", "because", at="GetApproval.approval"),
    ("approval", "RestatePersonalBudget"): {},
    ("approval", "CloseCase"): {},
    ("review", "RecordSpend"): same("line_id", "amount", "spent_on", "evidence", at="ListSpending.spending"),
    ("review", "JudgeSpend"): {
        "spend_id": "ListSpending.spending.spend_id",
        **same("judgement", "because", at="ListSpending.spending.judgements"),
    },
    ("review", "CorrectSpend"): {
        "spend_id": "ListSpending.spending.corrects",
        **same("line_id", "amount", "spent_on", "evidence", "because", at="ListSpending.spending"),
    },
    ("review", "RequestReview"): same("because", at="ListReviewCalls.calls"),
    ("review", "TriggerReview"): same("trigger", at="ListReviewCalls.calls"),
    ("review", "CompleteReview"): same(
        *("achieved.key", "achieved.value", "how_it_worked", "money_used_properly", "outcome"), at="ListReviews.reviews"
    ),
    ("review", "OpenLife"): {
        "council": "ListReceipts.council",
        **same("round", "plan_version", at="GetLife.life"),
        "started_on": f"{SCHEDULE}.started_on",
        "continues": f"{SCHEDULE}.round",
        "direct_payment_since": f"{SCHEDULE}.direct_payment_started_on",
        "review_on": f"{SCHEDULE}.own_date",
        **under("in_force", same("support_since", "needs", "complex", at="GetLife.life.in_force")),
        **under("in_force.lines", same("line_id", "weekly", "once", at="GetLife.life.in_force.lines")),
    },
    ("review", "OpenReview"): {"round": "ListReviews.reviews.round", **OPENED_ON},
    ("review", "CloseCase"): {},
}
"""Where each field stands again, by service and call."""

SAID_OTHERWISE: Mapping[tuple[str, str, str], Mapping[str, str]] = {
    ("assessment", "ProposeDetermination", "adult.resident"): {"true": "here", "false": "elsewhere"},
    ("assessment", "DecideContact", "end_case"): {"true": "information_and_advice"},
    ("assessment", "RecordOverdue", "clock"): {"written_record": "true"},
    ("planning", "CloseCase", "died"): {"true": "died"},
    ("review", "OpenLife", "continues"): {"true": "1"},
}
"""What a value is called in its place, where it is not itself: life goes on after one review that changed nothing."""

OF_EARLIER_ONES: Mapping[str, str] = {"GetLife.life.round": "ListReviews.reviews.round"}
"""Places that have the newest of several, and where those before it stand."""

DATE_OF_A_STEP = (
    "the journey says that a date which reading calls answer has passed: nothing is recorded but that it was told"
)
COPY = "a copy of what planning's GetPlan answers of this version"
NOWHERE: Mapping[tuple[str, str, str], str] = {
    **NOWHERE_OF_ANSWERS,
    **{
        (service, "RecordOverdue", name): DATE_OF_A_STEP
        for service in ("assessment", "planning", "approval", "review")
        for name in ("stage", "turn", "due_on", "by_law", "ahead")
    },
    ("approval", "OpenApproval", "plan.case_id"): EVERYWHERE["case_id"],
    ("approval", "OpenApproval", "plan.state"): "a plan that is not submitted is refused",
    ("approval", "OpenApproval", "plan.answers.value"): COPY,
    ("approval", "OpenApproval", "plan.helper"): COPY,
    ("approval", "OpenApproval", "plan.lines.text"): COPY,
    ("approval", "OpenApproval", "plan.lines.service"): COPY,
    **{("approval", "OpenApproval", f"plan.lines.{name}"): COPY for name in SPENT},
    ("approval", "OpenApproval", "plan.own_weekly"): COPY,
    ("approval", "OpenApproval", "plan.own_once"): COPY,
    ("approval", "OpenApproval", "plan.review_on"): COPY,
    ("approval", "OpenApproval", "plan.advice_given"): COPY,
    ("approval", "OpenApproval", "plan.complex"): COPY,
    **{
        ("assessment", "ResumeCase", name): "asks something of the journey alone, and changes no record of the case"
        for name in ("replay", "skips", "turn")
    },
    ("assessment", "AnswerComplaint", "ombudsman_told"): "an answer that does not tell of the ombudsman is refused",
    ("assessment", "ProposeDetermination", "carer.outcomes.value.takes_longer"): "refused: it is for adults only",
    ("assessment", "ProposeDetermination", "carer.outcomes.value.met_by_carer"): "refused: it is for adults only",
}
"""Fields that no answer gives back, by service, call and path, and why."""

OF_NO_CASE: Mapping[tuple[str, str], str] = {
    ("assessment", "RecordEnquiry"): "test_contacts reads back by CountEnquiries how many there were",
}
"""Calls that are about no case, and where what they record is read back."""

ELSEWHERE: Mapping[str, str] = {
    "documents": "is in all four services: test_documents reads back by ListDocuments what was corrected, and why",
    "identity": "is about tokens and no case: test_revocations reads back by ListRevocations who revoked what, and why",
    "feed": "holds what the services tell it: tests/integration/feed reads back events and subscriptions",
    "operations": "changes no record of a case by itself: tests/integration/operations reads repairs back",
    "policy": "is about law and no case: test_publishing reads back by ListPublications and GetPack who published what",
    "publications": "settles the moment from which ListPublications says that a publication is in force",
}
"""Services whose calls this table leaves to others, and why."""
