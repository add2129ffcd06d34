"""Looking around in a registry: listings, problems, trees, samples; and what development mode notices."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import promptreg
from promptreg.errors import (
    CycleError,
    InvalidFile,
    LimitExceeded,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    UsageError,
)
from promptreg.registry.resolve import MAX_CHAIN
from promptreg.registry.tree import Node
from tests.registry.folders import fill, text_component
from tests.registry.graphs import Vertex, chain_files, files_of

PROMPT = """\
kind: prompt
version: 2.1.0
summary: Answers.
inputs: {ticket: {type: string}, n: {type: number, default: 1}, tags: {type: array, default: []}}
messages:
  - role: system
    parts:
      - use: rules/tone@^1
      - use: rules/extra
  - role: user
    parts: [{text: "{{ ticket }}"}]
samples:
  small: {ticket: 1.10, tags: [{deep: [1]}]}
  big: {file: samples/big.json}
"""
FILES = {
    "reply.yaml": PROMPT,
    "rules/tone.md": text_component("Be kind. {% include 'rules/base' %}", version="1.4.0", more="summary: How.\n"),
    "rules/extra.md": text_component("More. {% include 'rules/base@1' %}"),
    "rules/base.md": text_component(),
    "rules/lonely.md": text_component(),
    "samples/big.json": '{"ticket": "Hello", "n": 2}',
}


@pytest.fixture
def registry(tmp_path: Path) -> promptreg.Registry:
    return promptreg.load(fill(tmp_path, FILES))


def graph_registry(folder: Path, graph: dict[str, Vertex]) -> promptreg.Registry:
    return promptreg.load(fill(folder, files_of(graph)))


# -- listings and problems --------------------------------------------------------------------------------------------


def test_items_are_all_readable_files_by_name(registry: promptreg.Registry) -> None:
    assert [tuple(entry) for entry in registry.items()] == [
        ("reply", "prompt", "2.1.0+head", "prompts/reply.yaml", "Answers.", ("small", "big")),
        ("rules/base", "rule", "1.0.0+head", "prompts/rules/base.md", "", ()),
        ("rules/extra", "rule", "1.0.0+head", "prompts/rules/extra.md", "", ()),
        ("rules/lonely", "rule", "1.0.0+head", "prompts/rules/lonely.md", "", ()),
        ("rules/tone", "rule", "1.4.0+head", "prompts/rules/tone.md", "How.", ()),
    ]
    assert registry.problems == ()


def test_problems_are_those_of_files_and_refs_by_place_and_each_once(tmp_path: Path) -> None:
    graph = {
        **{f"p{number}": Vertex("1.0.0", ("a",), "prompt") for number in range(5)},
        "a": Vertex("1.0.0", ("b", "gone")),
        "b": Vertex("1.0.0", ("c@2", "broken")),
        "c": Vertex("1.0.0", ("d",)),
        "d": Vertex("1.0.0", ("c",)),
        "broken": Vertex("1.0.0", (), "broken"),
    }
    registry = graph_registry(tmp_path, graph)
    assert [str(problem) for problem in registry.problems] == [
        'prompts/a.md:6:1: the registry holds nothing named "gone"',
        'prompts/b.md:5:1: no version of c fits c@2; the registry holds 1.0.0 (did you mean "c@^1"?)',
        'prompts/broken.md:2:1: knid: unknown key "knid" (did you mean "kind"?)',
        "prompts/c.md:5:1: components include each other: c (prompts/c.md:5) > d (prompts/d.md:5) > c",
    ]
    assert [entry.name for entry in registry.items()] == ["a", "b", "c", "d", "p0", "p1", "p2", "p3", "p4"]
    assert [str(problem) for problem in registry.file_problems] == [str(registry.problems[2])]


def test_problems_of_a_very_long_chain_are_told_without_a_traceback(tmp_path: Path) -> None:
    registry = promptreg.load(fill(tmp_path, chain_files(1_500)))
    assert {problem.code for problem in registry.problems} == {"limit"}


@pytest.mark.parametrize("path", ["gone", "file", "loop"])
def test_a_registry_that_cannot_be_read_is_a_usage_error(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError) as caught:
        promptreg.load(tmp_path / path)
    assert str(caught.value).startswith(f"{tmp_path / path}: the registry ")


def test_paths_are_relative_to_the_project_wherever_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "a", FILES)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    for path in ("../a/prompts", str(tmp_path / "a/prompts"), tmp_path / "b/../a/./prompts/"):
        registry = promptreg.load(path)
        assert registry.root == tmp_path
        assert registry.component("reply").path == "a/prompts/reply.yaml"


# -- trees ------------------------------------------------------------------------------------------------------------


def outline(node: Node) -> Any:
    label = f"{node.name} {node.version}" + (f" ({node.ref})" if node.ref else "")
    return [label, *map(outline, node.children)] if node.children else label


def test_a_tree_shows_what_a_prompt_is_made_of_in_document_order(registry: promptreg.Registry) -> None:
    assert outline(registry.tree("reply")) == [
        "reply 2.1.0+head",
        ["rules/tone 1.4.0+head (rules/tone@^1)", "rules/base 1.0.0+head (rules/base)"],
        ["rules/extra 1.0.0+head (rules/extra)", "rules/base 1.0.0+head (rules/base@1)"],
    ]
    assert outline(registry.tree("rules/lonely")) == "rules/lonely 1.0.0+head"


def test_a_tree_of_dependants_shows_who_is_made_with_it(registry: promptreg.Registry) -> None:
    assert outline(registry.tree("rules/base", dependants=True)) == [
        "rules/base 1.0.0+head",
        ["rules/extra 1.0.0+head (rules/base@1)", "reply 2.1.0+head (rules/extra)"],
        ["rules/tone 1.4.0+head (rules/base)", "reply 2.1.0+head (rules/tone@^1)"],
    ]
    assert outline(registry.tree("reply", dependants=True)) == "reply 2.1.0+head"


def test_dependants_are_shown_also_where_refs_are_broken(tmp_path: Path) -> None:
    graph = {
        "p": Vertex("1.0.0", ("a", "gone"), "prompt"),
        "a": Vertex("1.0.0", ("b",)),
        "b": Vertex("1.0.0", ("a",)),
    }
    registry = graph_registry(tmp_path, graph)
    assert outline(registry.tree("a", dependants=True)) == [
        "a 1.0.0+head",
        "b 1.0.0+head (a)",
        "p 1.0.0+head (a)",
    ]
    with pytest.raises(CycleError):
        registry.tree("a")


@pytest.mark.parametrize("length", [MAX_CHAIN + 1, 1_500])
def test_the_trees_of_very_long_chains_end_with_an_error(tmp_path: Path, length: int) -> None:
    registry = promptreg.load(fill(tmp_path, chain_files(length)))
    with pytest.raises(LimitExceeded):
        registry.tree("p")
    with pytest.raises(LimitExceeded):
        registry.tree(f"c{length - 1}", dependants=True)
    with pytest.raises(LimitExceeded):
        registry.closure("p")


def test_the_trees_of_the_longest_chain_are_shown(tmp_path: Path) -> None:
    registry = promptreg.load(fill(tmp_path, chain_files(MAX_CHAIN)))
    for node in (registry.tree("p"), registry.tree(f"c{MAX_CHAIN - 1}", dependants=True)):
        depth = 0
        while node.children:
            (node,) = node.children
            depth += 1
        assert depth == MAX_CHAIN


def test_a_tangle_that_nobody_could_print_is_refused(tmp_path: Path) -> None:
    graph = {f"c{number:02}": Vertex("1.0.0", (f"c{number + 1:02}",) * 2) for number in range(40)}
    graph = {"p": Vertex("1.0.0", ("c00",), "prompt"), **graph, "c40": Vertex("1.0.0", ())}
    registry = graph_registry(tmp_path, graph)
    with pytest.raises(LimitExceeded, match="the tree of p has more than 100,000 nodes"):
        registry.tree("p")
    assert len(registry.closure("p").pins) == 41


@pytest.mark.parametrize(
    ("ask", "kind", "message"),
    [
        (lambda registry: registry.tree("rules/tome"), UnknownName, 'did you mean "rules/tone"'),
        (lambda registry: registry.tree("../x"), UnknownName, '"../x" is not a ref: the name must not hold'),
        (lambda registry: registry.tree("rules/tone@2"), UnsatisfiableRef, "the registry holds 1.4.0"),
        (lambda registry: registry.tree("rules/tone@production"), UnknownName, 'no label "production"'),
        (lambda registry: registry.closure("/etc/passwd"), UnknownName, "never a file path"),
        (lambda registry: registry.component("x"), UnknownName, 'nothing named "x"'),
        (lambda registry: registry.source_text("Rules/Tone"), UnknownName, 'part "Rules" must be lower-case'),
        (lambda registry: registry.samples("rules/tone"), UnknownName, "is of kind rule, not a prompt"),
        (lambda registry: registry.samples("repyl"), UnknownName, 'did you mean "reply"'),
        (lambda registry: registry.sample("reply", "smal"), UnknownName, 'did you mean "small"'),
        (lambda registry: registry.sample("reply", "zzz"), UnknownName, "known: small, big"),
        (lambda registry: registry.require(["reply@1"]), UnsatisfiableRef, "the registry holds 2.1.0"),
    ],
)
def test_a_wrong_question_is_answered_with_the_nearest(
    registry: promptreg.Registry,
    ask: Callable[[promptreg.Registry], object],
    kind: type[PromptregError],
    message: str,
) -> None:
    with pytest.raises(kind) as caught:
        ask(registry)
    assert message in str(caught.value)


def test_refs_that_fit_find_their_head(registry: promptreg.Registry) -> None:
    for ref in ("reply", "reply@2", "reply@^2.1", "reply@2.1.0", "reply@~2.1"):
        assert registry.closure(ref).pin.shown == "2.1.0+head"
    assert registry.source_text("rules/base") == FILES["rules/base.md"]


# -- samples ----------------------------------------------------------------------------------------------------------


def test_samples_are_given_as_written_and_are_the_callers_to_change(registry: promptreg.Registry) -> None:
    assert registry.samples("reply") == ("small", "big")
    sample = registry.sample("reply", "small")
    assert sample == {"ticket": "1.10", "tags": [{"deep": [1]}]}
    sample["tags"][0]["deep"].append(2)
    assert registry.sample("reply", "small")["tags"] == [{"deep": [1]}]
    assert registry.sample("reply", "big") == {"ticket": "Hello", "n": 2}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, "prompts/reply.yaml:14:15: prompts/samples/big.json cannot be read: no such file or directory"),
        ("[1]", "prompts/samples/big.json:1:1: must hold a mapping of inputs"),
        ('{"n": 1, "n": 2}', 'prompts/samples/big.json:1:10: duplicate key "n"'),
    ],
    ids=["missing", "list", "duplicate"],
)
def test_a_bad_sample_file_is_told_with_its_place(tmp_path: Path, text: str | None, line: str) -> None:
    files = {name: content for name, content in FILES.items() if name != "samples/big.json"}
    registry = promptreg.load(fill(tmp_path, files if text is None else {**files, "samples/big.json": text}))
    with pytest.raises(InvalidFile) as caught:
        registry.sample("reply", "big")
    assert str(caught.value) == line


# -- development mode -------------------------------------------------------------------------------------------------


def write_at(file: Path, text: str, times: tuple[int, int]) -> None:
    """Write a file as one does within one tick of a coarse clock: the times of before stay."""
    file.write_text(text)
    os.utime(file, ns=times)


def test_dev_notices_every_edit_within_one_tick_of_the_clock(tmp_path: Path) -> None:
    folder = fill(tmp_path, FILES)
    file = folder / "rules/base.md"
    times = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    fixed, dev = promptreg.load(folder), promptreg.load(folder, dev=True)
    for text in ("One.\n", "Three.\n", "Seventeen.\n"):
        write_at(file, text_component(text), times)
        body: Any = dev.component("rules/base")
        assert body.body.text == text
    assert fixed.source_text("rules/base") == FILES["rules/base.md"]


def test_dev_notices_added_removed_and_renamed_files(tmp_path: Path) -> None:
    folder = fill(tmp_path, FILES)
    dev = promptreg.load(folder, dev=True)

    def names() -> set[str]:
        return {entry.name for entry in dev.items()}

    before = names()
    (folder / "new.md").write_text(text_component())
    assert names() == before | {"new"}
    (folder / "new.md").rename(folder / "newer.md")
    assert names() == before | {"newer"}
    (folder / "newer.md").unlink()
    assert names() == before


def test_dev_notices_broken_and_mended_files(tmp_path: Path) -> None:
    folder = fill(tmp_path, FILES)
    dev = promptreg.load(folder, dev=True)
    assert dev.problems == ()
    (folder / "Bad.md").write_text("")
    (folder / "rules/base.md").write_text("")
    assert len(dev.problems) == 2
    with pytest.raises(InvalidFile):
        dev.tree("reply")
    (folder / "Bad.md").unlink()
    (folder / "rules/base.md").write_text(text_component())
    assert dev.problems == ()
    assert dev.tree("reply").name == "reply"


def test_dev_answers_from_memory_while_nothing_changes(tmp_path: Path) -> None:
    dev = promptreg.load(fill(tmp_path, FILES), dev=True)
    assert dev.component("reply") is dev.component("reply")


def test_dev_notices_a_changed_sample_and_schema(tmp_path: Path) -> None:
    prompt = PROMPT.replace("samples:", "output: {schema: samples/big.json}\nsamples:")
    folder = fill(tmp_path, {**FILES, "reply.yaml": prompt})
    dev = promptreg.load(folder, dev=True)
    before = dev.closure("reply").pin.digest
    (folder / "samples/big.json").write_text('{"ticket": "Bye"}')
    assert dev.sample("reply", "big") == {"ticket": "Bye"}
    assert dev.closure("reply").pin.digest != before


def test_dev_says_when_the_registry_is_gone(tmp_path: Path) -> None:
    folder = fill(tmp_path, FILES)
    dev = promptreg.load(folder, dev=True)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="the registry does not exist"):
        dev.items()
    (tmp_path / "elsewhere").rename(folder)
    assert dev.items()
