"""The law again, for programs that nobody wrote by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.interop.extract.programs import Project, sent_by

SPECIAL = ("{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "%", "%%", "-", "---", "'", '"', "\\")
WORDS = (*SPECIAL, "a", "B", " ", "_", "ü", "\n", "\t", "\r\n", "\u2028", "\x00")
LITERALS = st.lists(st.sampled_from(WORDS), max_size=8).map("".join)
VALUES = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none(), st.lists(st.integers(), max_size=2))
PIECES = st.lists(st.tuples(LITERALS, st.integers(0, 3)), min_size=1, max_size=5)


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def f_string(pieces: list[tuple[str, int]]) -> str:
    body = "".join(_braces(text) + f"{{v[{number}]}}" for text, number in pieces)
    return "f" + repr(body + "!")


def formatted(pieces: list[tuple[str, int]]) -> str:
    body = "".join(_braces(text) + f"{{{number}}}" for text, number in pieces)
    return f"{body + '!'!r}.format(v[0], v[1], v[2], v[3])"


def percent(pieces: list[tuple[str, int]]) -> str:
    body = "".join(_percent(text) + "%s" for text, _ in pieces)
    return f"{body + '!'!r} % ({', '.join(f'v[{number}]' for _, number in pieces)},)"


def added(pieces: list[tuple[str, int]]) -> str:
    return "'' + " + " + ".join(f"{text!r} + str(v[{number}])" for text, number in pieces) + " + '!'"


def joined(pieces: list[tuple[str, int]]) -> str:
    return f"'\\n'.join([{', '.join(f'{text!r}, repr(v[{number}])' for text, number in pieces)}, '!'])"


@given(
    pieces=PIECES,
    values=st.lists(VALUES, min_size=4, max_size=4),
    shape=st.sampled_from([f_string, formatted, percent, added, joined]),
    suffix=st.sampled_from(["", "\n", "\r\n\n"]),
)
def test_the_program_sends_the_same(pieces, values, shape, suffix) -> None:  # type: ignore[no-untyped-def]
    expression = shape(pieces) if not suffix else f"({shape(pieces)}) + {suffix!r}"
    source = f"import openai\n\nv = {values!r}\n\n\ndef main():\n    openai.responses.create(input={expression})\n"
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), source.encode("utf-8", "surrogatepass"))
        before = sent_by(project.file)
        found = project.apply()
        assert len(found.plan.proposals) == 1, found.plan.refusals
        assert sent_by(project.file) == before
