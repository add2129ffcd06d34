"""Kept findings: after any edits, what a run gives with them is what it gives without."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import promptreg
from promptreg.lint.cache import Kept
from promptreg.lint.halves import second_half
from promptreg.lint.report import Report
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace

OURS = Path(__file__).resolve().parents[2] / "prompts"
EVERY_RULE = Settings(select=("all",), pedantic=True, preview=True)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(tmp_path / "cache"))


def run(
    folder: Path, stamp: str | None, settings: Settings = EVERY_RULE, targets: list[str] | None = None
) -> Report:  # fmt: skip
    return lint(Workspace(promptreg.load(folder / "prompts")), targets, settings, stamp=stamp)


def shown(report: Report) -> tuple[object, ...]:
    return report.as_dict(), report.crashes, [one.secret for one in report.findings]


def small(folder: Path) -> None:
    """A few of our own prompts with all that they are made of, and one fault."""
    registry = promptreg.load(OURS)
    names = ["router/route", *registry.closure("router/route").members]
    files = [registry.component(name).path.removeprefix("prompts/") for name in names]
    for name in (*files, *(str(path.relative_to(OURS)) for path in (OURS / "schemas").iterdir())):
        (folder / "prompts" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(OURS / name, folder / "prompts" / name)
    shutil.copytree(OURS / "samples" / "router", folder / "prompts" / "samples" / "router")
    fault = "---\nkind: rule\nversion: 1.0.0\n---\n- Be {{ mood }}.\n"
    (folder / "prompts" / "rules" / "fault.md").write_text(fault, encoding="utf-8")


def edit(folder: Path, chance: random.Random) -> None:
    """Change something at random: texts, versions, refs, samples; add, remove and break files."""
    files = sorted(path for path in (folder / "prompts").rglob("*") if path.is_file() and "fault" not in path.name)
    path = chance.choice(files)
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    kind = chance.randrange(7)
    if kind == 0:
        path.unlink()
        return
    if kind == 1:
        path.with_name(f"copy-{chance.randrange(9)}{path.suffix}").write_text(text, encoding="utf-8")
        return
    if kind == 2:
        del lines[at]
    elif kind == 3:
        lines.insert(at, chance.choice(["- Answer in English in at most 5 words.", "{{ nobody }}", "", "the the end"]))
    elif kind == 4:
        lines = [line.replace("version: 1", "version: 2") for line in lines]
    elif kind == 5:
        lines[at] = lines[at].replace("a", "e")
    else:
        lines += ["- use: rules/tone", "{% include 'rules/fault' %}"][: chance.randrange(3)]
    path.write_text("\n".join(lines), encoding="utf-8")


@settings(max_examples=5, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # each is seconds of linting
@given(st.integers(0, 10**9))
def test_after_any_edits_the_report_is_what_it_is_without_a_cache(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        small(folder)
        run(folder, "x")
        for _ in range(chance.randrange(1, 4)):
            edit(folder, chance)
            assert shown(run(folder, "x")) == shown(run(folder, None))
        assert shown(run(folder, "x")) == shown(run(folder, None))


def test_what_is_kept_is_not_looked_at_again(tmp_path: Path) -> None:
    small(tmp_path)
    first = run(tmp_path, "x")
    workspace = Workspace(promptreg.load(tmp_path / "prompts"))
    again = lint(workspace, None, EVERY_RULE, stamp="x")
    assert shown(again) == shown(first)
    assert first.findings
    assert not workspace._rendered
    (tmp_path / "prompts" / "rules" / "routing.md").write_text("---\nkind: rule\nversion: 9.0.0\n---\n- x\n")
    changed = Workspace(promptreg.load(tmp_path / "prompts"))
    lint(changed, None, EVERY_RULE, stamp="x")
    assert len(changed._rendered) + len(changed._trials) > 0


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(("y", EVERY_RULE), id="another program"),
        pytest.param(("x", EVERY_RULE._replace(ignore=("TPL001",))), id="other rules"),
        pytest.param(("x", EVERY_RULE._replace(options={"repeated-text": {"words": 3}})), id="other options"),
    ],
)
def test_other_rules_and_options_have_findings_of_their_own(tmp_path: Path, other: tuple[str, Settings]) -> None:
    small(tmp_path)
    run(tmp_path, "x")
    stamp, chosen = other
    assert shown(run(tmp_path, stamp, chosen)) == shown(run(tmp_path, None, chosen))


def test_a_run_of_some_files_keeps_what_is_known_of_others(tmp_path: Path) -> None:
    small(tmp_path)
    run(tmp_path, "x")
    (kept,) = (tmp_path / "cache" / "lint").iterdir()
    size = kept.stat().st_size
    assert kept.stat().st_mode & 0o077 == 0
    (tmp_path / "prompts" / "rules" / "fault.md").write_text("---\nkind: rule\nversion: 1.0.0\n---\n- x\n")
    run(tmp_path, "x", targets=["prompts/rules/fault.md"])
    assert kept.stat().st_size > size
    run(tmp_path, "x")
    assert kept.stat().st_size < size


@pytest.mark.parametrize("damage", [b"", b"{}", b"1 x\n{}", None])
def test_a_damaged_file_is_no_file(tmp_path: Path, damage: bytes | None) -> None:
    small(tmp_path)
    first = run(tmp_path, "x")
    (kept,) = (tmp_path / "cache" / "lint").iterdir()
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 1
    kept.write_bytes(bytes(data) if damage is None else damage)
    assert shown(run(tmp_path, "x")) == shown(first)


def test_the_order_of_targets_does_not_matter(tmp_path: Path) -> None:
    small(tmp_path)
    targets = ["prompts/rules", "prompts/rules/fault.md", "prompts/router", "prompts/samples"]
    reports = [
        shown(run(tmp_path, None, targets=order)) for order in (targets, targets[::-1], targets[2:] + targets[:2])
    ]
    assert reports[0] == reports[1] == reports[2]


def test_a_crash_is_never_kept(tmp_path: Path) -> None:
    small(tmp_path)
    workspace = Workspace(promptreg.load(tmp_path / "prompts"))
    kept = Kept(workspace, (), "x")
    assert kept.get("rules/fault") is None
    kept.put("rules/fault", [])
    kept.save(everything=True)
    assert Kept(workspace, (), "x").get("rules/fault") == []
    assert Kept(workspace, (), "y").get("rules/fault") is None


def test_a_second_process_finds_what_one_alone_finds(tmp_path: Path) -> None:
    small(tmp_path)
    for number in range(210):
        text = f"---\nkind: rule\nversion: 1.0.0\n---\n- Be {{{{ mood{number} }}}} and the the end.\n"
        (tmp_path / "prompts" / f"more-{number}.md").write_text(text, encoding="utf-8")
    alone = run(tmp_path, None)
    assert len(alone.findings) > 210
    assert shown(run(tmp_path, "x")) == shown(alone)


def _count(name: str) -> int | None:
    if name == "none":
        return None
    if name == "fails":
        raise ValueError(name)
    return os.getpid()


@pytest.mark.parametrize(("last", "answered"), [("good", 1), ("none", 0), ("fails", 0)])
def test_what_a_second_process_cannot_answer_is_left_to_the_first(
    last: str, answered: int, capfd: pytest.CaptureFixture[str]
) -> None:
    mine, half = second_half([*["x"] * 200, last], _count)
    assert len(mine) == 100
    assert half is not None
    rows = half.rows()
    assert len(rows) == (0 if last == "fails" else 1 + answered)
    assert os.getpid() not in rows.values()
    assert second_half(["x"] * 9, _count) == (["x"] * 9, None)
