"""Laws of team rules on made texts: nothing outside of the scope, nothing lost by the search, fixes come to an end."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from promptreg.api import Registry
from promptreg.lint.patterns.engine import Pattern
from promptreg.lint.patterns.folding import fold
from promptreg.lint.team.case_tree import CaseTree
from promptreg.lint.team.loose import loose_passage
from promptreg.lint.team.matcher import Matcher, Term
from promptreg.lint.team.read_rule import SCOPES
from promptreg.lint.team.units import sentences
from promptreg.lint.workspace import Workspace
from promptreg.markdown.blocks import read_blocks
from promptreg.registry.config import Config
from tests.lint.team.written import FRONT, apply, component, findings, found, rule

LINES = st.sampled_from(
    ["# foo", "foo", "- foo", "  - foo bar", "1. foo", "> foo", "```", "    foo", "<x>", "</x>", "| foo |", "|---|",
     "`foo` foo", "``foo ` foo`` bar", "<!-- foo -->", "{{ foo }} foo", "{# foo #}",
     "", "===", "foo `foo", "{% if foo %}foo{% endif %}"]
)  # fmt: skip
TEXTS = st.lists(LINES, min_size=1, max_size=12).map("\n".join)


@given(TEXTS, st.sampled_from(sorted(set(SCOPES) - {"prose", "all", "example"})))
def test_a_scope_reports_nothing_outside_of_itself(text: str, scope: str) -> None:
    result = findings(rule(f"kind: existence\nphrases: [foo]\nscope: [{scope}]\n"), component(text))
    everything = findings(rule("kind: existence\nphrases: [foo]\nscope: [all]\n"), component(text))
    assert {one.place.start for one in result} <= {one.place.start for one in everything}
    blocks = read_blocks(text)
    for one in result:
        at = one.place.start - len(FRONT)
        assert text[at : at + 3] == "foo"
        assert not re.search(r"\{[{#][^{}#]*$", text[:at]), "inside of a tag"
        if "<x>" in text or "</x>" in text or "{" in text:
            continue  # borders of sections and tags change what is a block
        kinds = {block.kind for block in blocks if block.start <= at < block.end}
        wanted = {"list-item": "paragraph", "markup": "html"}.get(scope, scope)
        assert kinds & ({"fence", "code", "paragraph", "heading", "table"} if scope == "code" else {wanted})


@given(TEXTS, st.sampled_from(["foo", "foo bar", "`", "x"]))
def test_passages_that_are_passed_over_hold_no_match(text: str, phrase: str) -> None:
    workspace = Workspace(Registry(Config("/", "/prompts"), CaseTree(component(text))))
    for term in (Term(phrase, None), Term(None, Pattern(f"{phrase}\\b|{phrase}$", 0))):
        matcher = Matcher([term])
        for sheet in workspace.head("case").sheets:
            touched = matcher.touched(sheet, sheet.passages)
            assert [one for one in sheet.passages if matcher.spans(one)] == [
                one for one in touched if matcher.spans(one)
            ]


@given(TEXTS)
def test_the_scopes_of_prose_and_code_share_nothing(text: str) -> None:
    starts = [
        {
            one.place.start
            for one in findings(rule(f"kind: existence\nphrases: [foo]\nscope: [{scope}]\n"), component(text))
        }
        for scope in ("paragraph", "list-item", "heading", "table", "code", "markup")
    ]
    assert sum(map(len, starts)) == len(set().union(*starts))


WORDS = st.sampled_from(
    ["a", "b", "ab", "A", "B-a", "a.b", "_a", "İ", "ſ", "s", "don't", "don’t", "C++", "é", "Σ", "ς"]
)
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
PLAIN = st.lists(st.one_of(WORDS, st.sampled_from([" ", "  ", "\n", ", ", ".", "{", "'"])), max_size=14).map("".join)


@given(PHRASES, PLAIN)
def test_no_match_of_a_phrase_is_lost_by_the_search_before_it(phrase: str, text: str) -> None:
    folded = fold(text)
    parts = [re.escape(part) for part in fold(phrase).split()]
    before = r"(?<!\w)" if re.match(r"\w", fold(phrase)) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", fold(phrase)) else ""
    plain = re.compile(before + r"\s+".join(parts) + after)
    matcher = Matcher([Term(phrase, None)])
    passage = loose_passage(text)
    assert matcher.spans(passage) == [one.span() for one in plain.finditer(folded)]
    assert matcher.may_match(passage.sheet) or not plain.search(folded)


@given(PLAIN)
def test_sentences_are_pieces_of_the_text_and_leave_out_white_space_only(text: str) -> None:
    pieces = sentences(loose_passage(text))
    assert all(text[piece.start : piece.start + len(piece.text)] == piece.text for piece in pieces)
    left = list(text)
    for piece in pieces:
        left[piece.start : piece.start + len(piece.text)] = [" "] * len(piece.text)
    assert not "".join(left).strip()


SWAPS = st.dictionaries(
    st.sampled_from(["a", "b", "a b", "b a", "c", "a c", "b c"]), st.sampled_from(["x", "a", "b", "x c", "y z", "b x"]),
    min_size=1, max_size=4,
)  # fmt: skip
SOUP = st.lists(st.sampled_from(["a", "b", "c", "x", "A", "\n", "-", "`b`", "{{ a }}", "."]), min_size=1, max_size=14)


@given(SWAPS, SOUP)
def test_fixing_twice_changes_nothing_more(swap: dict[str, str], words: list[str]) -> None:
    from promptreg.errors import InvalidFile

    lines = "\n".join(f"  {key}: {value}" for key, value in swap.items())
    try:
        made = rule(f"kind: substitution\nswap:\n{lines}\n")
    except InvalidFile:
        return  # a replacement that holds what is replaced
    once = apply(*_with(made, component(" ".join(words))["case.md"]))
    assert apply(*_with(made, once)) == once


@given(st.lists(st.sampled_from(["the", "The", "END", "iOS", "of", "I", "1.", "a:", "`X`"]), min_size=1, max_size=8))
def test_fixed_headings_are_left_alone(words: list[str]) -> None:
    for style in ("sentence", "title", "lower", "upper"):
        made = rule(f"kind: capitalization\nstyle: {style}\n")
        once = apply(*_with(made, component("# " + " ".join(words))["case.md"]))
        assert apply(*_with(made, once)) == once


def _with(made: object, text: str) -> tuple[str, list[object]]:
    return text, findings(made, {"case.md": text})  # type: ignore[arg-type,return-value]


@given(TEXTS)
def test_every_kind_reads_every_text(text: str) -> None:
    for written in (
        "kind: repetition\npatterns: ['\\w+']\nscope: [all]\nper: prompt\n",
        "kind: occurrence\npatterns: ['\\w+']\nmax: 1\nmin: 1\nper: sentence\n",
        "kind: capitalization\nstyle: title\nscope: [all]\n",
    ):
        found(written, text)
