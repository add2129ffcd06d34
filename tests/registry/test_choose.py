"""Choosing versions in working mode, against a brute force over all assignments, and the words of each refusal."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from promptreg.errors import (
    CycleError,
    LimitExceeded,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    VersionConflict,
)
from promptreg.model.ref import Ref
from promptreg.model.version import Version
from promptreg.registry import choose as choose_module
from promptreg.registry.resolve import Closure, resolve
from tests.registry.folders import fill, load
from tests.registry.graphs import Vertex, files_of

Refs = tuple[str, ...]


class Node(NamedTuple):
    """Everything there is of one name: its head (None when it was deleted) and its releases by version."""

    head: Vertex | None
    releases: Mapping[str, Refs] = {}


Graph = dict[str, Node]


def files(graph: Graph) -> dict[str, str]:
    """The files of a graph, frozen ones too."""
    found = files_of({name: node.head for name, node in graph.items() if node.head is not None})
    for name, node in graph.items():
        for version, refs in node.releases.items():
            (text,) = files_of({name: Vertex(version, refs)}).values()
            found[f".versions/{name}/{version}.md"] = text
    return found


# -- brute force


class Candidate(NamedTuple):
    """One candidate: its place in the order of preference, its version, its refs, and whether it is a head."""

    rank: int
    version: Version
    refs: Refs
    is_head: bool


def versions(node: Node) -> list[Candidate]:
    """The candidates of a name, the head first, then the releases from the highest down."""
    heads = [node.head] if node.head is not None and node.head.kind == "component" else []
    if node.head is not None and node.head.kind == "broken":
        return []
    found = [Candidate(0, Version(*map(int, head.version.split("."))), head.refs, True) for head in heads]
    frozen = sorted((Version(*map(int, text.split("."))), refs) for text, refs in node.releases.items())
    return found + [Candidate(rank, *item, False) for rank, item in enumerate(reversed(frozen), 1)]


def fits(ref: Ref, node: Node, candidate: Candidate) -> bool:
    """Whether a candidate may stand for a ref: an exact ref means the release, unless the head is the same."""
    if not ref.constraint.allows(candidate.version):
        return False
    exact = ref.constraint.exact
    released = node.releases.get(str(exact))
    return not (candidate.is_head and exact is not None and released is not None and released != candidate.refs)


Choice = Mapping[str, Candidate]


def refs_below(graph: Graph, choice: Choice) -> list[Ref] | None:
    """Every ref below p in the order of a walk, None when one leads nowhere or in a circle."""
    found: list[Ref] = []

    def visit(refs: Refs, above: tuple[str, ...], done: set[str]) -> bool:
        for ref in map(Ref.parse, refs):
            found.append(ref)
            if ref.name in above or ref.name not in choice:
                return False
            if ref.name not in done:
                done.add(ref.name)
                if not visit(choice[ref.name].refs, (*above, ref.name), done):
                    return False
        return True

    root = graph["p"].head
    assert root is not None
    return found if visit(root.refs, ("p",), set()) else None


def is_valid(graph: Graph, choice: Choice) -> bool:
    refs = refs_below(graph, choice)
    if refs is None or {ref.name for ref in refs} != set(choice):
        return False
    if not all(fits(ref, graph[ref.name], choice[ref.name]) for ref in refs):
        return False
    for name, chosen in choice.items():  # a head that fits is never passed over
        best = versions(graph[name])[0]
        if (
            best.is_head
            and not chosen.is_head
            and all(fits(ref, graph[name], best) for ref in refs if ref.name == name)
        ):
            return False
    return True


def best_choice(graph: Graph) -> Choice | None:
    """The valid choice that is first in the order in which a walk meets the names."""
    names = [name for name in graph if name != "p"]
    found: list[tuple[list[int], Choice]] = []
    for picks in product(*([None, *versions(graph[name])] for name in names)):
        choice = {name: pick for name, pick in zip(names, picks, strict=True) if pick is not None}
        if is_valid(graph, choice):
            met = dict.fromkeys(ref.name for ref in refs_below(graph, choice) or ())
            found.append(([choice[name].rank for name in met], choice))
    return min(found, key=lambda item: item[0])[1] if found else None


# -- random graphs

VERSIONS = ("1.0.0", "1.1.0", "1.2.3", "2.0.0")
WISHES = (*("",) * 4, *("@^1",) * 6, "@1.0.0", "@1.1.0", "@~1.1", "@^2", "@^1.1", "@1", "@3")
NAMES = "abcd"


def random_graph(chance: Random) -> Graph:
    """One to four versions of each name; refs mostly to later names, so that most graphs have no circles."""

    def refs(name: str) -> Refs:
        later = [other for other in NAMES if other > name or name == "p"]
        found = []
        for _ in range(chance.choice([0, 1, 1, 2, 3] if name != "p" else [1, 2, 3])):
            strange = chance.random()
            if strange < 0.02:
                target = chance.choice([*NAMES, "gone", "p"])
            elif later:
                target = chance.choice(later)
            else:
                continue
            found.append(target + chance.choice(WISHES))
        return tuple(found)

    graph = {"p": Node(Vertex("1.0.0", refs("p"), "prompt"))}
    for name in NAMES:
        numbers = chance.sample(VERSIONS, chance.randint(1, 4))
        releases = {number: refs(name) for number in numbers[1:]}
        head: Vertex | None = Vertex(numbers[0], refs(name))
        if releases and chance.random() < 0.3:  # a head of a number that is released, changed or not
            number = chance.choice(sorted(releases))
            head = Vertex(number, releases[number] if chance.random() < 0.5 else refs(name))
        if releases and chance.random() < 0.15:
            head = None if chance.random() < 0.7 else Vertex(numbers[0], (), "broken")
        graph[name] = Node(head, releases)
    return graph


def outcome(folder: Path) -> Closure | PromptregError:
    try:
        return resolve("p", load(folder))
    except PromptregError as error:
        return error


def chosen_by(closure: Closure) -> dict[str, tuple[Version, bool]]:
    return {name: (found.version, not found.frozen) for name, found in closure.members.items()}


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_the_one_that_brute_force_finds(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    answers, passed_over = 0, 0
    for number in range(60):
        graph = random_graph(chance)
        folder = tmp_path / str(number)
        fill(folder, files(graph))
        found, expected = outcome(folder), best_choice(graph)
        if expected is None:
            assert not isinstance(found, Closure), (graph, chosen_by(found))
        else:
            assert isinstance(found, Closure), (graph, expected, str(found))
            assert chosen_by(found) == {name: (item.version, item.is_head) for name, item in expected.items()}, graph
            answers += 1
            passed_over += any(not item.is_head for item in expected.values())
    assert answers > 15
    assert passed_over > 5


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_changes_neither_choice_nor_words(tmp_path: Path, seed: int) -> None:
    chance = Random(seed + 100)
    for number in range(40):
        content = list(files(random_graph(chance)).items())
        results = []
        for order in ("first", "second"):
            fill(tmp_path / order / str(number), dict(content))
            results.append(outcome(tmp_path / order / str(number)))
            chance.shuffle(content)
        left, right = results
        if isinstance(left, Closure):
            assert isinstance(right, Closure)
            assert (left.pin, left.pins, chosen_by(left)) == (right.pin, right.pins, chosen_by(right))
        else:
            assert str(left) == str(right)


def test_every_refusal_has_a_place(tmp_path: Path) -> None:
    chance = Random(5)
    for number in range(60):
        fill(tmp_path / str(number), files(random_graph(chance)))
        found = outcome(tmp_path / str(number))
        if not isinstance(found, Closure):
            assert all(problem.path and problem.line for problem in found.problems), str(found)


# -- cases


def prompt(*refs: str) -> Node:
    return Node(Vertex("1.0.0", refs, "prompt"))


def node(version: str | None, *refs: str, **releases: Refs) -> Node:
    """A head with its refs, and releases: `v1_0_0=("b@^1",)`."""
    frozen = {name[1:].replace("_", "."): refs for name, refs in releases.items()}
    return Node(None if version is None else Vertex(version, refs), frozen)


def members(folder: Path, graph: Graph) -> dict[str, str]:
    fill(folder, files(graph))
    closure = resolve("p", load(folder))
    return {name: pin.shown for name, pin in sorted(closure.pins.items())}


def said(folder: Path, graph: Graph) -> tuple[type[PromptregError], list[str]]:
    fill(folder, files(graph))
    with pytest.raises(PromptregError) as caught:
        resolve("p", load(folder))
    return caught.type, [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("", "2.1.0+head"),
        ("@^2", "2.1.0+head"),
        ("@^2.0", "2.1.0+head"),
        ("@~2.0", "2.0.1"),
        ("@^1", "1.4.0"),
        ("@~1.2", "1.2.0"),
        ("@1.2.0", "1.2.0"),
        ("@2.1.0", "2.1.0+head"),
    ],
)
def test_the_head_if_it_fits_else_the_highest_release_that_does(tmp_path: Path, wish: str, expected: str) -> None:
    releases = {"v1_2_0": (), "v1_4_0": (), "v2_0_1": (), "v2_0_0": ()}
    assert members(tmp_path, {"p": prompt(f"a{wish}"), "a": node("2.1.0", **releases)}) == {"a": expected}


def test_an_exact_ref_means_the_release_even_where_the_head_has_its_number(tmp_path: Path) -> None:
    changed = {"p": prompt("a@1.0.0"), "a": node("1.0.0", "b", v1_0_0=()), "b": node("1.0.0")}
    assert members(tmp_path / "exact", changed) == {"a": "1.0.0"}
    assert members(tmp_path / "range", {**changed, "p": prompt("a@^1")}) == {"a": "1.0.0+head", "b": "1.0.0+head"}
    both = {**changed, "p": prompt("a@^1", "a@1.0.0")}
    assert members(tmp_path / "both", both) == {"a": "1.0.0"}


def test_an_exact_ref_to_a_head_that_is_the_release_takes_either(tmp_path: Path) -> None:
    assert members(tmp_path, {"p": prompt("a@1.0.0"), "a": node("1.0.0", v1_0_0=())}) == {"a": "1.0.0"}


def test_a_name_whose_head_was_deleted_lives_on_in_its_releases(tmp_path: Path) -> None:
    assert members(tmp_path, {"p": prompt("a"), "a": node(None, v1_0_0=(), v1_1_0=())}) == {"a": "1.1.0"}


def test_a_lower_release_is_taken_where_the_refs_of_a_higher_one_do_not_fit(tmp_path: Path) -> None:
    graph = {
        "p": prompt("a@^1", "b@^1"),
        "a": node("2.0.0", v1_1_0=("b@^2",), v1_0_0=("b@^1",)),
        "b": node("2.0.0", v1_0_0=()),
    }
    assert members(tmp_path, graph) == {"a": "1.0.0", "b": "1.0.0"}


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        pytest.param(("gone",), UnknownName, id="an unknown name"),
        pytest.param(("a",), CycleError, id="a circle"),
        pytest.param(("c@^7",), UnsatisfiableRef, id="a version that is not there"),
        pytest.param(("b@^1",), VersionConflict, id="a version that another chain excludes"),
    ],
)
def test_a_head_with_a_mistake_is_an_error_and_not_passed_over(
    tmp_path: Path, broken: Refs, error: type[PromptregError]
) -> None:
    graph = {"p": prompt("a@^1", "b@^2"), "a": node("1.1.0", *broken, v1_0_0=()), "b": node("2.0.0", v1_0_0=())}
    graph["c"] = node("1.0.0")
    kind, lines = said(tmp_path, graph)
    assert kind is error
    assert lines[0].startswith("prompts/a.md:5:1: ")


def test_the_mistakes_of_a_head_that_is_not_used_do_not_count(tmp_path: Path) -> None:
    graph = {"p": prompt("a@^1"), "a": node("2.0.0", "gone", v1_0_0=())}
    assert members(tmp_path, graph) == {"a": "1.0.0"}


def test_no_version_fits_names_the_nearest(tmp_path: Path) -> None:
    graph = {"p": prompt("a@^2"), "a": node("5.0.0", v1_4_0=(), v0_1_0=())}
    assert said(tmp_path, graph) == (
        UnsatisfiableRef,
        [
            "prompts/p.yaml:6:14: no version of a fits a@^2; the registry holds 5.0.0, 1.4.0, 0.1.0 "
            '(did you mean "a@^1"?)'
        ],
    )


def test_two_chains_that_want_different_releases_are_both_named(tmp_path: Path) -> None:
    graph = {
        "p": prompt("a", "b"),
        "a": node("1.0.0", "c@~1.1"),
        "b": node("1.0.0", "d"),
        "d": node("1.0.0", "c@^1.2"),
        "c": node("2.0.0", v1_1_0=(), v1_2_0=()),
    }
    assert said(tmp_path, graph) == (
        VersionConflict,
        [
            "prompts/a.md:5:1: two chains want different versions of c: p > a > c@~1.1 (prompts/a.md:5:1), "
            "but p > b > d > c@^1.2 (prompts/d.md:5:1); "
            'the registry holds 2.0.0, 1.2.0, 1.1.0 (did you mean "c@^1"?)'
        ],
    )


def test_ranges_that_overlap_where_there_is_no_version_are_a_conflict(tmp_path: Path) -> None:
    graph = {"p": prompt("a", "c@~1.2"), "a": node("1.0.0", "c@^1.2.4"), "c": node("1.3.0", v1_2_3=())}
    kind, (line,) = said(tmp_path, graph)
    assert kind is VersionConflict
    assert "p > a > c@^1.2.4 (prompts/a.md:5:1), but p > c@~1.2 (prompts/p.yaml:7:14); " in line
    assert "the registry holds 1.3.0, 1.2.3" in line


def test_one_mistake_in_a_deep_registry_is_found_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose_module, "MAX_ATTEMPTS", 60)
    names = [f"c{number}" for number in range(25)]
    graph = {"p": prompt("c0")} | {
        name: node("1.5.0", f"c{number + 1}@^1", **{f"v1_{minor}_0": (f"c{number + 1}@^1",) for minor in range(4)})
        for number, name in enumerate(names)
    }
    kind, (line,) = said(tmp_path, graph)
    assert kind is UnknownName
    assert line.startswith('prompts/c24.md:5:1: the registry holds nothing named "c25"; reached by p > c0 > c1 > ')


def test_a_search_that_takes_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose_module, "MAX_ATTEMPTS", 5)
    names = "abcde"
    graph = {"p": prompt(*(f"{name}@^1" for name in names), "z@^1")}
    graph |= {name: node("2.0.0", v1_0_0=("z@^2",), v1_1_0=("z@^2",)) for name in names}
    graph["z"] = node("2.0.0", v1_0_0=())
    kind, (line,) = said(tmp_path, graph)
    assert kind is LimitExceeded
    assert line == "gave up looking for versions that fulfil all refs of p: too many combinations"
