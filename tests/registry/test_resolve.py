"""Resolving refs over heads, against a brute-force reading of the same graph, and the words of each error."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptreg.errors import (
    CycleError,
    InvalidFile,
    LimitExceeded,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    VersionConflict,
)
from promptreg.model.ref import Ref
from promptreg.model.version import Version
from promptreg.registry import chains
from promptreg.registry.resolve import MAX_CHAIN, Closure, resolve
from promptreg.registry.store import Store
from tests.registry.folders import load, text_component
from tests.registry.graphs import Vertex, chain_files, files_of, graphs, straight

CUBE = [Version(*numbers) for numbers in product(range(4), range(6), range(6))]


class Edge(NamedTuple):
    """One ref of a graph: who uses it, the line it stands on, and what it says."""

    user: str
    line: int
    ref: Ref


def edges_of(graph: dict[str, Vertex], name: str) -> list[Edge]:
    first = 6 if graph[name].kind == "prompt" else 5
    return [Edge(name, first + index, Ref.parse(text)) for index, text in enumerate(graph[name].refs)]


def is_component(graph: dict[str, Vertex], name: str) -> bool:
    return name in graph and graph[name].kind == "component"


def reachable(graph: dict[str, Vertex], root: str) -> set[str]:
    """All names below `root` whose refs count: everything until nothing new comes in."""
    found = {root}
    while True:
        more = {edge.ref.name for name in found for edge in edges_of(graph, name) if is_component(graph, edge.ref.name)}
        if more <= found:
            return found
        found |= more


def is_circular(graph: dict[str, Vertex], names: set[str]) -> bool:
    """Whether a component among `names` leads back to itself."""
    components = [name for name in names if is_component(graph, name)]
    after = {
        name: {edge.ref.name for edge in edges_of(graph, name) if is_component(graph, edge.ref.name)}
        for name in components
    }
    return any(name in set().union(*(reachable(graph, step) for step in after[name])) for name in components)


def clash(left: Edge, right: Edge) -> bool:
    """Whether no version of the cube fits both refs."""
    ranges = (left.ref.constraint, right.ref.constraint)
    if any(item.label for item in ranges):
        return False
    return not any(all(item.allows(version) for item in ranges) for version in CUBE)


def expected_faults(graph: dict[str, Vertex], root: str) -> set[tuple[str, int, str]]:
    """File, line and code of every fault below `root`; circles and the faults of broken files are left out."""
    names = reachable(graph, root)
    edges = [edge for name in sorted(names) for edge in edges_of(graph, name)]
    faults = set()
    for edge in edges:
        target = edge.ref.name
        path = f"prompts/{edge.user}.{'yaml' if graph[edge.user].kind == 'prompt' else 'md'}"
        if target not in graph or graph[target].kind == "prompt":
            faults.add((path, edge.line, "unknown-name"))
        elif graph[target].kind == "component":
            version = Version(*map(int, graph[target].version.split(".")))
            if edge.ref.constraint.label:
                faults.add((path, edge.line, "unsatisfiable"))
            elif not edge.ref.constraint.allows(version):
                rivals = [other for other in edges if other.ref.name == target and clash(edge, other)]
                faults.add((path, edge.line, "conflict" if rivals else "unsatisfiable"))
    return faults


def outcome(store: Store, name: str) -> Closure | PromptregError:
    try:
        return resolve(name, store)
    except PromptregError as error:
        return error


def check(graph: dict[str, Vertex], store: Store, root: str) -> None:
    answer = outcome(store, root)
    names = reachable(graph, root)
    expected = expected_faults(graph, root)
    broken = {
        edge.ref.name
        for name in names
        for edge in edges_of(graph, name)
        if graph.get(edge.ref.name, graph["p"]).kind == "broken"
    }
    circular = is_circular(graph, names)
    if isinstance(answer, Closure):
        assert (expected, broken, circular) == (set(), set(), False)
        assert set(answer.pins) == names - {root}
        assert all(str(pin.version) == graph[name].version for name, pin in answer.pins.items())
        return
    seen = {(problem.path, problem.line, problem.code) for problem in answer.problems}
    assert any(code == "cycle" for _, _, code in seen) == circular
    assert {path for path, _, code in seen if code == "invalid-file"} == {f"prompts/{name}.md" for name in broken}
    others = {fault for fault in seen if fault[2] not in ("cycle", "invalid-file")}
    # Of two refs that clash and both misfit, the first names both; the other one need not be told again. A ref that
    # closes a circle is told as that.
    missing = expected - others
    assert {fault[:2] for fault in others} <= {fault[:2] for fault in expected}
    assert circular or others <= expected
    assert not missing or circular or {code for _, _, code in missing} == {"conflict"}
    assert type(answer).code in {problem.code for problem in answer.problems}
    assert all(problem.line and problem.column for problem in answer.problems)


@settings(max_examples=150)
@given(graphs())
def test_every_head_resolves_as_a_brute_force_reading_says(
    tmp_path_factory: pytest.TempPathFactory, graph: dict[str, Vertex]
) -> None:
    store = load(tmp_path_factory.mktemp("graph"), files_of(graph))
    for name, vertex in graph.items():
        if vertex.kind != "broken":
            check(graph, store, name)


@settings(max_examples=30)
@given(graphs(), st.randoms())
def test_the_order_of_writing_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, graph: dict[str, Vertex], random
) -> None:  # type: ignore[no-untyped-def]
    files = list(files_of(graph).items())
    first = load(tmp_path_factory.mktemp("graph"), dict(files))
    random.shuffle(files)
    second = load(tmp_path_factory.mktemp("graph"), dict(files))
    for name in first.heads:
        left, right = outcome(first, name), outcome(second, name)
        if isinstance(left, Closure):
            assert isinstance(right, Closure)
            assert (left.pin, left.pins) == (right.pin, right.pins)
        else:
            assert str(left) == str(right)


# -- ranges that exclude each other -----------------------------------------------------------------------------------

PARTIALS = [numbers for length in (1, 2, 3) for numbers in product(range(3), repeat=length)]
WISHES = ["", *(sign + ".".join(map(str, numbers)) for sign in ("", "~", "^") for numbers in PARTIALS)]


def test_two_ranges_meet_when_a_version_fits_both() -> None:
    constraints = [Ref.parse(f"a@{wish}" if wish else "a").constraint for wish in WISHES]
    small = [version for version in CUBE if max(version) < 4]
    allowed = [frozenset(version for version in small if item.allows(version)) for item in constraints]
    for left, some in zip(constraints, allowed, strict=True):
        for right, others in zip(constraints, allowed, strict=True):
            assert left.meets(right) == (not some.isdisjoint(others)), (left.text, right.text)


# -- words ------------------------------------------------------------------------------------------------------------


def rule(*refs: str, version: str = "1.0.0") -> Vertex:
    return Vertex(version, refs)


def prompt(*refs: str) -> Vertex:
    return Vertex("1.0.0", refs, "prompt")


def said(folder: Path, graph: dict[str, Vertex], root: str = "p") -> tuple[type[PromptregError], list[str]]:
    with pytest.raises(PromptregError) as caught:
        resolve(root, load(folder, files_of(graph)))
    return caught.type, [str(problem) for problem in caught.value.problems]


def test_a_sound_graph_resolves_to_pins_of_everything_below(tmp_path: Path) -> None:
    graph = {"p": prompt("b@^1", "a"), "a": rule("c@1.4"), "b": rule("c@^1"), "c": rule(version="1.4.2"), "d": rule()}
    closure = resolve("p", load(tmp_path, files_of(graph)))
    assert {name: pin.shown for name, pin in closure.pins.items()} == {
        "a": "1.0.0+head",
        "b": "1.0.0+head",
        "c": "1.4.2+head",
    }
    assert closure.pin.name == "p"


def test_a_cycle_of_one_names_itself(tmp_path: Path) -> None:
    graph = {"p": prompt("a"), "a": rule("a@1")}
    assert said(tmp_path, graph) == (
        CycleError,
        ["prompts/a.md:5:1: components include each other: a (prompts/a.md:5) > a"],
    )


@pytest.mark.parametrize("root", ["p", "a", "b", "c", "d"])
def test_a_cycle_is_told_in_the_same_words_wherever_one_comes_from(tmp_path: Path, root: str) -> None:
    graph = {"p": prompt("d"), "d": rule("c"), "c": rule("x", "a"), "a": rule("b"), "b": rule("c"), "x": rule()}
    assert said(tmp_path, graph, root) == (
        CycleError,
        [
            "prompts/a.md:5:1: components include each other: "
            "a (prompts/a.md:5) > b (prompts/b.md:5) > c (prompts/c.md:6) > a"
        ],
    )


def test_a_cycle_of_two(tmp_path: Path) -> None:
    graph = {"p": prompt("b"), "a": rule("b"), "b": rule("a")}
    assert said(tmp_path, graph)[1] == [
        "prompts/a.md:5:1: components include each other: a (prompts/a.md:5) > b (prompts/b.md:5) > a"
    ]


def test_two_cycles_are_two_problems(tmp_path: Path) -> None:
    graph = {"p": prompt("a", "c"), "a": rule("b"), "b": rule("a"), "c": rule("c")}
    kind, lines = said(tmp_path, graph)
    assert kind is CycleError
    assert len(lines) == 2


def test_a_conflict_names_both_chains_and_what_there_is(tmp_path: Path) -> None:
    graph = {"p": prompt("a", "b"), "a": rule("c@^1"), "b": rule("d"), "d": rule("c@2"), "c": rule(version="1.4.2")}
    assert said(tmp_path, graph) == (
        VersionConflict,
        [
            "prompts/d.md:5:1: two chains want different versions of c: p > b > d > c@2 "
            "(prompts/d.md:5:1), but p > a > c@^1 (prompts/a.md:5:1); "
            'the registry holds 1.4.2 (did you mean "c@^1"?)'
        ],
    )


def test_a_conflict_without_a_winner_is_told_once(tmp_path: Path) -> None:
    graph = {"p": prompt("a", "b"), "a": rule("c@1"), "b": rule("c@2"), "c": rule(version="0.2.3")}
    assert said(tmp_path, graph) == (
        VersionConflict,
        [
            "prompts/a.md:5:1: two chains want different versions of c: p > a > c@1 "
            "(prompts/a.md:5:1), but p > b > c@2 (prompts/b.md:5:1); "
            'the registry holds 0.2.3 (did you mean "c@^0"?)'
        ],
    )


def test_a_ref_that_a_release_could_fulfil_for_all_is_no_conflict(tmp_path: Path) -> None:
    graph = {"p": prompt("a", "c@^1.4"), "a": rule("c@^1"), "c": rule(version="1.0.0")}
    assert said(tmp_path, graph) == (
        UnsatisfiableRef,
        ['prompts/p.yaml:7:14: no version of c fits c@^1.4; the registry holds 1.0.0 (did you mean "c@^1"?)'],
    )


def test_an_unsatisfiable_ref_deep_inside_names_its_place_and_chain(tmp_path: Path) -> None:
    graph = {"p": prompt("a"), "a": rule("x", "b"), "b": rule("x@~2.1"), "x": rule(version="2.0.0")}
    assert said(tmp_path, graph) == (
        UnsatisfiableRef,
        [
            "prompts/b.md:5:1: no version of x fits x@~2.1; the registry holds 2.0.0; "
            'reached by p > a > b > x@~2.1 (did you mean "x@^2"?)'
        ],
    )


def test_an_unknown_component_deep_inside_names_its_place_chain_and_nearest(tmp_path: Path) -> None:
    graph = {"p": prompt("one"), "one": rule("two"), "two": rule("three"), "three": rule("twoo@1")}
    assert said(tmp_path, graph) == (
        UnknownName,
        [
            'prompts/three.md:5:1: the registry holds nothing named "twoo"; reached by p > one > two > three > twoo@1 '
            '(did you mean "two"?)'
        ],
    )


@pytest.mark.parametrize("root", ["p", "a"])
def test_a_prompt_cannot_be_a_part_not_even_of_itself(tmp_path: Path, root: str) -> None:
    kind, (line,) = said(tmp_path, {"p": prompt("a"), "a": rule("p")}, root)
    assert kind is UnknownName
    assert line.startswith('prompts/a.md:5:1: "p" is a prompt; a component is expected here')


def test_a_label_inside_is_refused_at_its_place(tmp_path: Path) -> None:
    assert said(tmp_path, {"p": prompt("a@production"), "a": rule(version="2.0.0")}) == (
        UnsatisfiableRef,
        [
            "prompts/p.yaml:6:14: labels are for entry points only; name a version or a range here "
            '(did you mean "a@^2"?)'
        ],
    )


def test_the_faults_of_a_broken_file_are_raised_for_whoever_reaches_it(tmp_path: Path) -> None:
    store = load(
        tmp_path,
        {
            **files_of({"p": prompt("a"), "a": rule("b"), "q": prompt("c"), "c": rule()}),
            "b.md": "---\nkind: role\n---\n",
        },
    )
    with pytest.raises(InvalidFile) as caught:
        resolve("p", store)
    assert [str(problem) for problem in caught.value.problems] == [
        'prompts/b.md:2:1: the key "version" is missing',
        'prompts/b.md:2:7: kind: "role" is not one of instruction, rule, template (did you mean "rule"?)',
    ]
    assert resolve("q", store).pins.keys() == {"c"}


def test_five_bad_refs_are_five_problems_under_the_class_of_the_first(tmp_path: Path) -> None:
    graph = {"p": prompt("gone", "q", "a@2", "a@stable", "b"), "q": prompt(), "a": rule(), "b": rule("b")}
    kind, lines = said(tmp_path, graph)
    assert kind is UnknownName
    assert len(lines) == 5


# -- long chains ------------------------------------------------------------------------------------------------------


def test_the_longest_chain_resolves(tmp_path: Path) -> None:
    closure = resolve("p", load(tmp_path, chain_files(MAX_CHAIN)))
    assert len(closure.pins) == MAX_CHAIN


@pytest.mark.parametrize("length", [MAX_CHAIN + 1, 1_500])
def test_a_longer_chain_is_refused_with_its_ends(tmp_path: Path, length: int) -> None:
    with pytest.raises(LimitExceeded) as caught:
        resolve("p", load(tmp_path, chain_files(length)))
    assert str(caught.value) == (
        "prompts/c99.md:5:1: a chain of more than 100 refs: p > c0 > c1 > … > c98 > c99 > c100"
    )
    assert caught.value.allowed == MAX_CHAIN


@pytest.mark.parametrize("refs", [("c0", "c50"), ("c50", "c0")], ids=["long way first", "short way first"])
def test_a_chain_is_too_long_whichever_way_was_walked_first(tmp_path: Path, refs: tuple[str, str]) -> None:
    files = {**chain_files(MAX_CHAIN + 1), **files_of({"p": prompt(*refs)})}
    with pytest.raises(LimitExceeded):
        resolve("p", load(tmp_path, files))


KNOWN_FROM_BELOW = {
    "p": Vertex("1.0.0", ("c", "b", "a"), "prompt"),
    **{user: Vertex("1.0.0", (used,)) for user, used in pairwise("abcd")},
    "d": Vertex("1.0.0", ()),
}
"""The long way from p leads through what was walked before, from the inside out."""


@settings(max_examples=60)
@example(KNOWN_FROM_BELOW, 3)
@given(graphs(kinds=("component",)).map(straight), st.integers(1, 3))
def test_the_longest_way_counts_however_the_graph_is_tangled(
    tmp_path_factory: pytest.TempPathFactory, graph: dict[str, Vertex], limit: int
) -> None:
    def length(name: str) -> int:
        return max((1 + length(ref) for ref in graph[name].refs), default=0)

    store = load(tmp_path_factory.mktemp("graph"), files_of(graph))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "MAX_CHAIN", limit)
        for name in graph:
            assert isinstance(outcome(store, name), LimitExceeded) == (length(name) > limit)


def test_a_wide_and_tangled_registry_resolves_at_once(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(60)]
    graph = {name: rule(after, after, after) for name, after in pairwise(names)}
    store = load(tmp_path, files_of({"p": prompt("c0"), **graph, "c59": rule()}))
    assert len(resolve("p", store).pins) == 60


def test_a_name_that_was_never_there_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r'nothing named "rules/tome" \(did you mean "rules/tone"\?\)'):
        resolve("rules/tome", load(tmp_path, {"rules/tone.md": text_component()}))
