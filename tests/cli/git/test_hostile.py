"""Commands in a repository that is not to be trusted: nothing is run, nothing is written, the answers are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.schemas import valid
from tests.registry.git.evil_names import EVIL_NAMES
from tests.registry.git.hostile import Trap
from tests.registry.git.repositories import snapshot

RULE = "---\nkind: rule\nversion: 1.%d.0\n---\n- Rule number %d.\n"
PROMPT = "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [{use: r}]}]\n"


def commit_alone(trap: Trap, message: str, files: dict[str, str | bytes], parent: str | None = None) -> str:
    """A commit of these files alone, made without filters; what it touches of the trap is put back. The id."""
    work = trap.work
    index = {"GIT_INDEX_FILE": str(work.top / ".git/other-index")}
    lines = b""
    for path, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        blob = work.git("hash-object", "-w", "--no-filters", "--stdin", given=data)
        lines += b"100644 %s\t%s\0" % (blob.encode(), path.encode("utf-8", "surrogateescape"))
    work.git("read-tree", "--empty", variables=index)
    work.try_git("update-index", "-z", "--add", "--index-info", given=lines, variables=index)
    tree = work.git("write-tree", variables=index)
    work.minutes += 1
    commit = work.git("commit-tree", "-m", message, tree, *(["-p", parent] if parent else []))
    for file in trap.canaries.iterdir():
        file.unlink()
    return commit


def released(folder: Path) -> tuple[dict[str, str | bytes], dict[str, str | bytes]]:
    """The heads of a prompt and its rule, and the frozen files and lock of their release."""
    heads = {"prompts/q.yaml": PROMPT.replace("use: r", "use: said"), "prompts/said.md": RULE % (0, 0)}
    for path, text in heads.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    assert run("release", "q", "--with-parts", folder=folder).code == 0
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return dict(heads), {path: data for path, data in found.items() if path not in heads}


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trap:
    """A hostile repository with a good registry in it, on a branch `good`, staged, and on disk."""
    trap = Trap(tmp_path.resolve())
    work = trap.work
    heads, frozen = released(tmp_path / "release")
    long = RULE % (1, 1) + "".join(f"- Line {number}.\n" for number in range(9))
    files = {"prompts/r.md": RULE % (1, 1), "prompts/p.yaml": PROMPT, "prompts/old.md": long, **heads}
    one = commit_alone(trap, "Rule one", files)
    del files["prompts/old.md"]
    files |= {"prompts/r.md": RULE % (2, 2), "prompts/moved.md": f"{long}- More.\n", **frozen}
    two = commit_alone(trap, "Rule two", {**files, ".gitattributes": "* filter=evil diff=evil\n"}, one)
    work.write(".git/refs/heads/good", two + "\n")
    work.write(".git/HEAD", "ref: refs/heads/good\n")
    (work.top / ".git/other-index").replace(work.top / ".git/index")
    for path in ("prompts/a.md", "prompts/empty.md", "prompts/lost.md"):
        (work.top / path).unlink(missing_ok=True)
    work.write("prompts/p.yaml", PROMPT)
    work.write("prompts/r.md", RULE % (3, 3))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", "off")
    return trap


COMMANDS = {
    "render --at": (["render", "p", "--at", "good"], "- Rule number 2."),
    "render --at the past": (["render", "p", "--at", "good~1"], "- Rule number 1."),
    "render --staged": (["render", "p", "--staged"], "- Rule number 2."),
    "list --at": (["list", "--at", "HEAD"], "p      1.0.0+head"),
    "show --at": (["show", "r", "--at", "HEAD~1"], "r@1.1.0+head"),
    "tree --at": (["tree", "--at", "good"], "r@1.2.0+head"),
    "verify --at": (["verify", "--at", "good"], "2 releases of 2 names in 2 frozen files"),
    "log": (["log", "r"], "Rule two"),
    "log --at": (["log", "r", "--at", "good~1", "--format", "json"], '"subject": "Rule one"'),
    "why": (["why", "p", "--text", "Rule"], "none: this line is not committed yet"),
    "why --at": (["why", "p", "--text", "Rule", "--at", "good"], "Rule two"),
    "why --staged": (["why", "p", "--text", "Rule", "--staged"], "Rule two"),
    "log of what moved": (["log", "moved"], "moved from old"),
    "log of where it was": (["log", "old", "--at", "good"], "moved to moved"),
    "why of a release": (["why", "q@1.0.0", "--text", "Rule", "--at", "good"], "Ada Test  Rule one"),
    "why of a staged release": (["why", "q@1.0.0", "--text", "Rule", "--staged"], "Ada Test  Rule one"),
    "plain render": (["render", "p"], "- Rule number 3."),
}


@pytest.mark.parametrize(
    "environment", [{}, {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index"}], ids=["", "in a hook"]
)
def test_no_command_runs_a_program_or_writes_a_file(trap: Trap, tmp_path: Path, environment: dict[str, str]) -> None:
    before = snapshot(tmp_path)
    for arguments, expected in COMMANDS.values():
        result = run(*arguments, folder=trap.work.top, environment=environment)
        assert (result.code, result.err) == (0, ""), arguments
        assert expected in result.out, arguments
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_what_is_lost_is_said_and_not_fetched(trap: Trap, tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    for arguments in (["list", "--at", "main"], ["render", "a", "--at", "main"], ["log", "lost", "--at", "main"]):
        result = run(*arguments, folder=trap.work.top)
        assert (result.code, result.out) == (2, "")
        assert f"object {trap.missing} is not in this clone" in result.err
    assert run("log", "a", "--at", "main", folder=trap.work.top).code == 0
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_evil_revisions_are_refused_in_one_printable_line(trap: Trap, tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    for number, name in enumerate(EVIL_NAMES):
        command = (["render", "p"], ["log", "r"], ["why", "p", "--text", "Rule"])[number % 3]
        result = run(*command, f"--at={name}", folder=trap.work.top)
        assert (result.code, result.out) == (2, ""), name
        assert result.err.startswith("error: "), name
        assert result.err.removesuffix("\n").isprintable(), name
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_evil_file_names_hide_nobody_and_do_nothing(trap: Trap, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"prompts/r.md": RULE % (1, 1), "prompts/p.yaml": PROMPT}
    for number, name in enumerate(EVIL_NAMES):
        if len(name.encode("utf-8", "surrogateescape")) < 240:
            files[f"prompts/{name}{('.md', '/x.md', '.yaml')[number % 3]}"] = RULE % (1, 1)
    commit = commit_alone(trap, "Evil", files)
    before = snapshot(tmp_path)
    listed = run("list", "--at", commit, folder=trap.work.top)
    assert listed.code == 2
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert {"p", "r"} <= set(names)
    errors = listed.err.replace("\xa0", " ").splitlines()
    assert [line for line in errors if not line.startswith("error: prompts/") or not line.isprintable()] == []
    assert len(names) + len(errors) > 100
    assert run("render", "p", "--at", commit, folder=trap.work.top).out == "- Rule number 1."
    for name in names:
        document = valid(run("log", name, "--at", commit, "--format", "json", folder=trap.work.top).out, "log")
        assert [row["subject"] for row in document["entries"]] == ["Evil"]
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_evil_names_of_components_are_refused(trap: Trap, tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    for name in EVIL_NAMES[::3]:
        assert run("log", "--", name, folder=trap.work.top).code == 2, name
    assert trap.sprung() == set()
    assert snapshot(tmp_path) == before


def test_the_traps_are_armed(trap: Trap) -> None:
    trap.work.try_git("status")
    assert trap.sprung() != set()
