"""Who may make which call of step 1 and of the case itself, by service of the package."""

from collections.abc import Iterable, Mapping

from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import (
    ABLE_TO_RAISE,
    ANSWERING,
    ANYBODY,
    ASSESSING,
    CASEWORK,
    CHARGING,
    JOURNEY,
    MANAGING,
    MONEY,
    PLANNING,
    RECEIVING,
    RECORDS,
    SPEAKING_WITH,
)

Table = Mapping[str, Iterable[Role]]

ANSWERS = CASEWORK | {Role.FINANCE}
"""Who writes down what people answer, and reads it; the finance team does so of finances alone."""

ASSESSMENT: Table = {
    "OpenCase": ASSESSING,
    "GetCase": ANYBODY | {Role.SERVICE},
    "ListCases": ANYBODY,
    "RecordUrgentSupport": ASSESSING,
    "RecordSelfAssessment": ASSESSING,
    "ConsiderAdvocacy": ASSESSING,
    "ProposeDetermination": ASSESSING,
    "ConfirmDetermination": ASSESSING,
    "GiveIndicativeBudget": ASSESSING,
    "GiveWrittenRecord": ASSESSING,
    "GiveAdvice": ASSESSING,
    "GetDetermination": ANYBODY,
    "ListSelfAssessments": CASEWORK,
    "ListUrgentSupport": RECORDS,
    "ListDeterminations": RECORDS,
    "ListIndicativeBudgets": RECORDS,
    "ListAdvice": RECORDS,
    "PlaceHold": ASSESSING | {Role.OPERATIONS},
    "ReleaseHold": ASSESSING | {Role.OPERATIONS},
    "ResumeCase": {Role.OPERATIONS},
    "EndCase": ASSESSING | {Role.OPERATIONS} | JOURNEY,
    "AssignCase": ASSESSING | MANAGING | {Role.OPERATIONS},
    "EscalateCase": RECEIVING,
    "ListActs": ANYBODY,
    "RecordComplaint": RECEIVING,
    "AcknowledgeComplaint": RECEIVING,
    "ExtendComplaint": RECEIVING,
    "ExplainComplaintDelay": RECEIVING,
    "AnswerComplaint": ANSWERING,
    "WithdrawComplaint": RECEIVING,
    "ListComplaints": RECORDS,
    "RecordAccessRequest": RECEIVING,
    "ExtendAccessRequest": RECEIVING,
    "AnswerAccessRequest": RECEIVING,
    "WithdrawAccessRequest": RECEIVING,
    "ListAccessRequests": RECORDS,
    "RecordOverdue": JOURNEY,
    "OpenAssessment": JOURNEY,
    "GetCouncil": ANYBODY,
}

CONVERSATION: Table = {
    "RecordConversation": ASSESSING,
    "RefuseConversation": ASSESSING,
    "ListConversations": CASEWORK,
    "SayNeeds": SPEAKING_WITH,
    "AnswerOwnNeed": SPEAKING_WITH,
    "ListOwnNeeds": CASEWORK,
}

PEOPLE_AROUND: Table = {
    "AddPerson": SPEAKING_WITH,
    "ChangePermission": SPEAKING_WITH,
    "HelpThrough": SPEAKING_WITH,
    "RemovePerson": SPEAKING_WITH,
    "ListPeople": RECORDS,
    "GetPermission": RECORDS | {Role.SERVICE},
    "RecordResource": SPEAKING_WITH,
    "EndResource": SPEAKING_WITH,
    "ListResources": CASEWORK,
}

CHOICES: Table = {
    "ChooseHelp": SPEAKING_WITH,
    "ListHelp": RECORDS,
    "KeepService": SPEAKING_WITH,
    "LetServiceGo": SPEAKING_WITH,
    "ListKeptServices": CASEWORK,
    "GetKeptServices": RECORDS | {Role.SERVICE},
}

CONTACTS: Table = {
    "RecordContact": RECEIVING,
    "DecideContact": ASSESSING,
    "ListContacts": RECORDS,
    "RecordEnquiry": RECEIVING,
    "CountEnquiries": RECORDS,
}

ROUNDS: Table = {
    "RecordRefusal": ASSESSING,
    "ReviveAssessment": ASSESSING,
    "ListRefusals": RECORDS,
    "GetRoundComparison": RECORDS,
}

SAFEGUARDING: Table = {
    "RaiseConcern": ABLE_TO_RAISE,
    "DecideConcern": ASSESSING | MANAGING,
    "ListConcerns": CASEWORK,
}

FEELINGS: Table = {
    "RecordHowItFelt": RECEIVING,
    "ListHowItFelt": CASEWORK,
    "CountHowItFelt": RECORDS,
}

BUDGETS: Table = {
    "RecordStream": PLANNING | MONEY,
    "ChangeStream": PLANNING | MONEY,
    "EndStream": PLANNING | MONEY,
    "ListStreams": RECORDS,
    "GetIndividualBudget": RECORDS,
    "OfferBudget": PLANNING,
    "ListOffers": RECORDS,
    "CountOffers": RECORDS,
    "PlanWithOwnMoney": ASSESSING,
    "ListOwnMoney": RECORDS,
}

FINANCES: Table = {
    "AssessFinances": CHARGING,
    "JudgeFinances": CHARGING,
    "GetFinancialAssessment": RECORDS | {Role.SERVICE},
    "ListFinancialAssessments": RECORDS,
    "ListFinancesDue": RECORDS,
}
REPRESENTATION: Table = {
    "AppointAdvocate": SPEAKING_WITH,
    "AcceptAppropriatePerson": SPEAKING_WITH,
    "EndAppointment": SPEAKING_WITH,
    "ListAppointments": RECORDS,
    "RecordCapacity": SPEAKING_WITH,
    "RecordBestInterests": SPEAKING_WITH,
    "ListCapacity": CASEWORK,
    "RecordAuthority": SPEAKING_WITH | {Role.FINANCE},
    "CheckAuthority": SPEAKING_WITH | {Role.FINANCE},
    "RevokeAuthority": SPEAKING_WITH | {Role.FINANCE},
    "ListAuthorities": RECORDS,
    "GetRepresentation": ANYBODY - {Role.INTEGRATOR} | {Role.SERVICE},
}
QUESTIONNAIRES: Table = {
    "ListQuestionnaires": RECORDS,
    "GetQuestionnaire": RECORDS,
    "BeginAnswers": ANSWERS,
    "SaveAnswers": ANSWERS,
    "SubmitAnswers": ANSWERS,
    "ShowAnswers": ANSWERS,
    "ViewAnswers": ASSESSING,
    "GetAnswers": ANSWERS,
    "ListAnswers": ANSWERS,
    "CombineAssessments": ASSESSING,
    "WithdrawConsent": CASEWORK,
    "ListCombinedAssessments": RECORDS,
}

STEP_ONE: Mapping[str, Table] = {
    "Assessment": ASSESSMENT,
    "Conversation": CONVERSATION,
    "People": PEOPLE_AROUND,
    "Choices": CHOICES,
    "Contacts": CONTACTS,
    "Rounds": ROUNDS,
    "Safeguarding": SAFEGUARDING,
    "Feelings": FEELINGS,
    "Budgets": BUDGETS,
    "Finances": FINANCES,
    "Representation": REPRESENTATION,
    "Questionnaires": QUESTIONNAIRES,
}
"""Each service of the package, by its name without `Service`."""
