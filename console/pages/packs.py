"""The packs by which cases are decided: which version decides for each council, and what one version says."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from starlette.responses import Response

from console import words
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.policy.v1 import policy_pb2 as pb
from sevensteps.api.receipts.v1.receipts_pb2 import GetPacksInForceRequest, GetPacksInForceResponse
from sevensteps.config import REGISTER
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.policy.authoring.rule_table import RuleRow, rules_of
from sevensteps.policy.authoring.value_diff import value_words
from sevensteps.policy.model.values_in_words import plain as without_underscores
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.parameters import DatedValue, Parameter
from sevensteps.publication.archived import archived_pack
from sevensteps.publication.packs_in_services import SHORT, CouncilPack, packs_of_councils
from sevensteps.publication.putting_in_force import publications

STATES: Mapping[pb.PublicationState.ValueType, str] = {
    pb.PUBLICATION_STATE_STAGED: "sent to every service; it has no date yet",
    pb.PUBLICATION_STATE_SCHEDULED: "has a date; nobody has put it in force yet",
    pb.PUBLICATION_STATE_IN_FORCE: "put in force",
}
FILLED_IN = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a pack in words: from and until which day, what it is, and by which law."""

    of: str
    name: str
    begins: str
    ends: str
    is_now: bool
    value: str
    reference: str
    marks: str


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of the register; what another service does not answer is told as not known."""
    caller, settings = visit.console.caller, visit.console.settings
    await caller.ask(GetPacksInForceRequest(), GetPacksInForceResponse, at=REGISTER)  # says why not, where it does not
    packs, published = await asyncio.gather(packs_of_councils(caller, settings), publications(caller))
    newest_first = [*reversed(published)]
    return visit.show(
        "packs.html",
        packs=[each for each in packs if _may_see(visit, each)],
        short=SHORT,
        states=STATES,
        waiting=[each for each in newest_first if each.state != pb.PUBLICATION_STATE_IN_FORCE],
        published=[each for each in newest_first if each.state == pb.PUBLICATION_STATE_IN_FORCE],
    )


async def values(visit: Visit) -> Response:
    """What a version of a pack says in numbers and lists, with dates and law. Raises the Faults of the register."""
    pack = await _pack(visit)
    return visit.show("pack_values.html", pack=pack, short=SHORT, values=[*values_of(pack)])


async def rules(visit: Visit) -> Response:
    """The sentences of its rules, by what they decide. Raises the Faults of the register."""
    pack = await _pack(visit)
    return visit.show("pack_rules.html", pack=pack, short=SHORT, decisions=decisions_of(pack))


def values_of(pack: Pack) -> Iterator[Value]:
    """Every value of a pack in words, by what it is of, and of each the newest first."""
    today = clock.today()
    for parameter in sorted(pack.parameters.values(), key=lambda each: (each.title or each.name).lower()):
        now = parameter.on(today) if parameter.has_value_on(today) else None
        for dated in sorted(parameter.values, key=attrgetter("begins"), reverse=True):
            yield Value(
                of=parameter.title or parameter.name,
                name=parameter.name,
                begins=clock.day_in_words(dated.begins),
                ends=clock.day_in_words(dated.ends) if dated.ends else "",
                is_now=dated is now,
                value=_value(parameter, dated),
                reference=dated.reference,
                marks="; ".join(_marks(parameter, dated)),
            )


def decisions_of(pack: Pack) -> Mapping[str, Sequence[RuleRow]]:
    """The rules of a pack by the title of their decision."""
    found: dict[str, list[RuleRow]] = {}
    for row in rules_of(pack):
        told = replace(row, because=_sentence(row.because), because_not=_sentence(row.because_not))
        found.setdefault(pack.decisions[row.decision].text("title", row.decision), []).append(told)
    return found


def _sentence(written: str) -> str:
    """A sentence of a rule, with what is filled in for each case in square brackets."""
    return FILLED_IN.sub(lambda place: f"[{without_underscores(place[1])}]", written)


def _value(parameter: Parameter, dated: DatedValue) -> str:
    """A value with its unit; amounts of money with their £."""
    told = value_words(parameter, dated)
    if parameter.type == "money":
        told = words.pounds(told)
    unit = parameter.unit.removeprefix("pounds").strip() if parameter.type == "money" else parameter.unit
    return f"{told} {unit}".strip()


def _marks(parameter: Parameter, dated: DatedValue) -> Iterator[str]:
    yield "set by the council" if parameter.council_may_change else "set by law"
    if dated.entered_by:
        yield f"entered by {dated.entered_by}"
    if dated.unverified:
        yield "not yet checked against the source"
    if dated.not_known:
        yield f"not known: {', '.join(dated.not_known)}"


def _may_see(visit: Visit, pack: CouncilPack) -> bool:
    council = visit.session.council if visit.session else ""
    return council in (EVERY_COUNCIL, pack.council)


async def _pack(visit: Visit) -> Pack:
    return await archived_pack(visit.console.caller, visit.request.path_params["version"])
