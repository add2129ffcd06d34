"""The two proofs refuse what is not the same."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from promptreg.interop.extract.prove import changes_nothing_else, render_fault
from tests.interop.extract.programs import Project
from tests.interop.extract.test_same_text import OPENAI

SOURCE = OPENAI + 'def main(name: str, n: int):\n    client.responses.create(input=f"Greet {name} {n} times.", x=1)\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("Greet {{ name }}", "Greet {{ n }}", id="another input"),
        pytest.param("times.", "times..", id="another text"),
        pytest.param("times.", "times.\n\n", id="more line ends, which are not sent"),
        pytest.param("{{ name }}", "{{ name | trim }}", id="a filter"),
        pytest.param("{type: string}", "{type: string, minLength: 1}", id="a narrower input"),
        pytest.param("{type: integer}", "{type: boolean}", id="another type"),
        pytest.param("{{ name }}", "{{ other }}", id="an unknown input"),
    ],
)
def test_a_prompt_that_renders_another_text_is_refused(before: str, after: str, tmp_path: Path) -> None:
    [proposal] = Project(tmp_path, SOURCE).found().plan.proposals
    assert render_fault(proposal) is None
    files = {path: text.replace(before, after) for path, text in proposal.files.items()}
    fault = render_fault(proposal._replace(files=files))
    assert (fault is None) == after.endswith("\n\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("x=1", "x=2", id="another argument"),
        pytest.param('"name": name', '"name": n', id="another value"),
        pytest.param('"app/main"', '"app/other"', id="another prompt"),
        pytest.param("client = OpenAI()\n", "client = OpenAI()\nclient = None\n", id="a statement more"),
        pytest.param("def main(name: str, n: int):", "def main(name: str, n: int, m=1):", id="another signature"),
        pytest.param("client = OpenAI()\n", "", id="a statement less"),
        pytest.param('"prompts")', '"others")', id="another registry"),
        pytest.param("x=1)", "x=1", id="no Python"),
    ],
)
def test_code_that_changed_elsewhere_is_refused(before: str, after: str, tmp_path: Path) -> None:
    found = Project(tmp_path, SOURCE).found()
    tree = found.plan.file.tree
    assert tree is not None
    assert before in found.after
    again = [found.plan.proposals, found.loading]
    assert changes_nothing_else(tree, found.after, *again)
    assert changes_nothing_else(tree, found.after + "\n# a comment\n", *again)
    assert not changes_nothing_else(tree, found.after.replace(before, after), *again)
    assert ast.dump(tree) == ast.dump(ast.parse(SOURCE))
