"""`promptreg tokens`: worst cases and ledgers as people and scripts see them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import promptreg
from promptreg.output.terminal import width
from tests.cli.golden import check_golden
from tests.cli.registries import broken, written
from tests.cli.running import SMALL, Result, run
from tests.cli.schemas import valid
from tests.support.registries import component, write_files

_TICKET = "Where is my parcel? It was sent ten days ago, and nobody answers my messages about it."
_FILES = {
    "a/agent.md": component(
        "You answer for {{ shop }}, in the language of the customer.\n", "{shop: {type: string, maxLength: 20}}"
    ),
    "a/rules.md": component(
        "- Never promise a refund.\n- Offer a human colleague when the customer asks for more than you can do.\n",
        kind="rule",
    ),
    "a/examples.yaml": """\
        kind: examples
        version: 1.0.0
        format: |
          Customer: {{ example.input }}
          Answer: {{ example.output }}
        examples:
          - {id: late, input: Where is my parcel?, output: It is on its way and will be there on Monday.}
          - {id: broken, input: My cup is broken., output: We are sorry. Please send us a picture of it.}
          - {id: thanks, input: Thank you!, output: You are welcome.}
        """,
    "reply.yaml": f"""\
        kind: prompt
        version: 1.0.0
        model: openai/gpt-4.1
        inputs:
          shop: {{type: string, maxLength: 20}}
          ticket: {{type: string, trust: untrusted, max_tokens: 400}}
          internal: {{type: boolean, default: false}}
          history: {{type: messages, trust: untrusted, default: []}}
        budget: {{tokens: 300, reserve: 100}}
        messages:
          - role: system
            parts:
              - use: a/agent@^1
              - use: a/rules@^1
              - use: a/examples@^1
                budget: {{priority: 40, min_items: 1}}
              - text: This is for a colleague.
                when: internal
          - slot: history
            budget: {{priority: 20, drop: oldest}}
          - role: user
            parts:
              - {{text: "{{{{ ticket }}}}", fence: ticket, budget: {{truncate: end, min_tokens: 20}}}}
        samples:
          short: {{shop: Acme, ticket: "{_TICKET}"}}
          long:
            shop: Acme
            ticket: "{" ".join([_TICKET] * 4)}"
            history:
              - {{role: user, content: Hello? Is anybody there?}}
              - {{role: assistant, content: Yes. What can I do for you?}}
        """,
    "plain.yaml": """\
        kind: prompt
        version: 1.0.0
        inputs: {name: {type: string}}
        messages:
          - role: user
            parts:
              - text: Dear {{ name }},
              - text: we have received your message and will answer it soon.
        """,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tokens")
    write_files(found, _FILES)
    return found


def tokens(folder: Path, *arguments: str, **options: Any) -> Result:
    result = run("tokens", *arguments, folder=folder, **options)
    assert result.err == ""
    return result


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("worst", ("reply",)),
        ("short", ("reply", "--sample", "short")),
        ("long", ("reply", "--sample", "long")),
        ("plain", ("plain",)),
    ],
)
def test_what_people_see(folder: Path, name: str, arguments: tuple[str, ...]) -> None:
    result = tokens(folder, *arguments)
    assert result.code == 0
    check_golden(f"tokens-{name}.txt", result.out)


def test_narrow_screens_without_unicode_get_the_same_facts(folder: Path) -> None:
    environment = {"COLUMNS": "60", "NO_COLOR": "1"}
    result = tokens(folder, "reply", "--sample", "long", terminal=True, encoding="ascii", environment=environment)
    assert max(map(width, result.out.splitlines())) <= 60
    check_golden("tokens-long.narrow.txt", result.out)


def test_colour_adds_nothing_but_colour(folder: Path) -> None:
    plain = tokens(folder, "reply", "--sample", "long").out
    colored = tokens(folder, "reply", "--sample", "long", terminal=True).out
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


@pytest.mark.parametrize("columns", [40, 60, 72, 80, 120, 200])
@pytest.mark.parametrize("arguments", [("reply",), ("reply", "--sample", "long")])
def test_no_line_is_wider_than_the_screen(folder: Path, arguments: tuple[str, ...], columns: int) -> None:
    lines = tokens(folder, *arguments, environment={"COLUMNS": str(columns)}).out.splitlines()
    place = max(width(word) for line in lines for word in line.split())
    assert max(map(width, lines)) <= max(columns, place + 8, 60)


@pytest.mark.parametrize("arguments", [("reply",), ("plain",)])
def test_the_document_of_a_worst_case(folder: Path, arguments: tuple[str, ...]) -> None:
    document = valid(tokens(folder, *arguments, "--format", "json").out, "tokens")
    assert document["kind"] == "worst-case"
    around = document["overhead"]["messages"] + document["overhead"]["reply"]
    parts = [part["tokens_most"] for part in document["parts"]]
    assert document["total"] == (None if None in parts else sum(parts) + around)
    lacking = [lack["message"] for part in document["parts"] for v in part["values"] for lack in v["lacks"]]
    wanted = {
        "reply": ["the slot history has no max_tokens in its budget"],
        "plain": ["name has no max_tokens or maxLength"],
    }
    assert lacking == wanted[arguments[0]]


@pytest.mark.parametrize("sample", ["short", "long"])
@pytest.mark.parametrize("budget", [None, "260", "5000"])
def test_the_document_of_a_ledger_sums_up_to_its_total(folder: Path, sample: str, budget: str | None) -> None:
    more = ["--budget", budget] if budget else []
    document = valid(tokens(folder, "reply", "--sample", sample, *more, "--format", "json").out, "tokens")
    assert document["kind"] == "ledger"
    assert document["budget"]["tokens"] == int(budget or 300)
    around = document["overhead"]["messages"] + document["overhead"]["reply"]
    assert sum(part["tokens"] + part["seam_tokens"] for part in document["parts"]) + around == document["total"]
    assert document["total"] <= document["budget"]["limit"]
    registry = promptreg.load(folder / "prompts")
    rendered = registry.render("reply", sample=sample, budget=int(budget) if budget else None).document()
    assert rendered["parts"] == document["parts"]
    assert rendered["tokens"]["stable_prefix"] == document["stable_prefix"]["tokens"]
    assert rendered["tokens"]["stable_prefix_digest"] == document["stable_prefix"]["digest"]


def test_the_smallest_budget_that_is_named_keeps_the_part(folder: Path) -> None:
    document = valid(tokens(folder, "reply", "--sample", "long", "--format", "json").out, "tokens")
    part = next(part for part in document["parts"] if part["keeps_at"] is not None)
    for budget, state in ((part["keeps_at"], {"kept"}), (part["keeps_at"] - 1, {"shortened", "dropped"})):
        arguments = ("reply", "--sample", "long", "--budget", str(budget), "--format", "json")
        again = valid(tokens(folder, *arguments).out, "tokens")
        assert next(row for row in again["parts"] if row["id"] == part["id"])["state"] in state


def test_a_warning_tells_what_moving_static_parts_would_save(folder: Path) -> None:
    document = valid(tokens(folder, "reply", "--format", "json").out, "tokens")
    prefix = document["stable_prefix"]
    assert (prefix["end"]["part"], prefix["end"]["reason"]) == ("0.0", "prints shop")
    assert prefix["behind"] == ["0.1"]
    assert prefix["tokens_moved"] > prefix["tokens"]
    assert prefix["cache"]["reusable_moved"] == 0
    (warning,) = document["warnings"]
    assert warning.startswith("part 0.0 prints shop and stands before text that never changes: static part 0.1;")


def test_check_is_exit_1_where_the_required_parts_may_not_fit(folder: Path) -> None:
    assert tokens(folder, "reply", "--check", "--budget", "5000").code == 0
    result = tokens(folder, "reply", "--check", "--budget", "250")
    assert result.code == 1
    assert "may be too small for what is required" in result.out
    assert tokens(folder, "reply", "--budget", "250").code == 0
    assert tokens(folder, "reply", "--check", "--sample", "short").code == 0


def test_check_without_a_budget_is_a_mistake(folder: Path) -> None:
    for arguments in (("plain",), ("plain", "-v", "name=Ana")):
        result = run("tokens", *arguments, "--check", folder=folder)
        assert (result.code, result.out) == (2, "")
        assert "plain has no budget to be held against; give one with --budget" in result.err


def test_a_budget_that_cannot_hold_what_is_required_is_refused(folder: Path) -> None:
    result = run("tokens", "reply", "--sample", "short", "--budget", "120", folder=folder)
    assert (result.code, result.out) == (2, "")
    smallest = re.search(r"the smallest budget that would do is (\d+)", result.err)
    assert smallest is not None
    assert tokens(folder, "reply", "--sample", "short", "--budget", smallest[1]).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("reply", "--budget", "0"), "budget"),
        (("reply", "--budget", "-5"), "budget"),
        (("reply", "--budget", "100"), "leaves no tokens"),
        (("reply", "--budget", "many"), "--budget"),
        (("reply", "--counter", "o200"), "there is no counter"),
        (("a/rules",), "is of kind rule, not a prompt"),
        (("replay",), 'did you mean "reply"'),
        (("reply", "--sample", "shirt"), 'did you mean "short"'),
    ],
)
def test_bad_input_is_exit_2_with_nothing_on_standard_output(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("tokens", *arguments, folder=folder)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_another_counter_counts_with_upper_bounds(folder: Path) -> None:
    result = tokens(folder, "reply", "--counter", "approximate")
    assert "approximate, upper bounds" in result.out
    document = valid(tokens(folder, "reply", "--counter", "approximate", "--format", "json").out, "tokens")
    assert (document["counter"], document["exact"]) == ("approximate", False)


def test_a_broken_part_is_told(tmp_path: Path) -> None:
    folder = broken(tmp_path, written("rules/refund-limits.md", b"---\nkind: rule\n---\n{{ max_amount | nosuch }}\n"))
    assert run("tokens", "support/reply", folder=folder).code == 2


def test_control_characters_of_a_prompt_do_not_reach_the_terminal(tmp_path: Path) -> None:
    text = _FILES["plain.yaml"].replace("Dear {{ name }},", "\"{{ name ~ '\\e[31m' }}\"")
    write_files(tmp_path, {"plain.yaml": text})
    assert "\x1b[31m" not in run("tokens", "plain", folder=tmp_path, terminal=True).out


def test_the_small_registry_has_worst_cases_for_every_prompt() -> None:
    for name in ("hello", "notes", "support/reply"):
        valid(tokens(SMALL, name, "--format", "json").out, "tokens")


def test_a_ledger_without_a_budget_sums_up_too(folder: Path) -> None:
    document = valid(tokens(folder, "plain", "-v", "name=Ana", "--format", "json").out, "tokens")
    assert document["budget"] is None
    assert sum(part["tokens"] + part["seam_tokens"] for part in document["parts"]) == document["total"]
    assert document["total"] == promptreg.load(folder / "prompts").render("plain", {"name": "Ana"}).recount()
