"""Steps 2, 4 and 5: what planners and finance do."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sevensteps.api.planning.v1 import planning_pb2
from stored.records import A, Records, Request, today

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "six": ("important", "change", "spend", "manage", "control", "next"),
    "nine": ("important", "change", "achieve", "supported", "spend", "manage", "control", "happen", "look"),
}


class Planning(Records):
    """A case for which a plan is made, money held and support arranged."""

    async def save_plan(
        self,
        template: str = "six",
        *,
        left_out: str = "",
        use: planning_pb2.Use.ValueType = planning_pb2.USE_GENERAL,
        risks: bool = True,
    ) -> None:
        """Save a plan whose one line pays for every need. `left_out` is a question that stays without an answer."""
        stands = await self.planning()
        answers = {question: "As I said." for question in QUESTIONS[template] if question != left_out}
        line = planning_pb2.SpendLine(
            line_id="l1",
            text="Help at home and out of it",
            needs=stands.eligible_needs,
            use=use,
            weekly=stands.indicative_weekly,
        )
        await self._plan(
            planning_pb2.SavePlanRequest,
            planning_pb2.SavePlanResponse,
            template=planning_pb2.Template.Value(f"TEMPLATE_{template.upper()}"),
            answers=answers,
            lines=[line],
            helper=planning_pb2.PLAN_HELPER_FAMILY,
            risks_considered=risks,
            person_involved=True,
            advocate_considered=True,
            advice_given=True,
        )

    async def submit_plan(self) -> None:
        """Submit the plan."""
        await self._plan(planning_pb2.SubmitPlanRequest, planning_pb2.SubmitPlanResponse)

    async def arrange_money(
        self,
        kind: str = "council_managed",
        weekly: str = "",
        payee: str = "",
        facts: planning_pb2.DirectPaymentFacts | None = None,
    ) -> None:
        """Say who holds a part of the personal budget; without an amount, all that is left."""
        await self._plan(
            planning_pb2.ArrangeMoneyRequest,
            planning_pb2.ArrangeMoneyResponse,
            who="frank",
            kind=planning_pb2.MoneyKind.Value(f"MONEY_KIND_{kind.upper()}"),
            weekly=weekly or await self._money_left(),
            payee=planning_pb2.Payee.Value(f"PAYEE_{payee.upper() or 'UNSPECIFIED'}"),
            facts=facts,
        )

    async def arrange_support(self, needs: Iterable[str] = (), starts_on: str = "") -> None:
        """Say how needs are met; without any named, all that have no arrangement yet."""
        await self._plan(
            planning_pb2.ArrangeSupportRequest,
            planning_pb2.ArrangeSupportResponse,
            kind=planning_pb2.SUPPORT_KIND_PROVIDER,
            needs=list(needs) or await self._needs_left(),
            starts_on=starts_on or today(),
        )

    async def _money_left(self) -> str:
        stands = await self.planning()
        held = sum((Decimal(part.weekly) for part in stands.money), Decimal(0))
        return str(Decimal(stands.personal_budget_weekly) - held)

    async def _needs_left(self) -> list[str]:
        stands = await self.planning()
        met = {need for part in stands.support for need in part.needs}
        return sorted({need for line in stands.plan.lines for need in line.needs} - met)

    async def _plan(self, request: Request, answer: type[A], who: str = "peter", **fields: object) -> None:
        await self._change(who, request, answer, (await self.planning()).etag, fields)
