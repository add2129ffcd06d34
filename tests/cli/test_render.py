"""The render command: formats, where inputs come from, files, terminals."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import promptreg
from promptreg import tokens
from promptreg.errors import TokenizerMissing
from tests.cli.golden import check_golden
from tests.cli.running import SMALL, run
from tests.cli.schemas import valid

_SAMPLE = ("render", "support/reply", "--sample", "with-history")


def test_text_in_a_pipe_is_the_exact_text() -> None:
    result = run(*_SAMPLE)
    assert (result.code, result.err) == (0, "")
    expected = promptreg.load(SMALL / "prompts").render("support/reply", sample="with-history").text
    assert result.raw == expected.encode("utf-8")
    assert not expected.endswith("\n")
    check_golden("render-with-history.txt", result.out)


def test_json_is_the_document_of_the_library() -> None:
    result = run(*_SAMPLE, "--format", "json")
    document = valid(result.out, "render")
    assert document == promptreg.load(SMALL / "prompts").render("support/reply", sample="with-history").document()
    check_golden("render-with-history.json", result.out)


@pytest.mark.parametrize("name", ["support/reply", "hello", "notes"])
def test_segments_of_every_fixture_fit_the_schema_and_tile_the_messages(name: str) -> None:
    sample = {"support/reply": ["--sample", "small-claim"], "notes": ["--sample", "short"]}.get(name, [])
    document = valid(run("render", name, *sample, "--format", "json").out, "render")
    for index, message in enumerate(document["messages"]):
        own = [segment for segment in document["segments"] if segment["message"] == index]
        assert [s["start"] for s in own] == [0, *(s["end"] for s in own[:-1])]
        assert own[-1]["end"] == len(message["content"])


@pytest.mark.parametrize("form", ["messages", "openai", "openai-responses", "anthropic", "gemini", "mcp"])
def test_other_formats_are_what_the_library_gives(form: str) -> None:
    result = run(*_SAMPLE, "--format", form)
    assert (result.code, result.err) == (0, "")
    rendered = promptreg.load(SMALL / "prompts").render("support/reply", sample="with-history")
    assert json.loads(result.out) == (rendered.messages if form == "messages" else rendered.to(form))
    assert result.out.endswith("\n")


def test_inputs_are_merged_sample_then_file_then_values(tmp_path: Path) -> None:
    file = tmp_path / "in.yaml"
    file.write_text("max_amount: 77\nlanguage: fr\nticket: 0123\n")
    result = run(*_SAMPLE, "-i", str(file), "-v", "language=en", "-v", "customer.name=Zoë", "--format", "text")
    assert "refund above 77 EUR" in result.out
    assert "0123" in result.out
    assert "The customer is Zoë." in result.out
    assert 'language "' not in result.out


def test_inputs_are_read_from_standard_input() -> None:
    for data in (b'{"max_amount": 1, "ticket": "caf\xc3\xa9"}', b"max_amount: 1\nticket: caf\xc3\xa9\n"):
        assert "café" in run("render", "support/reply", "-i", "-", stdin=data).out


@pytest.mark.parametrize("form", ["text", "json", "openai"])
def test_a_file_gets_the_bytes_of_the_pipe(form: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    result = run(*_SAMPLE, "--format", form, "-o", str(target))
    assert (result.code, result.out, result.err) == (0, "", "")
    assert target.read_bytes() == run(*_SAMPLE, "--format", form).raw
    assert os.listdir(tmp_path) == ["out"]


def test_a_file_gets_the_same_bytes_from_a_terminal(tmp_path: Path) -> None:
    target = tmp_path / "out"
    run(*_SAMPLE, "-o", str(target), terminal=True)
    assert target.read_bytes() == run(*_SAMPLE).raw


def test_a_terminal_shows_the_text_with_its_origins() -> None:
    result = run(*_SAMPLE, terminal=True, environment={"NO_COLOR": "1"})
    assert (result.code, result.err) == (0, "")
    assert "\x1b" not in result.out
    check_golden("render-with-history.terminal.txt", result.out)


def test_a_narrow_terminal_shows_the_origins_above_the_text() -> None:
    result = run(*_SAMPLE, terminal=True, environment={"NO_COLOR": "1", "COLUMNS": "50"})
    check_golden("render-with-history.narrow.txt", result.out)


def test_colours_follow_the_environment_and_never_reach_a_pipe() -> None:
    assert "\x1b[" in run(*_SAMPLE, terminal=True).out
    assert "\x1b" not in run(*_SAMPLE, terminal=True, environment={"TERM": "dumb"}).out
    assert run(*_SAMPLE, environment={"FORCE_COLOR": "1"}).raw == run(*_SAMPLE).raw
    for form in ("json", "openai"):
        assert run(*_SAMPLE, "--format", form, terminal=True).out == run(*_SAMPLE, "--format", form).out


def test_a_terminal_that_is_not_utf8_gets_escapes_and_a_pipe_gets_utf8() -> None:
    shown = run(*_SAMPLE, terminal=True, encoding="iso-8859-1", environment={"NO_COLOR": "1"})
    assert shown.code == 0
    assert "\\u65e5\\u672c\\u8a9e" in shown.out
    assert "Møller" in shown.out
    assert run(*_SAMPLE, encoding="iso-8859-1").raw == run(*_SAMPLE).raw


def test_colour_says_the_same_as_no_colour() -> None:
    plain = run(*_SAMPLE, terminal=True, environment={"NO_COLOR": "1"}).out
    coloured = re.sub("\x1b\\[[0-9;]*m", "", run(*_SAMPLE, terminal=True).out)
    assert [line.rstrip() for line in coloured.splitlines()] == plain.splitlines()


_hostile = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]), st.sampled_from("\x1b\x9b\x07\r\x7f\u202e\u2066\u200b\U000e0041\n\t")
    ),
    max_size=40,
)


@settings(max_examples=120)
@given(_hostile, _hostile)
def test_no_input_controls_the_terminal_in_any_command(ticket: str, key: str) -> None:
    inputs = json.dumps({"max_amount": 1, "ticket": ticket, "customer": {"name": "N" + ticket}}).encode()
    commands = [
        ("render", "support/reply", "-i", "-"),
        ("render", "support/reply", "-i", "-", "--format", "json"),
        ("why", "support/reply", "-i", "-", "--text", ticket or "x"),
        ("why", "support/reply", "-i", "-", "--text", ticket or "x", "--format", "json"),
        ("render", "support/reply", "-i", "-", "-v", f"{key}=x"),
        ("show", key),
        ("list", key, "--registry", "prompts"),
    ]
    for command in commands:
        if any("\0" in word for word in command):
            continue
        result = run(*command, stdin=inputs, terminal=True, environment={"NO_COLOR": "1"})
        assert result.code in (0, 2)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", result.out + result.err)


def test_a_terminal_view_without_a_tokenizer_has_no_counts_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str = "", **_: object) -> None:
        raise TokenizerMissing("no rank file")

    monkeypatch.setattr(tokens, "get_counter", missing)
    shown = run(*_SAMPLE, terminal=True, environment={"NO_COLOR": "1"})
    assert shown.code == 0
    assert " tok" not in shown.out
    assert shown.err == "warning: tokens are not counted: no rank file\n"
    assert run(*_SAMPLE).code == 0
    failed = run(*_SAMPLE, "--format", "json")
    assert (failed.code, failed.err) == (2, "")
    assert valid(failed.out, "error")["errors"][0]["code"] == "tokenizer"


def test_the_registry_option_and_the_configuration_name_the_folder(tmp_path: Path) -> None:
    assert run("render", "hello", "--registry", str(SMALL / "prompts"), folder=tmp_path).out == "Say hello."
    below = SMALL / "prompts" / "rules"
    assert run("render", "hello", folder=below).out == "Say hello."
    (tmp_path / "pyproject.toml").write_text(f"[tool.promptreg]\nregistry = '{SMALL / 'prompts'}'\n")
    assert run("render", "hello", folder=tmp_path).out == "Say hello."
