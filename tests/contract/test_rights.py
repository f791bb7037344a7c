"""The wire contract, the table of rights, and the servers agree call by call."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

import pytest
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from sevensteps import api
from sevensteps.config import SERVICES
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import RIGHTS

DECIDING = ("assessment", "planning", "approval", "review")
READS = ("Count", "Describe", "Forecast", "Get", "List", "Read", "Watch")
READ_BY_PROGRAMS = (
    *(f"assessment.v1.AssessmentService/{name}" for name in ("GetCase", "ListCases", "GetDetermination")),
    *(f"planning.v1.PlanningService/{name}" for name in ("GetPlanning", "GetPlan")),
    "approval.v1.ApprovalService/GetApproval",
    "review.v1.ReviewService/GetLife",
)
"""What integrators may read since 0.1.0."""


def services() -> Iterator[ServiceDescriptor]:
    """Every service of every proto."""
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if module.name.endswith("_pb2"):
            yield from importlib.import_module(module.name).DESCRIPTOR.services_by_name.values()


CALLS: Mapping[str, MethodDescriptor] = {
    f"/{service.full_name}/{method.name}": method for service in services() for method in service.methods
}
CHANGES = {
    rpc: method for rpc, method in CALLS.items() if rpc.split(".")[2] in DECIDING and not method.name.startswith(READS)
}

CHANGES_WITHOUT_ID = {
    "/sevensteps.api.publications.v1.PublicationsService/SettlePublication",
    *(
        f"/sevensteps.api.operations.v1.OperationsService/{name}"
        for name in ("AgreeRepair", "ContinueRepair", "StopRepair")
    ),
    *(
        f"/sevensteps.api.feed.v1.FeedService/{name}"
        for name in ("AcknowledgeEvents", "AppendEvents", "DeleteSubscription", "TakeTurn", "TrimEvents")
    ),
}
"""They can be sent again without a request id: what they did is not done twice."""


def test_every_call_has_a_row_and_every_row_a_call() -> None:
    """Every call has a row in the table of rights, and every row has a call."""
    assert set(RIGHTS) == set(CALLS)


def test_no_row_is_empty() -> None:
    """Every call can be made by some role."""
    assert [rpc for rpc, roles in RIGHTS.items() if not roles] == []


def test_every_role_may_do_something() -> None:
    """Every role may make some call."""
    assert set(Role) == {role for roles in RIGHTS.values() for role in roles}


@pytest.mark.parametrize("rpc", sorted(CHANGES))
def test_auditors_and_integrators_only_read(rpc: str) -> None:
    """Auditors and integrators change nothing, and neither do services by themselves."""
    assert not RIGHTS[rpc] & {Role.AUDITOR, Role.INTEGRATOR, Role.SERVICE}


@pytest.mark.parametrize("rpc", READ_BY_PROGRAMS)
def test_programs_read_what_they_could_read_in_0_1_0(rpc: str) -> None:
    """An upgrade takes no right away from an integrator."""
    assert Role.INTEGRATOR in RIGHTS[f"/sevensteps.api.{rpc}"]


@pytest.mark.parametrize("rpc", sorted(CALLS))
def test_a_call_that_only_reads_says_so_in_the_contract(rpc: str) -> None:
    """A proxy or a client may send such a call again unasked; no call that changes something claims it."""
    method = CALLS[rpc]
    says = method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    assert says == method.name.startswith(READS)
    assert says == ("request_id" not in method.input_type.fields_by_name and rpc not in CHANGES_WITHOUT_ID)


@pytest.mark.parametrize("rpc", sorted(CHANGES))
def test_a_change_can_be_sent_twice(rpc: str) -> None:
    """Every changing call takes a request id, and names its case unless it opens one, or is about nobody."""
    fields = set(CHANGES[rpc].input_type.fields_by_name)
    assert "request_id" in fields
    assert "case_id" in fields or rpc.endswith(("/OpenCase", "/RecordEnquiry"))


@pytest.mark.parametrize("rpc", sorted(CHANGES))
def test_what_people_change_they_have_read(rpc: str) -> None:
    """Every change that people make to what exists takes an etag, or adds to it without overwriting anybody."""
    overwrites_nobody = {"OpenCase", "ResumeCase", "RecordEnquiry", "RaiseConcern"}
    people = RIGHTS[rpc] - {Role.JOURNEY}
    if people and rpc.rpartition("/")[2] not in overwrites_nobody:
        assert "etag" in CHANGES[rpc].input_type.fields_by_name


@pytest.mark.parametrize("service", [each for each in services() if each.full_name.split(".")[2] in SERVICES])
def test_every_call_is_answered(service: ServiceDescriptor) -> None:
    """The server has a method of its own for every call: none is left to say UNIMPLEMENTED."""
    package = importlib.import_module(f"services.{service.full_name.split('.')[2]}")
    wanted = f"{service.name.removesuffix('Service')}Server"
    modules = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    servers = (importlib.import_module(name) for name in modules if name.rpartition(".")[2].endswith("server"))
    [server_class] = {getattr(module, wanted) for module in servers if hasattr(module, wanted)}
    own = {name for each in server_class.__mro__ if each.__module__.startswith("services.") for name in vars(each)}
    assert [method.name for method in service.methods if method.name not in own] == []


def test_the_calls_of_a_package_have_names_of_their_own() -> None:
    """Whoever reads a request knows by its name which call it is, whichever service of the package has it."""
    named = [(rpc.split(".")[2], rpc.rpartition("/")[2]) for rpc in CALLS]
    assert len(set(named)) == len(named)
