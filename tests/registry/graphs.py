"""Registries as graphs: which component uses which, described by a few words each and written as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st

__all__ = ["NODES", "Vertex", "chain_files", "files_of", "graphs", "straight"]

NODES = ("p", "a", "b", "c", "d", "e")
"""Names of the vertices; `p` is always a prompt."""

VERSIONS = ("0.1.0", "0.2.3", "1.0.0", "1.4.2", "2.0.0")
WISHES = ("", "", "", "@1", "@^1", "@^1.4", "@~1.0", "@1.0.0", "@0.2", "@^2", "@0", "@stable")


class Vertex(NamedTuple):
    """One file: a component or prompt with its refs in document order, or one that cannot be read."""

    version: str
    refs: tuple[str, ...]
    kind: str = "component"


def files_of(graph: Mapping[str, Vertex]) -> dict[str, str]:
    """The files of a graph. A component includes each ref on a line of its own, from line 5 on."""
    files = {}
    for name, vertex in graph.items():
        if vertex.kind == "prompt":
            parts = "".join(f"      - use: {ref}\n" for ref in vertex.refs) + '      - text: "."\n'
            head = f"kind: prompt\nversion: {vertex.version}\nmessages:\n  - role: user\n    parts:\n"
            files[f"{name}.yaml"] = head + parts
        else:
            kind = "kind: rule" if vertex.kind == "component" else "knid: rule"
            body = "".join(f'{{% include "{ref}" %}}\n' for ref in vertex.refs) + ".\n"
            files[f"{name}.md"] = f"---\n{kind}\nversion: {vertex.version}\n---\n{body}"
    return files


def chain_files(length: int) -> dict[str, str]:
    """A prompt `p` that uses c0, which includes c1 and so on: `length` refs in one chain."""
    names = [f"c{number}" for number in range(length)]
    graph = {name: Vertex("1.0.0", (after,)) for name, after in pairwise(names)}
    return files_of({"p": Vertex("1.0.0", ("c0",), "prompt"), **graph, names[-1]: Vertex("1.0.0", ())})


def straight(graph: dict[str, Vertex]) -> dict[str, Vertex]:
    """The graph without circles, wishes and unknown names: every ref points to a later vertex."""
    return {
        name: Vertex(
            vertex.version,
            tuple(target for ref in vertex.refs if (target := ref.partition("@")[0]) in NODES[NODES.index(name) + 1 :]),
            vertex.kind,
        )
        for name, vertex in graph.items()
    }


@st.composite
def graphs(draw: st.DrawFn, *, kinds: Iterable[str] = ("component",) * 8 + ("prompt", "broken")) -> dict[str, Vertex]:
    """Small graphs with every mishap: unknown names, prompts inside, broken files, circles, versions that clash."""
    targets = st.sampled_from([*NODES, *NODES[1:], "gone"])
    if draw(st.booleans()):  # without circles, mostly
        targets = st.sampled_from(NODES[1:])
    pool = sorted(set(kinds))
    graph = {}
    for index, name in enumerate(NODES):
        later = NODES[index + 1 :]
        aim = st.sampled_from(later) if later and draw(st.integers(0, 3)) else targets
        refs = draw(st.lists(st.builds(lambda target, wish: target + wish, aim, st.sampled_from(WISHES)), max_size=3))
        kind = "prompt" if index == 0 else "component" if draw(st.integers(0, 9)) else draw(st.sampled_from(pool))
        graph[name] = Vertex(draw(st.sampled_from(VERSIONS)), tuple(refs), kind)
    return graph
