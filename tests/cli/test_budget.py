"""Budgets on the command line: render within one, and ask why text was left out."""

from __future__ import annotations

from pathlib import Path

import pytest

import promptreg
from promptreg.render.rendered import Rendered
from tests.cli.golden import check_golden
from tests.cli.running import Result, run
from tests.cli.schemas import valid
from tests.support.budgeted import FILES
from tests.support.registries import write_files

TIGHT = ("--budget", "180")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose prompt `p` uses every way to shorten, with the sample `full`."""
    folder = tmp_path_factory.mktemp("shop")
    write_files(folder, FILES)
    return folder


def asked(folder: Path, command: str, *arguments: str, terminal: bool = False) -> Result:
    environment = {"NO_COLOR": "1"}
    return run(command, "p", "--sample", "full", *arguments, folder=folder, terminal=terminal, environment=environment)


def test_render_within_a_budget_is_the_document_of_the_library(folder: Path) -> None:
    result = asked(folder, "render", *TIGHT, "--format", "json")
    assert (result.code, result.err) == (0, "")
    document = valid(result.out, "render")
    rendered = promptreg.load(folder / "prompts").render("p", sample="full", budget=180)
    assert document == rendered.document()
    assert document["tokens"]["total"] == rendered.recount() <= 160
    check_golden("render-budget.json", result.out)


def test_a_terminal_has_a_line_for_each_part_that_is_not_sent_in_full(folder: Path) -> None:
    result = asked(folder, "render", *TIGHT, terminal=True)
    assert result.code == 0
    check_golden("render-budget.err.txt", result.err)
    roomy = asked(folder, "render", terminal=True)
    assert (roomy.code, roomy.err) == (0, "")


def test_a_pipe_has_the_text_and_no_talk(folder: Path) -> None:
    result = asked(folder, "render", *TIGHT)
    assert (result.code, result.err) == (0, "")
    assert result.out == promptreg.load(folder / "prompts").render("p", sample="full", budget=180).text


def test_a_budget_that_is_too_small_names_one_that_works(folder: Path) -> None:
    refused = asked(folder, "render", "--budget", "24", "--format", "json")
    assert refused.code == 2
    (error,) = valid(refused.out, "error")["errors"]
    assert error["code"] == "budget"
    smallest = error["message"].partition("the smallest budget that would do is ")[2].partition(";")[0]
    assert asked(folder, "render", "--budget", smallest).code == 0
    one_less = asked(folder, "render", "--budget", str(int(smallest) - 1))
    assert (one_less.code, one_less.out) == (2, "")
    assert f"the smallest budget that would do is {smallest}; largest: 3.0 ticket (" in one_less.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--budget", "0"], "error: --budget: must be a number of tokens from 1 to 100,000,000, not 0\n"),
        (["--budget", "-1"], "error: --budget: must be a number of tokens from 1 to 100,000,000, not -1\n"),
        (["--budget", "1000000000"], "error: --budget: must be a number of tokens from 1 to 100,000,000, not 1000"),
        (["--budget", "20"], "error: --budget: 20 leaves no tokens for the prompt: p reserves 20 for the answer\n"),
        (["--counter", "o200k"], 'error: --counter: there is no counter "o200k": '),
        (["--budget", "many"], "error: invalid value for '--budget': 'many' is not a valid integer"),
    ],
    ids=["zero", "negative", "absurd", "all in reserve", "unknown counter", "no number"],
)  # fmt: skip
def test_what_can_be_no_budget_is_refused(folder: Path, arguments: list[str], reason: str) -> None:
    for command in ("render", "why"):
        result = asked(folder, command, *arguments, *(["--dropped"] if command == "why" else []))
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(reason)


def test_the_counter_can_be_chosen(folder: Path) -> None:
    result = asked(folder, "render", "--counter", "approximate", "--format", "json")
    assert valid(result.out, "render")["tokens"]["counter"] == "approximate"


def test_a_total_that_a_recount_does_not_confirm_is_no_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rendered, "recount", lambda self: self.tokens.total + 1)
    result = asked(folder, "render", *TIGHT)
    assert (result.code, result.out) == (3, "")
    assert " tokens were planned, and " in result.err


def test_why_dropped_shows_all_that_is_left_out(folder: Path) -> None:
    result = asked(folder, "why", *TIGHT, "--dropped")
    assert (result.code, result.err) == (0, "")
    check_golden("why-dropped.txt", result.out)
    segments = valid(asked(folder, "why", *TIGHT, "--dropped", "--format", "json").out, "why")["segments"]
    assert {segment["message"] for segment in segments} == {None}
    assert {segment["dropped"]["how"] for segment in segments} == {"part", "item", "cut", "variant"}


def test_why_of_text_that_was_left_out_says_so(folder: Path) -> None:
    result = asked(folder, "why", *TIGHT, "--text", "You are welcome.")
    assert (result.code, result.err) == (0, "")
    check_golden("why-dropped-text.txt", result.out)
    (segment,) = valid(asked(folder, "why", *TIGHT, "--text", "You are welcome.", "--format", "json").out, "why")[
        "segments"
    ]
    assert segment["component"] == "examples/replies"
    assert segment["dropped"]["state"] in ("shortened", "dropped")
    sent = valid(asked(folder, "why", "--text", "You are welcome.", "--format", "json").out, "why")["segments"]
    assert "dropped" not in sent[0]


def test_why_lists_places_that_are_sent_before_those_that_are_not(folder: Path) -> None:
    tight = ("--budget", "60", "--text", "Please help me.")
    result = asked(folder, "why", *tight)
    headings = [line for line in result.out.splitlines() if ", occurrence " in line]
    assert [line.partition(" ")[0] for line in headings] == ["message", "not", "not"]
    second = asked(folder, "why", *tight, "--occurrence", "2").out
    assert second.startswith("not sent: part 3.0 ticket, cut out: ")


def test_without_pressure_nothing_is_left_out(folder: Path) -> None:
    result = asked(folder, "why", "--dropped")
    assert (result.code, result.out, result.err) == (0, "", "Nothing was left out.\n")
    assert valid(asked(folder, "why", "--dropped", "--format", "json").out, "why")["segments"] == []


def test_a_text_that_is_nowhere_is_still_an_error(folder: Path) -> None:
    result = asked(folder, "why", *TIGHT, "--text", "Nobody wrote this")
    assert (result.code, result.out) == (2, "")
    both = asked(folder, "why", "--dropped", "--text", "x")
    assert both.code == 2
