"""What is told about the place of the cursor: hovers, definitions, completions; also in files that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.lint.catalogue import builtin_rules
from promptreg.serve.lsp.completion import completions
from promptreg.serve.lsp.definition import definitions
from promptreg.serve.lsp.hover import hover
from promptreg.serve.lsp.key_words import keys_at
from promptreg.serve.lsp.page import Page
from promptreg.serve.lsp.symbols import symbols
from tests.serve.pages import opened
from tests.support.registries import SUPPORT, component

REPLY = SUPPORT["reply.yaml"].replace("\n        ", "\n").lstrip()
LIMITS = SUPPORT["rules/limits.md"]
FILES = {
    **SUPPORT,
    "rules/outer.md": component('- {% include "rules/limits@1" %}\n', "{limit: {type: number}}", kind="rule"),
}


def at(text: str, place: str) -> str:
    """A text with the cursor where `place`, a part of it, marks it."""
    plain = place.replace("‸", "")
    assert text.count(plain) == 1, f"{plain!r} is {text.count(plain)} times in the text"
    return text.replace(plain, place)


def told(folder: Path, name: str, text: str) -> str:
    found = hover(*opened(folder, name, text, FILES))
    return found.text if found else ""


def found(folder: Path, name: str, text: str) -> list[tuple[str, str]]:
    """Path and text of every definition; of a whole file, its first line."""
    places = definitions(*opened(folder, name, text, FILES))
    return [(place.path, place.text or place.source.text[place.start :].split("\n")[0]) for place in places]


def offered(folder: Path, name: str, text: str) -> list[str]:
    return [offer.text for offer in completions(*opened(folder, name, text, FILES), builtin_rules())]


# -- hovers


def test_a_ref_tells_version_file_digest_inputs_bindings_and_tokens(tmp_path: Path) -> None:
    text = told(tmp_path, "reply.yaml", at(REPLY, "use: rules/li‸mits"))
    assert "**rules/limits@1.0.0+head** (rule)" in text
    assert "`prompts/rules/limits.md` · `sha256:" in text
    assert "| `limit` | number, required | `$limit` |" in text
    assert "| `currency` | EUR or USD, default EUR |  |" in text
    assert "part 0.1: " in text
    assert "tokens with `small`" in text


def test_a_part_tells_its_tokens_wherever_the_cursor_is_in_it(tmp_path: Path) -> None:
    text = told(tmp_path, "reply.yaml", at(REPLY, "whe‸n:"))
    assert "part 0.3: 6 tokens with `small`" in text


def test_a_variable_tells_what_it_is_declared_as(tmp_path: Path) -> None:
    text = told(tmp_path, "rules/limits.md", at(LIMITS, "{{ li‸mit }}"))
    assert text == "`limit`: number, required\n\ndeclared at `prompts/rules/limits.md:4:10`"


def test_an_untrusted_input_is_called_so(tmp_path: Path) -> None:
    assert "string, required, untrusted" in told(tmp_path, "reply.yaml", at(REPLY, "{{ tic‸ket }}"))


def test_a_filter_tells_what_it_does(tmp_path: Path) -> None:
    text = LIMITS.replace("{{ currency }}", "{{ currency|up‸per }}")
    assert told(tmp_path, "rules/limits.md", text) == "`upper`: Upper case."


def test_the_text_of_a_component_tells_what_it_takes_in_prompts(tmp_path: Path) -> None:
    text = told(tmp_path, "rules/limits.md", at(LIMITS, "Be ki‸nd"))
    assert "**rules/limits@1.0.0+head**" in text
    assert "reply, part 0.1: " in text


def test_a_variable_that_is_set_in_the_template_is_no_input(tmp_path: Path) -> None:
    text = LIMITS.replace("- Be kind.", "{% set limit = 2 %}{{ limi‸t + 1 }}")
    assert told(tmp_path, "rules/limits.md", text) == "`limit` gets its value in this template"


def test_a_file_that_broke_is_told_about_as_it_was(tmp_path: Path) -> None:
    text = at(REPLY, "limit: {type: numb‸er}").replace("\nrequires", "\nreqires: [\nrequires")
    assert hover(*opened(tmp_path, "reply.yaml", text, FILES)) is None
    text = at(REPLY, "{{ tic‸ket }}").replace("\nrequires", "\nreqires: [\nrequires")
    assert "string, required, untrusted" in told(tmp_path, "reply.yaml", text)


# -- definitions


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("reply.yaml", at(REPLY, "use: rules/li‸mits"), ("prompts/rules/limits.md", "---"), id="a use"),
        pytest.param(
            "reply.yaml", at(REPLY, "agent@^‸1"), ("prompts/instructions/agent.md", "---"), id="a use with a range"
        ),
        pytest.param(
            "rules/outer.md",
            at(FILES["rules/outer.md"], 'include "rules/lim‸its'),
            ("prompts/rules/limits.md", "---"),
            id="an include",
        ),
        pytest.param(
            "rules/limits.md", at(LIMITS, "{{ li‸mit }}"), ("prompts/rules/limits.md", "limit"), id="a variable"
        ),
        pytest.param("reply.yaml", at(REPLY, "{{ tick‸et }}"), ("prompts/reply.yaml", "ticket"), id="in inline text"),
        pytest.param("reply.yaml", at(REPLY, '"not inter‸nal"'), ("prompts/reply.yaml", "internal"), id="in when"),
        pytest.param("reply.yaml", at(REPLY, '"limi‸t > 0"'), ("prompts/reply.yaml", "limit"), id="in requires"),
        pytest.param("reply.yaml", at(REPLY, "{li‸mit: $"), ("prompts/rules/limits.md", "limit"), id="a bound input"),
        pytest.param("reply.yaml", at(REPLY, ": $li‸mit}"), ("prompts/reply.yaml", "limit"), id="a binding"),
        pytest.param("reply.yaml", at(REPLY, "slot: hist‸ory"), ("prompts/reply.yaml", "history"), id="a slot"),
        pytest.param("reply.yaml", at(REPLY, "{lim‸it: 50,"), ("prompts/reply.yaml", "limit"), id="in a sample"),
    ],
)
def test_definitions_are_found(tmp_path: Path, name: str, text: str, expected: tuple[str, str]) -> None:
    assert found(tmp_path, name, text) == [expected]


@pytest.mark.parametrize("place", ["Be ki‸nd", "kind: ru‸le", "versi‸on"])
def test_other_words_have_no_definition(tmp_path: Path, place: str) -> None:
    assert found(tmp_path, "rules/limits.md", at(LIMITS, place)) == []


def test_variants_and_needs_lead_somewhere(tmp_path: Path) -> None:
    budget = "budget: {variants: [instructions/agent@1], needs: [ticket]}"
    text = REPLY.replace("with: {limit: $limit}", f"with: {{limit: $limit}}\n        {budget}")
    assert found(tmp_path, "reply.yaml", at(text, "[instructions/ag‸ent@1]")) == [
        ("prompts/instructions/agent.md", "---")
    ]
    (place,) = definitions(*opened(tmp_path, "reply.yaml", at(text, "[tick‸et]"), FILES))
    assert place.source.text[place.start :].startswith('{text: "{{ ticket }}"')


def test_the_file_of_a_sample_is_a_definition(tmp_path: Path) -> None:
    files = {**FILES, "samples/one.yaml": "limit: 5\nticket: Hello\n"}
    text = REPLY.rstrip() + "\n  large: {file: samples/o‸ne.yaml}\n"
    (place,) = definitions(*opened(tmp_path, "reply.yaml", text, files))
    assert place.path == "prompts/samples/one.yaml"


# -- completions


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param(
            "reply.yaml",
            REPLY.replace("- slot: history", "- role: user\n    parts:\n      - use: ‸\n  - slot: history"),
            ["examples/replies", "instructions/agent", "rules/limits", "rules/outer"],
            id="names behind use",
        ),
        pytest.param("reply.yaml", at(REPLY, "agent@^1‸"), ["^1", "~1.0", "1.0.0"], id="versions behind @"),
        pytest.param(
            "rules/limits.md",
            LIMITS.replace("- Be kind.", '- {% include "ru‸'),
            ["examples/replies", "instructions/agent", "rules/outer"],
            id="names in an include that is open",
        ),
        pytest.param(
            "rules/limits.md", LIMITS.replace("- Be kind.", "- {{ ‸"), ["limit", "currency"], id="an open tag"
        ),
        pytest.param("rules/limits.md", LIMITS.replace("Be kind", "{{ ‸ }}"), ["limit", "currency"], id="a closed tag"),
        pytest.param(
            "rules/limits.md",
            LIMITS.replace("- Be kind.", "{% for word in [1] %}{{ ‸ }}{% endfor %}"),
            ["word", "limit", "currency"],
            id="names of loops",
        ),
        pytest.param(
            "reply.yaml", at(REPLY, '"not int‸ernal"'), ["limit", "internal", "ticket", "history"], id="expressions"
        ),
        pytest.param(
            "reply.yaml", REPLY.replace("{limit: $limit}", "{‸}"), ["limit", "currency"], id="inputs of the used one"
        ),
        pytest.param("reply.yaml", REPLY.replace("{limit: $limit}", "{limit: $limit, ‸}"), ["currency"], id="the rest"),
        pytest.param(
            "reply.yaml", at(REPLY, "$lim‸it}"), ["$limit", "$internal", "$ticket", "$history"], id="what is bound"
        ),
        pytest.param("reply.yaml", at(REPLY, "slot: hi‸story"), ["history"], id="lists of messages behind slot"),
        pytest.param(
            "reply.yaml",
            REPLY.replace("{limit: 50, ticket", "{limit: 50, ‸, ticket"),
            ["internal", "history"],
            id="inputs of a sample that are missing",
        ),
        pytest.param(
            "reply.yaml", at(REPLY, "role: sys‸tem"), ["system", "developer", "user", "assistant"], id="roles"
        ),
        pytest.param(
            "reply.yaml",
            REPLY.replace("  - slot: history", "        ‸\n  - slot: history"),
            ["use", "with", "fence", "budget"],
            id="keys of a part",
        ),
        pytest.param(
            "rules/limits.md", LIMITS.replace("kind: rule", "kind: ‸"), ["instruction", "rule", "template"], id="kinds"
        ),
        pytest.param("rules/limits.md", LIMITS.replace("inputs:", "‸\ninputs:"), ["summary"], id="keys at the top"),
        pytest.param("rules/limits.md", at(LIMITS, "Be ki‸nd"), [], id="nothing in prose"),
    ],
)
def test_completions(tmp_path: Path, name: str, text: str, expected: list[str]) -> None:
    assert offered(tmp_path, name, text) == expected


def test_filters_tests_tags_and_rules_are_offered(tmp_path: Path) -> None:
    def inside(tag: str) -> list[str]:
        return offered(tmp_path, "rules/limits.md", LIMITS.replace("- Be kind.", tag))

    assert {"upper", "default"} <= set(inside("{{ limit | up‸ }}"))
    assert {"defined", "even"} <= set(inside("{{ limit is ‸ }}"))
    assert {"if", "endif", "include"} <= set(inside("{% ‸ %}"))
    assert "unused-variable" in inside("{# promptreg: ignore[un‸] #}")
    assert inside("{# lim‸it #}") == []


def test_a_completion_replaces_the_word_that_is_there(tmp_path: Path) -> None:
    one = opened(tmp_path, "rules/limits.md", at(LIMITS, "{{ li‸mit }}"), FILES)
    (offer, *_) = completions(*one, ())
    assert one.page.text[offer.start : offer.end] == "limit"


def test_properties_of_an_object_are_offered(tmp_path: Path) -> None:
    inputs = "{order: {type: object, properties: {id: {type: string}, items: {type: array}}}}"
    files = {"a.md": component("{{ order.id }}\n", inputs)}
    one = opened(tmp_path, "a.md", component("{{ order.‸ }}\n", inputs), files)
    assert [offer.text for offer in completions(*one, ())] == ["id", "items"]


@pytest.mark.parametrize("count", range(0, len(REPLY), 41))
def test_a_prompt_that_is_half_written_breaks_nothing(tmp_path: Path, count: int) -> None:
    one = opened(tmp_path, "reply.yaml", REPLY[:count] + "‸", FILES)
    hover(*one)
    definitions(*one)
    completions(*one, ())
    symbols(one.page)


def test_the_keys_that_are_offered_are_those_that_the_readers_know() -> None:
    from promptreg.registry import read_component, read_prompt

    assert set(keys_at(Page("a.yaml", "kind: prompt\n"), ())) == set(read_prompt._KEYS)
    assert set(keys_at(Page("a.yaml", "kind: examples\n"), ())) == set(read_component._EXAMPLES_KEYS)
    assert set(keys_at(Page("a.md", "---\nkind: rule\n---\n"), ())) == set(read_component._TEXT_KEYS)


# -- outlines


def test_symbols_name_what_a_prompt_consists_of() -> None:
    assert [(one.kind, one.name) for one in symbols(Page("reply.yaml", REPLY))] == [
        *(("input", name) for name in ("limit", "internal", "ticket", "history")),
        ("message", "system"),
        ("part", "0.0 instructions/agent@^1"),
        ("part", "0.1 rules/limits"),
        ("part", "0.2 examples/replies@1"),
        ("part", "0.3 Write in the customer's language."),
        ("slot", "history"),
        ("message", "user"),
        ("part", "2.0 {{ ticket }}"),
        ("sample", "small"),
    ]


def test_headings_of_a_body_are_symbols_and_those_in_code_are_not() -> None:
    page = Page("a.md", component("# One\n```\n# not\n```\n## Two ##\n"))
    assert [one.name for one in symbols(page)] == ["One", "Two"]
