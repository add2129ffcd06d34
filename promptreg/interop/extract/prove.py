"""Evidence before anything is written: the new prompts render the old texts, and nothing else in the code changed."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import promptreg
from promptreg.errors import PromptregError
from promptreg.interop.extract.draft import Draft
from promptreg.interop.extract.loading import Loading
from promptreg.interop.extract.plan import Proposal

__all__ = ["changes_nothing_else", "render_fault"]

_TEXTS = (
    "Ann",
    "",
    "{{ 7 * 7 }} {% if %} {# #} {x} %s",
    " a\nb\r\n  - c",
    "ü 日本 \u2028 \U0001f600",
    "\n\n",
    "---\nx: 1",
)
_NUMBERS: Mapping[str, tuple[Any, ...]] = {
    "integer": (0, -7, 12345678901234567890),
    "number": (0.5, 3, 1e20),
    "boolean": (True, False),
}


def render_fault(proposal: Proposal) -> str | None:
    """Why a proposed prompt does not give the text of the code for some values; None when it does for all tried.

    The files are rendered by themselves, in a temporary folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        for path, text in proposal.files.items():
            file = Path(folder, "prompts", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8"))
        registry = promptreg.load(Path(folder, "prompts"))
        for values in _trials(proposal):
            try:
                messages = registry.render(proposal.name, values).messages
            except PromptregError as error:
                return str(error)
            if messages != _expected(proposal, values):
                return f"the prompt renders another text for {values!r}"
    return None


def _trials(proposal: Proposal) -> Iterator[dict[str, Any]]:
    """Values for all inputs, different from each other; a last value never ends with a line end."""
    last = {
        draft.pieces[-1].name for draft in proposal.drafts if draft.pieces and not isinstance(draft.pieces[-1], str)
    }
    for number in range(len(_TEXTS)):
        values: dict[str, Any] = {}
        for index, one in enumerate(proposal.inputs):
            choices = _NUMBERS.get(one.type, _TEXTS)
            value = choices[(number + index) % len(choices)]
            values[one.name] = value.rstrip("\r\n") if isinstance(value, str) and one.name in last else value
        yield values


def _expected(proposal: Proposal, values: Mapping[str, Any]) -> list[dict[str, str]]:
    texts = [_plain(draft, values) for draft in proposal.drafts]
    return [{"role": role, "content": text} for role, text in zip(proposal.roles, texts, strict=True) if text]


def _plain(draft: Draft, values: Mapping[str, Any]) -> str:
    """What Python makes of the text; where the end of it is put back by code, without that."""
    text = "".join(piece if isinstance(piece, str) else str(values[piece.name]) for piece in draft.pieces)
    return text.rstrip("\r\n")


def changes_nothing_else(before: ast.Module, after: str, proposals: Sequence[Proposal], loading: Loading) -> bool:
    """Whether the code is as before, but for calls of the registry in place of the texts and new statements on top."""
    try:
        tree = ast.parse(after.removeprefix("\ufeff"))
    except (SyntaxError, ValueError):
        return False
    added = len(loading.statements)
    fresh = tree.body[loading.at : loading.at + added]
    if [ast.unparse(one) for one in fresh] != [ast.unparse(ast.parse(one)) for one in loading.statements]:
        return False
    del tree.body[loading.at : loading.at + added]
    from promptreg.interop.extract.rewrite import call_code

    codes = [ast.dump(ast.parse(call_code(one, loading.name), mode="eval").body) for one in proposals]
    marks = {id(one.node): code for one, code in zip(proposals, codes, strict=True)}
    return _dumped(before, marks) == ast.dump(tree)


def _dumped(tree: ast.Module, marks: Mapping[int, str]) -> str:
    """The dump of a tree with other expressions in place of some."""
    swapped: dict[str, str] = {}

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            code = marks.get(id(node))
            if code is None:
                return cast("ast.AST", super().visit(node))
            mark = f"promptreg swap {len(swapped)}"
            swapped[ast.dump(ast.Constant(mark))] = code
            return ast.Constant(mark)

    import copy

    memo: dict[int, Any] = {}
    clone = copy.deepcopy(tree, memo)
    marks = {id(memo[key]): code for key, code in marks.items() if key in memo}
    text = ast.dump(Swap().visit(clone))
    for mark, code in swapped.items():
        text = text.replace(mark, code)
    return text
