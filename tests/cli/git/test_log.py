"""The log command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from promptreg.tokens import get_counter
from tests.cli.git.conftest import change
from tests.cli.running import run
from tests.cli.schemas import valid
from tests.registry.git.repositories import ROOT, Work, snapshot

NAME = "rules/tone"
FILE = f"prompts/{NAME}.md"


def rule(body: str = "- One.\n", *, version: str = "1.0.0", inputs: str = "", summary: str = "x") -> str:
    return f"---\nkind: rule\nversion: {version}\nsummary: {summary}\n{inputs}---\n{body}"


def entries(work: Work, *arguments: str, name: str = NAME) -> list[dict[str, Any]]:
    result = run("log", name, *arguments, "--format", "json", folder=work.top)
    assert (result.code, result.err) == (0, "")
    document = valid(result.out, "log")
    assert (document["name"], document["counter"]) == (name, "o200k_base")
    return list(document["entries"])


STEPS = [
    ("added", None, rule()),
    ("patch", None, rule("- One.\n- Two.\n", version="1.0.1")),
    ("none", None, rule("- One.\n- Two.\n", version="1.0.1", summary="other")),
    ("none", None, rule("- One.\n- Two.\n", version="1.0.2", summary="other").replace("\n", "\r\n")),
    (
        "minor",
        'optional input "a" was added',
        rule(version="1.1.0", inputs="inputs: {a: {type: string, default: b}}\n"),
    ),
    ("major", 'input "a" became required', rule(version="2.0.0", inputs="inputs: {a: {type: string}}\n")),
    ("broken", f'{FILE}:3:10: version: "2" is not a version', rule(version="2")),
    ("repaired", None, rule(version="2.0.1")),
    ("removed", None, None),
    ("added", None, rule(version="3.0.0")),
]


def test_each_commit_says_what_it_did(work: Work) -> None:
    commits = []
    for kind, _, text in STEPS:
        if text is None:
            (work.top / FILE).unlink()
        commits.append(work.commit(f"It was {kind}", {} if text is None else {FILE: text}))
        work.commit("Something else", {"prompts/other.md": rule(f"- {kind}\n"), "README": kind})
    found = entries(work)[::-1]
    assert [row["commit"] for row in found] == commits
    assert [row["change"] for row in found] == [kind for kind, _, _ in STEPS]
    assert [row["subject"] for row in found] == [f"It was {kind}" for kind, _, _ in STEPS]
    for row, (_, reason, _) in zip(found, STEPS, strict=True):
        assert len(row["reasons"]) == (reason is not None)
        assert not reason or row["reasons"][0].startswith(reason)
    versions = ["1.0.0", "1.0.1", "1.0.1", "1.0.2", "1.1.0", "2.0.0", None, "2.0.1", None, "3.0.0"]
    assert [row["version"] for row in found] == versions
    assert {row["author"] for row in found} == {"Ada Test"}
    assert found[0]["date"] == "2023-11-15T00:14:20+02:00"
    assert [row["path"] for row in found] == [None if kind == "removed" else FILE for kind, _, _ in STEPS]


def test_digests_are_those_of_the_file_and_of_show(work: Work) -> None:
    work.commit("One", {FILE: rule()})
    work.commit("Two", {FILE: rule("- Two.\n")})
    work.commit("Three", {FILE: rule()})
    three, two, one = entries(work)
    assert one["digest"] == three["digest"] != two["digest"]
    shown = json.loads(run("show", NAME, "--format", "json", folder=work.top).out)["digests"]
    assert (three["body"], three["contract"]) == (shown["body"], shown["contract"])
    assert two["contract"] == one["contract"]


def test_tokens_are_those_of_the_own_text_of_a_file(work: Work) -> None:
    count = get_counter("o200k_base").count
    bodies = ["- One.\n", "- One and some more words.\n", "{# nothing #}\n"]
    for body in bodies:
        work.commit("Change", {FILE: rule(body)})
    (work.top / FILE).unlink()
    work.commit("Remove")
    removed, *found = entries(work)
    assert [row["tokens"] for row in found[::-1]] == [count(body) for body in bodies]
    assert [row["token_delta"] for row in found[::-1]] == [
        count(new) - (count(old) if old else 0) for old, new in zip(["", *bodies], bodies, strict=False)
    ]
    assert (removed["tokens"], removed["token_delta"]) == (None, -count(bodies[-1]))


def test_tokens_of_examples_and_of_prompts_leave_their_parts_out(past: Work) -> None:
    count = get_counter("o200k_base").count
    (examples,) = entries(past, name="examples/refunds")
    (prompt,) = entries(past, name="support/reply")
    assert prompt["tokens"] == count("The customer is {{ customer.name }}.\n{{ ticket }}")
    assert examples["tokens"] > count("A new cup leaves today ☕.")


def test_tokens_of_examples_are_those_of_the_format_and_of_all_fields(work: Work) -> None:
    text = (
        "kind: examples\nversion: 1.0.0\nformat: 'Q: {{ example.q }}'\nexamples: [{id: e, q: 'Grüße', list: [é, 2]}]\n"
    )
    work.commit("One", {"prompts/x.yaml": text})
    (row,) = entries(work, name="x")
    assert row["tokens"] == get_counter("o200k_base").count('Q: {{ example.q }}\nGrüße\n["é", 2]')


def test_without_a_tokenizer_everything_else_is_there(work: Work) -> None:
    work.commit("One", {FILE: rule()})
    code = (
        "import sys; sys.modules['tiktoken'] = None; from promptreg.cli.app import main;"
        f"sys.exit(main(['log', '{NAME}', '--format', 'json']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=work.top, capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith(b"warning: tokens are not counted: ")
    document = valid(done.stdout.decode(), "log")
    assert document["counter"] is None
    assert [(row["version"], row["tokens"], row["token_delta"]) for row in document["entries"]] == [
        ("1.0.0", None, None)
    ]


def test_the_configured_counter_counts(work: Work) -> None:
    work.commit("One", {FILE: rule(), "promptreg.toml": 'counter = "approximate"\n'})
    document = valid(run("log", NAME, "--format", "json", folder=work.top).out, "log")
    assert document["counter"].startswith("approximate")


# -- releases -------------------------------------------------------------------------------------------------------


def test_releases_are_marked_where_they_were_made(work: Work) -> None:
    work.commit("One", {FILE: rule()})
    work.commit("Two", {FILE: rule(version="1.1.0"), f"prompts/.versions/{NAME}/1.0.0.md": rule()})
    work.commit("Release", {f"prompts/.versions/{NAME}/1.1.0.md": rule(version="1.1.0")})
    work.commit(
        "Other", {"prompts/.versions/rules/tone/deep/1.0.0.md": rule(), "prompts/.versions/rules/1.0.0.md": "x"}
    )
    work.commit("Tamper", {f"prompts/.versions/{NAME}/1.1.0.md": rule("- Evil.\n", version="1.1.0")})
    (work.top / f"prompts/.versions/{NAME}/1.0.0.md").unlink()
    work.commit("Lose")
    lose, tamper, release, two, one = entries(work)
    assert (one["releases"], two["releases"], release["releases"]) == ([], ["1.0.0"], ["1.1.0"])
    assert (two["change"], release["change"], release["version"]) == ("none", "release", "1.1.0")
    assert (release["token_delta"], release["digest"]) == (0, two["digest"])
    assert (tamper["change"], tamper["reasons"]) == ("none", ["the frozen copy of 1.1.0 was changed"])
    assert (lose["change"], lose["reasons"]) == ("none", ["the frozen copy of 1.0.0 was removed"])


def test_the_release_command_is_seen(past: Work) -> None:
    past.git("checkout", "-q", "-f", "HEAD")
    assert run("release", "rules/tone", folder=past.top).code == 0
    past.commit("Release")
    row = entries(past)[0]
    assert (row["change"], row["releases"], row["version"]) == ("release", ["1.0.0"], "1.0.0")
    lock = (past.top / "prompts/promptreg.lock").read_text()
    assert row["digest"] in lock


# -- what is listed ---------------------------------------------------------------------------------------------------


def test_the_newest_come_first_and_can_be_limited(work: Work) -> None:
    commits = [work.commit("Change", {FILE: rule(f"- {number}\n")}) for number in range(5)]
    assert [row["commit"] for row in entries(work)] == commits[::-1]
    assert [row["commit"] for row in entries(work, "--limit", "2")] == commits[:2:-1]
    assert [row["commit"] for row in entries(work, "--at", "HEAD~3")] == commits[1::-1]
    assert [row["commit"] for row in entries(work, "--at", commits[0], "--limit", "9")] == commits[:1]
    assert run("log", NAME, "--limit", "0", folder=work.top).code == 2


def test_both_sides_of_a_merge_and_the_merge_that_made_a_version(work: Work) -> None:
    base = work.commit("Base", {FILE: rule()})
    work.git("checkout", "-q", "-b", "side")
    side = work.commit("Side", {FILE: rule("- Side.\n")})
    work.git("checkout", "-q", "main")
    main = work.commit("Main", {FILE: rule("- Main.\n")})
    work.try_git("merge", "-q", "side")
    merge = work.commit("Merge", {FILE: rule("- Both.\n")})
    found = entries(work)
    assert [row["commit"] for row in found] == [merge, main, side, base]
    assert [row["change"] for row in found] == ["patch", "patch", "patch", "added"]


def test_another_suffix_is_the_same_name(work: Work) -> None:
    work.commit("One", {"prompts/x.md": rule()})
    (work.top / "prompts/x.md").unlink()
    text = "kind: examples\nversion: 2.0.0\nformat: '{{ example.a }}'\nexamples: [{id: e, a: b}]\n"
    work.commit("Two", {"prompts/x.yaml": text})
    two, one = entries(work, name="x")
    assert (one["change"], two["change"], two["path"]) == ("added", "major", "prompts/x.yaml")
    assert two["reasons"] == ["the kind changed from rule to examples"]


def test_an_output_schema_that_is_written_inline_counts(work: Work) -> None:
    text = "kind: prompt\nversion: 1.0.0\noutput: {schema: %s}\nmessages: [{role: user, parts: [{text: x}]}]\n"
    work.commit("One", {"prompts/p.yaml": text % "{type: object}"})
    work.commit("Two", {"prompts/p.yaml": text % "{type: array}"})
    assert entries(work, name="p")[0]["reasons"] == ["the output schema changed"]


def test_what_is_not_committed_is_not_listed(past: Work) -> None:
    found = entries(past, name="rules/refund-limits")
    assert [row["subject"] for row in found] == ["Think again", "Start"]
    assert (found[0]["change"], found[0]["token_delta"]) == ("patch", 1)


def test_a_file_that_is_gone_has_a_log(past: Work) -> None:
    assert [row["change"] for row in entries(past, name="hello")] == ["removed", "added"]


def test_the_oldest_commit_of_a_shallow_clone_is_told_apart(work: Work, tmp_path: Path) -> None:
    for number in range(3):
        work.commit(f"{number}", {FILE: rule(f"- {number}\n"), f"prompts/.versions/{NAME}/{number}.0.0.md": rule()})
    shallow = work.clone(tmp_path / "shallow", "--depth", "2")
    last, oldest = entries(shallow)
    assert (last["change"], last["releases"]) == ("patch", ["2.0.0"])
    assert (oldest["change"], oldest["token_delta"], oldest["releases"]) == ("oldest", None, [])


# -- for people -------------------------------------------------------------------------------------------------------


def test_the_table(past: Work) -> None:
    change(
        past.top,
        "rules/refund-limits.md",
        "  max_amount: {type: number, minimum: 0}\n",
        "  max_amount: {type: number, minimum: 1}\n",
    )
    past.commit("Narrow")
    out = run("log", "rules/refund-limits", folder=past.top).out
    rows = [line.split("  ") for line in out.splitlines()]
    commits = past.git("log", "--format=%H").split()
    assert [row[:3] for row in rows if row[0]] == [["2023-11-15", commit[:12], "1.2.0"] for commit in commits]
    assert out.splitlines()[1].strip() == 'input "max_amount" was narrowed: minimum is now 1'
    assert [row[-1] for row in rows if row[0]] == ["Narrow", "Think again", "Start"]


def test_what_others_wrote_cannot_act_on_a_terminal(work: Work) -> None:
    evil = "\x1b[2J\u202e" + "x" * 300
    work.minutes += 1
    work.write(FILE, rule())
    work.git("add", "-A")
    work.git("commit", "-q", "-m", evil, variables={"GIT_AUTHOR_NAME": "\x1b]0;x\x07\u200bEve"})
    for terminal in (True, False):
        out = run("log", NAME, folder=work.top, terminal=terminal, environment={"NO_COLOR": "1"}).out
        assert len(out.splitlines()) == 1
        assert out.strip().isprintable()
        assert "Eve" in out
    (row,) = entries(work)
    assert row["subject"] == evil


def test_authors_and_subjects_of_any_encoding(work: Work) -> None:
    work.write(FILE, rule())
    work.git("add", "-A")
    tree = work.git("write-tree")
    text = f"tree {tree}\nauthor \xff\xfe <a@b> 1 +0000\ncommitter x <x> 1 +0000\n\n\xe9t\xe9\n".encode("latin-1")
    work.git("update-ref", "HEAD", work.git("hash-object", "-t", "commit", "-w", "--stdin", given=text))
    (row,) = entries(work)
    assert (row["author"], row["subject"]) == ("\ufffd\ufffd", "\ufffdt\ufffd")
    assert run("log", NAME, folder=work.top).code == 0


# -- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rules/tome"], 'no commit holds anything named "rules/tome" (did you mean "rules/tone"?)'),
        (["draft"], '"draft" has no history: no commit holds it yet'),
        (["hello", "--at", "v22"], 'there is no revision "v22" (did you mean "v2"?)'),
        (["rules/tone@^1"], '"rules/tone@^1" part "tone@^1" must be lower-case words'),
        (["../x"], '"../x" must not hold empty, "." or ".." parts'),
        ([""], '"" is empty'),
        (["rules/tone.md"], 'no commit holds anything named "rules/tone.md" (did you mean "rules/tone"?)'),
        (["-"], '"-" part "-" must be'),
        (["upper"], 'no commit holds anything named "upper"\n'),
    ],
)
def test_what_has_no_log_is_one_clear_error(past: Work, arguments: list[str], message: str) -> None:
    past.git("checkout", "-q", "-f", "HEAD")
    past.commit("Odd names", {"prompts/Upper.md": "x", "prompts/upper.txt": "x"})
    past.write("prompts/draft.md", rule())
    result = run("log", *arguments, folder=past.top)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")
    assert result.err.count("\n") == 1


def test_without_a_repository_or_git_it_is_one_clear_error(past: Work, tmp_path: Path) -> None:
    (tmp_path / "plain/prompts").mkdir(parents=True)
    result = run("log", "x", folder=tmp_path / "plain")
    assert (result.code, result.err) == (2, f"error: {tmp_path}/plain/prompts is in no git repository\n")
    result = run("log", NAME, folder=past.top, environment={"PATH": str(tmp_path)})
    assert (result.code, result.err) == (2, "error: git is not installed: no binary named git on the PATH\n")


def test_a_repository_without_commits_has_no_log(work: Work) -> None:
    work.write(FILE, rule())
    result = run("log", NAME, folder=work.top)
    assert (result.code, result.err) == (2, f'error: "{NAME}" has no history: no commit holds it yet\n')


def test_links_submodules_and_odd_files_have_a_place_in_the_log(work: Work) -> None:
    (work.top / "prompts").mkdir()
    (work.top / "prompts/x.md").symlink_to("y.md")
    work.commit("Link")
    (work.top / "prompts/x.md").unlink()
    work.commit("Large", {"prompts/x.md": rule("x" * 1_000_001)})
    work.commit("Bytes", {"prompts/x.md": b"\xff"})
    found = entries(work, name="x")
    assert [row["change"] for row in found] == ["broken"] * 3
    assert [row["reasons"][0].partition(" (byte")[0] for row in found[::-1]] == [
        "prompts/x.md: is a link or a submodule",
        "prompts/x.md: is larger than 1,000,000 bytes",
        "prompts/x.md:1:1: is not UTF-8",
    ]


def test_the_log_is_the_same_from_the_cache_and_writes_nothing_else(past: Work, tmp_path: Path) -> None:
    before = snapshot(past.top)
    cache = {"PROMPTREG_CACHE_DIR": str(tmp_path / "cache")}
    first = run("log", NAME, folder=past.top, environment=cache).out
    assert (tmp_path / "cache/history").is_dir()
    assert run("log", NAME, folder=past.top, environment=cache).out == first
    assert run("log", NAME, folder=past.top, environment={"PROMPTREG_CACHE_DIR": "off"}).out == first
    assert snapshot(past.top) == before
