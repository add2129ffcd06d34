"""The why command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.golden import check_golden
from tests.cli.running import SMALL, run
from tests.cli.schemas import valid

_WHY = ("why", "support/reply", "--sample", "with-history")


@pytest.mark.parametrize(
    ("arguments", "golden"),
    [
        (["--text", "Never promise a refund above 20 EUR"], "why-rule.txt"),
        (["--text", "Never blame"], "why-include.txt"),
        (["--text", "日本語"], "why-input.txt"),
        (["--text", "DE"], "why-derived.txt"),
        (["--text", "</ticket>"], "why-fence.txt"),
        (["--text", "A new cup leaves today ☕."], "why-example.txt"),
        (["--text", "er"], "why-many.txt"),
        (["--message", "1", "--offset", "0"], "why-slot.txt"),
    ],
)
def test_why_names_component_place_chain_and_input(arguments: list[str], golden: str) -> None:
    result = run(*_WHY, *arguments)
    assert (result.code, result.err) == (0, "")
    check_golden(golden, result.out)
    valid(run(*_WHY, *arguments, "--format", "json").out, "why")


def test_why_as_json_is_cut_to_the_text() -> None:
    text = run(*_WHY, "--text", "Never promise a refund above 20 EUR", "--format", "json").out
    check_golden("why-rule.json", text)
    first, value = valid(text, "why")["segments"][:2]
    source = (SMALL / first["path"]).read_text(encoding="utf-8")
    assert source[first["offset"] : first["end_offset"]] == "Never promise a refund above "
    assert source.splitlines()[first["line"] - 1][first["column"] - 1 :].startswith("Never promise")
    assert (value["kind"], value["input"], value["trust"]) == ("value", "max_amount", "trusted")


def test_a_place_in_a_file_with_crlf_line_ends_is_right() -> None:
    result = run("why", "notes", "--sample", "short", "--text", "Third", "--format", "json")
    (segment,) = valid(result.out, "why")["segments"]
    raw = (SMALL / "prompts/templates/windows.md").read_bytes().decode()
    assert raw[segment["offset"] : segment["end_offset"]] == "Third"
    assert (segment["line"], segment["column"]) == (10, 1)


def test_every_occurrence_is_listed_unless_one_is_chosen() -> None:
    everything = run(*_WHY, "--text", "er").out
    assert "occurrence 1 of" in everything
    second = run(*_WHY, "--text", "er", "--occurrence", "2").out
    assert "occurrence" not in second
    listed = [line for line in everything.splitlines() if ", occurrence 2 of" in line]
    assert second.splitlines()[0] == listed[0].partition(", occurrence")[0]
    beyond = run(*_WHY, "--text", "er", "--occurrence", "99")
    assert (beyond.code, beyond.out) == (2, "")
    assert "stands" in beyond.err


def test_a_text_that_is_not_there_is_answered_with_the_nearest() -> None:
    result = run(*_WHY, "--text", "never  promise a REFUND")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        'error: the rendered prompt does not hold the text "never  promise a REFUND" '
        '(did you mean "Never promise a refund"?)\n'
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["--message", "0"], ["--offset", "0"], ["--text", "x", "--message", "0", "--offset", "0"]],
    ids=["nothing", "message alone", "offset alone", "both ways"],
)
def test_the_piece_is_given_in_one_way(arguments: list[str]) -> None:
    result = run(*_WHY, *arguments)
    assert (result.code, result.out) == (2, "")
    assert "--text TEXT, with --message N and --offset N, or with --dropped" in result.err


def test_every_character_has_an_answer() -> None:
    document = valid(run("render", "support/reply", "--sample", "with-history", "--format", "json").out, "render")
    content = document["messages"][0]["content"]
    for offset in range(0, len(content), 7):
        found = valid(run(*_WHY, "--message", "0", "--offset", str(offset), "--format", "json").out, "why")["segments"]
        assert [(segment["start"], segment["end"]) for segment in found] == [(offset, offset + 1)]


def test_parts_of_a_content_list_have_origins(tmp_path: Path) -> None:
    inputs = (
        b'{"max_amount": 1, "ticket": "x", "history": [{"role": "user", "content": ['
        b'{"type": "image_url", "image_url": {"url": "u"}}, {"type": "text", "text": "Look here"}]}]}'
    )
    result = run("why", "support/reply", "-i", "-", "--text", "Look", "--format", "json", stdin=inputs)
    (segment,) = valid(result.out, "why")["segments"]
    assert (segment["content_part"], segment["input"], segment["input_offset"]) == (
        1,
        "history[0].content[1].text",
        0,
    )
