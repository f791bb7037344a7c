"""Every reason of a refusal, read from the code."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from google.rpc import code_pb2

from docs.pages import ROOT
from sevensteps.errors import Kind
from sevensteps.rpc.faults import CODES

FILES = [
    file
    for folder in ("sevensteps", "services", "workflows", "console")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if not file.is_relative_to(ROOT / "sevensteps" / "api")
]


def reasons() -> Mapping[str, set[str]]:
    """The gRPC statuses with which each reason is sent."""
    statuses: defaultdict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for reason, kind in _reasons_in(ast.parse(file.read_text())):
            statuses[reason].add(code_pb2.Code.Name(CODES[kind]))
    return statuses


def _reasons_in(module: ast.Module) -> Iterator[tuple[str, Kind]]:
    """Reasons written in a Fault, and those passed to a function of the module that makes a Fault."""
    makers = {
        function.name: (position, kind)
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef)
        for kind, reason in _faults(function)
        if isinstance(reason, ast.Name)
        for position, argument in enumerate(function.args.args)
        if argument.arg == reason.id
    }
    for kind, reason in _faults(module):
        if isinstance(reason, ast.Constant):
            yield str(reason.value), kind
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in makers:
            position, kind = makers[call.func.id]
            reason = call.args[position]
            assert isinstance(reason, ast.Constant), ast.unparse(call)
            yield str(reason.value), kind


def _faults(tree: ast.AST) -> Iterator[tuple[Kind, ast.expr]]:
    """The kind and reason of every Fault whose kind is written in the call."""
    for call in ast.walk(tree):
        match call:
            case ast.Call(
                func=ast.Name(id="Fault"), args=[ast.Attribute(value=ast.Name(id="Kind"), attr=kind), reason, *_]
            ):
                yield Kind[kind], reason
