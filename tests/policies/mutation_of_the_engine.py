"""Change the engine's own code in one place, run its tests, and see that one of them fails.

`python tests/policies/mutation_of_the_engine.py [changes] [seed]`: so many changes are drawn by chance from all of them
(120 and 0 unless told). A comparison, an operator or a constant becomes another, a condition is turned round, a part of
an expression, an answer, a `raise` or a `yield` is dropped. Each is made in a copy of the tree. What no test notices is
printed. Left alone are types, decorators, and text of more than three words: how a refusal reads is nobody's decision.
"""

import ast
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
ENGINE = Path("sevensteps/policy")
COPIED = ("sevensteps", "services", "workflows", "policies", "tests", "docs", "examples", "pyproject.toml", "README.md")
TESTS = (
    (
        "unit/policy",
        (
            "findings", "declared_facts", "arithmetic", "parameters", "diff", "source", "formats", "verification",
            "worked_cases", "decision_reader", "check",
        ),
    ),
    ("unit/policy", ("bounds", "partial_evaluation", "library", "redeciding", "facts", "why_not")),
    ("policies", ("cases", "docs", "diff_of_packs")),
    ("unit/policy", ("evaluators", "why_not_by_brute_force")),
)  # fmt: skip
"""The quickest first. What takes longer than all of these together is left out, so the score is rather too low."""

LIMIT = 120
"""Seconds after which a group of tests counts as failed: the changed engine does not come to an end."""

AT_A_TIME = 2
WORDS_OF_A_SENTENCE = 4

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip


Node = ast.expr | ast.stmt | ast.comprehension


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a module: the node in this place of its tree becomes another."""

    module: str
    tree: ast.Module
    place: int
    line: int
    what: str
    changed: ast.AST

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"

    def source(self) -> str:
        """The module with the change in it."""
        return ast.unparse(ast.fix_missing_locations(_Replaced(self.place, self.changed).visit(deepcopy(self.tree))))


class _Replaced(ast.NodeTransformer):
    """A tree with another node in one place."""

    def __init__(self, place: int, changed: ast.AST) -> None:
        self._place, self._changed = place, changed

    def visit(self, node: ast.AST) -> ast.AST:
        if getattr(node, "place", None) == self._place:
            return self._changed
        self.generic_visit(node)
        return node


def mutants(module: Path) -> Iterator[Mutant]:
    """Every change of one module."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for place, node in enumerate(_worth_changing(tree)):
        node.place = place  # type: ignore[union-attr]
        line = node.target.lineno if isinstance(node, ast.comprehension) else node.lineno
        for changed in _changes(node):
            what = f"{_words(node)} becomes {_words(changed)}"
            yield Mutant(str(module.relative_to(ROOT / ENGINE)), tree, place, line, what, changed)


def _worth_changing(node: ast.AST) -> Iterator[Node]:
    """Every expression and statement but imports, types, decorators, documentation and alternatives of types."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, ast.Import | ast.ImportFrom) or _is_documentation(inner) or _is_a_type(inner):
                continue
            if isinstance(inner, Node):
                yield inner
            if isinstance(inner, ast.AST) and not isinstance(inner, ast.JoinedStr):
                yield from _worth_changing(inner)


def _is_documentation(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_a_type(node: object) -> bool:
    match node:
        case ast.AnnAssign(annotation=ast.Name("TypeAlias")):
            return True
        case ast.Assign([ast.Name(name)]):
            return name[0].isupper() and not name.isupper()
    return False


def _changes(node: Node) -> Iterator[ast.AST]:
    yield from _statements(node) if isinstance(node, ast.stmt) else _expressions(node)


def _expressions(node: ast.expr | ast.comprehension) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, [comparison], bounds):
            yield ast.Compare(left, [COMPARISONS[type(comparison)]()], bounds)
        case ast.BinOp(left, ast.BitOr(), right):
            yield from (left, right)
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            yield from _without_one(node, values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.IfExp(test, body, otherwise):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, otherwise)
        case ast.comprehension(target, source, [test]):
            yield ast.comprehension(target, source, [ast.UnaryOp(ast.Not(), test)], 0)
        case ast.Constant(value):
            yield from _constants(value)


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If(test, body, otherwise):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, otherwise)
        case ast.Return(value) if value is not None and ast.unparse(value) != "None":
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _without_one(node: ast.BoolOp, values: list[ast.expr]) -> Iterator[ast.AST]:
    for place in range(len(values)):
        rest = values[:place] + values[place + 1 :]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and len(value.split(" ")) < WORDS_OF_A_SENTENCE:
        yield ast.Constant(f"not {value}")


def _words(node: ast.AST) -> str:
    first, *more = ast.unparse(node).splitlines() or [""]
    return f"{first} …" if more else first


def notices(folder: Path, mutant: Mutant) -> bool:
    """Whether a test fails in this copy of the tree with the change in it."""
    module = folder / ENGINE / mutant.module
    as_it_was = module.read_bytes()
    module.write_text(mutant.source(), encoding="utf-8")
    try:
        return any(_fails(folder, *tests) for tests in TESTS)
    finally:
        module.write_bytes(as_it_was)


def _fails(folder: Path, place: str, names: tuple[str, ...]) -> bool:
    tests = [f"tests/{place}/test_{name}.py" for name in names]
    quietly = ["-qx", "--tb=no", "-p", "no:cacheprovider", f"--confcutdir=tests/{place}"]
    running = subprocess.Popen(
        ["nice", sys.executable, "-m", "pytest", *quietly, *tests],
        cwd=folder, env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'tests'}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return running.wait(LIMIT) != 0
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return True


def run(number: int, seed: int) -> tuple[int, list[Mutant]]:
    """How many changes were tried, and those that no test noticed."""
    found = [mutant for module in sorted((ROOT / ENGINE).rglob("[!_]*.py")) for mutant in mutants(module)]
    tried = random.Random(seed).sample(found, min(number, len(found)))  # noqa: S311 - a sample, the same every time
    survivors: list[Mutant] = []
    with TemporaryDirectory() as temporary, ThreadPoolExecutor(AT_A_TIME) as pool:
        folders = [_copied(Path(temporary) / str(copy)) for copy in range(AT_A_TIME)]
        if any(_fails(folders[0], *tests) for tests in TESTS):
            sys.exit("these tests fail without any change")
        free: SimpleQueue[Path] = SimpleQueue()
        for folder in folders:
            free.put(folder)

        def survives(mutant: Mutant) -> bool:
            folder = free.get()
            try:
                return not notices(folder, mutant)
            finally:
                free.put(folder)

        for mutant, survived in zip(tried, pool.map(survives, tried), strict=True):
            if survived:
                survivors.append(mutant)
                print(mutant, flush=True)
    return len(tried), survivors


def _copied(folder: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    return folder


if __name__ == "__main__":
    total, left = run(*(int(word) for word in (*sys.argv[1:], "120", "0")[:2]))
    print(f"{total - len(left)} of {total} changes noticed ({100 * (total - len(left)) / total:.1f} %)")
