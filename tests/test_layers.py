"""The shape of the package: who may import whom, how long things get, what must not occur, what a bare import loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "promptreg"

# From the top down. A module may import from lower rows and from its own layer; names in one row are siblings and
# do not import each other. The rows of later issues are here already, so that their place is not argued twice.
ROWS = (
    ("__main__",),
    ("cli",),
    ("output", "interop", "serve", "testing", "pytest_plugin"),
    ("lint", "ablate", "change"),
    ("verdict",),
    ("promptreg",),  # promptreg/__init__.py: the public names, handed out from api on first use
    ("api",),
    ("render",),
    ("registry", "template", "tokens"),
    ("model",),
    ("text", "markdown", "cache_folder"),
    ("errors",),
)
RANK = {layer: row for row, layers in enumerate(ROWS) for layer in layers}

# (importing module, imported module): the reason why this one import may break the rule.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("promptreg.registry.head_cache", "promptreg"): "only __version__, which is part of the name of a cache entry",
}

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


class Import(NamedTuple):
    """One import statement: the module it stands in, its line, and the module of the package that it names."""

    importer: str
    line: int
    imported: str


def modules() -> dict[str, Path]:
    """All modules of the package by dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()
every_module = pytest.mark.parametrize("name", MODULES)


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def layer(name: str) -> str:
    """The layer of a dotted module name; the package itself is a layer of its own."""
    return name.split(".")[1] if "." in name else name


def imports(name: str) -> Iterator[Import]:
    """Imports of the package anywhere in a module: in functions and under TYPE_CHECKING too."""
    is_package = MODULES[name].name == "__init__.py"
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(name, is_package, node)
            targets = [_module_of(base, alias.name) for alias in node.names]
        else:
            continue
        for target in targets:
            if target.split(".")[0] == "promptreg":
                yield Import(name, node.lineno, target)


def _absolute(name: str, is_package: bool, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parents = name.split(".")
    parents = parents[: len(parents) - node.level + is_package]
    return ".".join([*parents, node.module] if node.module else parents)


def _module_of(base: str, name: str) -> str:
    """`from base import name` names a submodule where there is one, else something inside of `base`."""
    return f"{base}.{name}" if f"{base}.{name}" in MODULES else base


def may_import(importer: str, imported: str) -> bool:
    above, below = layer(importer), layer(imported)
    return above == below or RANK[above] < RANK[below]


def test_every_module_has_a_layer() -> None:
    assert sorted({layer(name) for name in MODULES} - RANK.keys()) == []


@every_module
def test_imports_point_one_way(name: str) -> None:
    wrong = [
        f"line {found.line}: {name} imports {found.imported}"
        for found in imports(name)
        if not may_import(name, found.imported) and (name, found.imported) not in EXCEPTIONS
    ]
    assert wrong == []


def test_every_exception_is_needed() -> None:
    used = {(found.importer, found.imported) for name in MODULES for found in imports(name)}
    assert [pair for pair in EXCEPTIONS if pair not in used or may_import(*pair)] == []


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        pytest.param("promptreg.api", "promptreg.render.compose", True, id="down"),
        pytest.param("promptreg.render.compose", "promptreg.api", False, id="up"),
        pytest.param("promptreg.template.scan", "promptreg.registry.store", False, id="sibling"),
        pytest.param("promptreg.template.scan", "promptreg.template.limits", True, id="own layer"),
        pytest.param("promptreg.errors", "promptreg", False, id="the package from below"),
        pytest.param("promptreg", "promptreg.api", True, id="the package reads api"),
    ],
)
def test_the_rule_itself(importer: str, imported: str, allowed: bool) -> None:
    assert may_import(importer, imported) is allowed


@every_module
def test_files_stay_short(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The length of a function from `def` to its last line, docstring aside."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


@every_module
def test_functions_stay_short(name: str) -> None:
    functions = (n for n in ast.walk(tree(name)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    assert [f"{f.name}: {body_lines(f)} lines" for f in functions if body_lines(f) > MAX_FUNCTION_LINES] == []


FORBIDDEN_MODULES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle"}


def forbidden(node: ast.AST, name: str) -> bool:
    """Deserialisers that run code, also named in a string; `eval`; `exec` outside of the code generator."""
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in FORBIDDEN_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in FORBIDDEN_MODULES
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value in FORBIDDEN_MODULES
    if isinstance(node, ast.Name):
        return node.id == "eval" or (node.id == "exec" and layer(name) != "template")
    return False


@every_module
def test_nothing_stored_can_run_code(name: str) -> None:
    assert [ast.unparse(node) for node in ast.walk(tree(name)) if forbidden(node, name)] == []


@every_module
def test_every_module_says_what_lives_in_it(name: str) -> None:
    assert ast.get_docstring(tree(name))


PUBLIC = [name for name, path in MODULES.items() if path.name != "__init__.py" and not path.stem.startswith("_")]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_module_lists_its_names(name: str) -> None:
    targets = [
        target
        for node in tree(name).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    assert any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has after `statement` and did not have before."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_a_bare_import_loads_nothing_heavy() -> None:
    loaded = loaded_by("import promptreg")
    foreign = {name.split(".")[0] for name in loaded} - {"promptreg"} - set(sys.stdlib_module_names)
    assert foreign == set()
    assert loaded & {"dataclasses", "inspect", "logging", "asyncio", "json"} == set()
