"""Every reason with which the suite refuses something, read from its code."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from google.rpc import code_pb2

from docs.pages import ROOT
from sevensteps.errors import Kind
from sevensteps.rpc.faults import CODES

FILES = [
    file
    for folder in ("sevensteps", "services", "workflows")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if not file.is_relative_to(ROOT / "sevensteps" / "api")
]


def reasons() -> Mapping[str, set[str]]:
    """The statuses under which each reason is sent."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for reason, kind in _reasons_in(ast.parse(file.read_text())):
            found[reason].add(code_pb2.Code.Name(CODES[kind]))
    return found


def _reasons_in(module: ast.Module) -> Iterator[tuple[str, Kind]]:
    """The reasons said outright, and those given to a function of the module that makes a Fault of one."""
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
            given = call.args[position]
            assert isinstance(given, ast.Constant), ast.unparse(call)
            yield str(given.value), kind


def _faults(tree: ast.AST) -> Iterator[tuple[Kind, ast.expr]]:
    """The kind and the reason of every Fault whose kind is said outright."""
    for call in ast.walk(tree):
        match call:
            case ast.Call(
                func=ast.Name(id="Fault"), args=[ast.Attribute(value=ast.Name(id="Kind"), attr=kind), reason, *_]
            ):
                yield Kind[kind], reason
