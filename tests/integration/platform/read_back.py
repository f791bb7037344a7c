"""What people and journeys sent, and where the calls that only read answer it again."""

import importlib
import json
import pkgutil
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from servers.services import Running
from sevensteps import api
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.identity.role_groups import PEOPLE

ABOUT_ONE = frozenset({"GetPermission"})
"""Calls that ask about one person and one matter; a list has all that they answer from."""
RECEIPT = "receipt"
"""The field of receipts that is JSON: what stands in it has a path of its own behind it."""


def services() -> Iterator[ServiceDescriptor]:
    """Every service of every proto."""
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if module.name.endswith("_pb2"):
            yield from importlib.import_module(module.name).DESCRIPTOR.services_by_name.values()


def only_reads(method: MethodDescriptor) -> bool:
    """Whether the contract says that a call changes nothing."""
    return bool(method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS)


def service_of(method: MethodDescriptor) -> str:
    """The service of a call, by its package: "planning"."""
    return str(method.containing_service.full_name.split(".")[2])


CHANGING: Mapping[tuple[str, str], MethodDescriptor] = {
    (service_of(method), method.name): method
    for service in services()
    for method in service.methods
    if not only_reads(method)
}
"""Every call that changes something, by its service and name."""


def paths_of(message: Descriptor, before: str = "") -> Iterator[str]:
    """Every field of a message that holds no further ones, by its path; a map has `key` and `value`."""
    for each in message.fields:
        if each.message_type and each.message_type.full_name != "google.protobuf.Timestamp":
            yield from paths_of(each.message_type, f"{before}{each.name}.")
        else:
            yield f"{before}{each.name}"


def values_of(message: Message, before: str = "") -> Iterator[tuple[str, str]]:
    """Everything that a message says, by the paths of its fields, in one form: enums by their short names."""
    for each, value in message.ListFields():
        path = f"{before}{each.name}"
        if each.message_type and each.message_type.GetOptions().map_entry:
            keys, values = each.message_type.fields_by_name["key"], each.message_type.fields_by_name["value"]
            for key, of_key in value.items():
                yield f"{path}.key", _text(keys, key)
                yield from _value(values, of_key, f"{path}.value")
        elif each.is_repeated:
            for entry in value:
                yield from _value(each, entry, path)
        else:
            yield from _value(each, value, path)


def _value(about: FieldDescriptor, value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Message):
        yield from values_of(value, f"{path}.")
    elif about.name == RECEIPT and isinstance(value, str):
        yield from _json_values(json.loads(value), f"{path}.")
    else:
        yield path, _text(about, value)


def _text(about: FieldDescriptor, value: object) -> str:
    if about.enum_type and isinstance(value, int):
        names = about.enum_type.values_by_number
        return str(names[value].name).removeprefix(str(names[0].name).removesuffix("UNSPECIFIED")).lower()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json_values(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _json_values(inner, f"{path}{name}.")
    elif isinstance(value, list):
        for entry in value:
            yield from _json_values(entry, path)
    else:
        yield path.removesuffix("."), str(value).lower() if isinstance(value, bool) else str(value)


@dataclass
class Sent:
    """A request that was sent, and the case that it is about."""

    case_id: str
    request: Message


@dataclass
class Correspondence:
    """One service: what is sent to it, and what it answers to all who read there."""

    running: Running
    service: str
    sent: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    _answers: dict[str, Mapping[str, set[str]]] = field(default_factory=dict)

    async def send(self, subject: str, role: Role, request: Message) -> Message:
        """Send a request in a role, and keep it."""
        rpc = request.DESCRIPTOR.name.removesuffix("Request")
        council = EVERY_COUNCIL if role is Role.JOURNEY else "example"
        answer = await self._ask(rpc, request, self.running.token(subject, role, council=council))
        named = getattr(request, "case_id", "") or answer.case.case_id  # type: ignore[attr-defined]
        self.sent[rpc].append(Sent(named, request))
        return answer

    async def _ask(self, rpc: str, request: Message, token: str) -> Message:
        file = request.DESCRIPTOR.file
        stubs = importlib.import_module(f"{file.name.removesuffix('.proto').replace('/', '.')}_pb2_grpc")
        [contract] = file.services_by_name
        stub = self.running.stub(getattr(stubs, f"{contract}Stub"), token)
        return await cast("Callable[[Message], Awaitable[Message]]", getattr(stub, rpc))(request)

    async def answers_about(self, case_id: str) -> Mapping[str, set[str]]:
        """All that the reading calls of the service, and its receipts, answer about a case, by call and path.

        Each is made by somebody whom the table of rights allows it. Every version of the plan is asked for. What the
        receipt of a decision says stands under the decision's name.
        """
        if case_id not in self._answers:
            found: dict[str, set[str]] = defaultdict(set)
            for method in self._reading_calls():
                for answer in await self._all_answers(method, case_id):
                    for path, value in self._said(answer):
                        found[f"{method.name}.{path}"].add(value)
            self._answers[case_id] = found
        return self._answers[case_id]

    def _reading_calls(self) -> Iterator[MethodDescriptor]:
        """The calls about a case; what is streamed comes in a list as well."""
        for each in services():
            for method in each.methods:
                about_a_case = "case_id" in method.input_type.fields_by_name and not method.server_streaming
                about_a_case &= method.name not in ABOUT_ONE
                if only_reads(method) and about_a_case and service_of(method) in {self.service, "receipts"}:
                    yield method

    async def _all_answers(self, method: MethodDescriptor, case_id: str) -> list[Message]:
        rpc = f"/{method.containing_service.full_name}/{method.name}"
        role = min(RIGHTS[rpc] & PEOPLE)
        token = self.running.token("reader", role)
        asked = GetMessageClass(method.input_type)
        versions = (0, 1, 2) if "version" in method.input_type.fields_by_name else (None,)
        answers: list[Message] = []
        for version in versions:
            request = asked(case_id=case_id)
            if version is not None:
                setattr(request, "version", version)  # noqa: B010 - a field that Message does not name
            try:
                answer = await self._ask(method.name, request, token)
            except Exception as refused:
                if "NOT_FOUND" not in str(refused):
                    raise
                continue
            assert not getattr(answer, "next_page_token", ""), "a story fits on a page"
            answers.append(answer)
        return answers

    @staticmethod
    def _said(answer: Message) -> Iterator[tuple[str, str]]:
        for receipt in getattr(answer, "receipts", ()):
            for path, value in values_of(receipt):
                yield path.replace(RECEIPT, receipt.decision, 1) if path.startswith(f"{RECEIPT}.") else path, value
        if not hasattr(answer, "receipts"):
            yield from values_of(answer)
