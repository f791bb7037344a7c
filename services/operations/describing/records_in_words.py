"""What services have on record of a case, as it is told with the case: decisions, money and reviews."""

from collections.abc import Iterator

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.case_history.decided import RuleSaid, decided
from sevensteps.case_history.words import Words
from sevensteps.fields import number_of, short_name
from sevensteps.policy.model.values_in_words import plain


def decision_message(service: str, receipt: receipts_pb2.Receipt, words: Words) -> pb.CaseDecision:
    """A decision in words, from its receipt."""
    told = decided(receipt.receipt, words)
    return pb.CaseDecision(
        receipt_id=receipt.receipt_id,
        service=service,
        decision=receipt.decision,
        answer=told.answer,
        decided_at=receipt.decided_at,
        actor=receipt.actor,
        law_of=told.law_of,
        pack=told.pack,
        why=map(_rule_message, told.why),
        why_not=map(_rule_message, told.why_not),
        missing=told.missing,
    )


def _rule_message(said: RuleSaid) -> pb.RuleSaid:
    return pb.RuleSaid(rule=said.rule, answer=said.answer, sentence=said.sentence, law=said.law)


def add_planning(money: pb.CaseMoney, planning: planning_pb2.Planning) -> None:
    """Tell the budgets, and who holds the money."""
    money.indicative_weekly = planning.indicative_weekly
    money.personal_budget_weekly = planning.personal_budget_weekly
    money.arrangements.extend(_arrangements(planning))


def _arrangements(planning: planning_pb2.Planning) -> Iterator[pb.CaseArrangement]:
    periods = {each.arrangement_id: each for each in planning.periods}
    nothing = planning_pb2.Period()
    for held in planning.money:
        kind, payee = short_name(planning_pb2.MoneyKind, held.kind), short_name(planning_pb2.Payee, held.payee)
        period = periods.get(held.arrangement_id, nothing)
        yield pb.CaseArrangement(
            arrangement_id=held.arrangement_id,
            what=plain(f"{kind} to {payee}" if held.payee else kind),
            weekly=held.weekly,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
        )
    for support in planning.support:
        kind = short_name(planning_pb2.SupportKind, support.kind)
        period = periods.get(support.arrangement_id, nothing)
        yield pb.CaseArrangement(
            arrangement_id=support.arrangement_id,
            what=plain(f"{kind} for {', '.join(support.needs)}"),
            starts_on=period.starts_on or support.starts_on,
            ends_on=period.ends_on,
        )


def add_life(told: pb.DescribeCaseResponse, life: review_pb2.Life) -> None:
    """Tell what was spent, and when the case is reviewed."""
    told.money.spent, told.money.not_agreed = life.spent, life.not_agreed
    told.money.spends_to_judge = life.spends_to_judge
    reviews = told.reviews
    reviews.under_way = life.state == review_pb2.LIFE_STATE_UNDER_REVIEW
    if life.state == review_pb2.LIFE_STATE_CLOSED:
        return
    reviews.due_on = life.due_on if reviews.under_way else life.review_due
    kind = short_name(review_pb2.DueKind, life.due_kind) if not reviews.under_way and life.due_kind else "soft"
    reviews.due_kind = number_of(pb.DueKind, kind)
    reviews.law_due = life.law_due


def review_message(review: review_pb2.Review) -> pb.CaseReview:
    """A review that is done: that it was, and what came of it. What people wrote stays where it is."""
    return pb.CaseReview(
        round=review.round,
        completed_on=review.completed_on,
        completed_by=review.completed_by,
        outcome=plain(short_name(review_pb2.ReviewOutcome, review.outcome)),
    )
