"""Repairing the lock after real merges: both sides' releases, borne out by the frozen files, or nothing."""

from __future__ import annotations

import errno
import os
import random
import shutil
from pathlib import Path

import pytest

from promptreg.errors import IntegrityError, WriteFailed
from promptreg.model.lock import lock_text, parse_lock
from promptreg.registry.repair_lock import Repaired, repair_lock
from promptreg.registry.verify import verify
from promptreg.render.scanning import scan
from tests.registry.git.repositories import Work
from tests.registry.releasing import edit, files, released, rule, store_of, tree_of

LOCK = "prompts/promptreg.lock"
PROMPT = 'kind: prompt\nversion: {}\nmessages: [{{role: user, parts: [{{use: rules/tone@^1}}, {{text: "{}"}}]}}]\n'


def prompt(version: str, text: str = "Hi.") -> str:
    return PROMPT.format(version, text)


@pytest.fixture
def shop(work: Work) -> Work:
    """A rule and two prompts with it, released and committed on main; `feature` begins here."""
    edit(work.top, {"rules/tone.md": rule("1.0.0"), "reply.yaml": prompt("1.0.0"), "close.yaml": prompt("1.0.0")})
    released(work.top, "reply", "close", with_parts=True)
    work.commit("Start")
    work.git("branch", "feature")
    return work


def release_on(work: Work, branch: str, heads: dict[str, str], *names: str) -> None:
    """Change heads and release them on a branch, with a commit."""
    work.git("checkout", "-q", branch)
    edit(work.top, heads)
    released(work.top, *names, with_parts=True)
    work.commit(f"Release {', '.join(names)}")


def merge(work: Work, *options: str) -> str:
    """Merge feature into main, whatever comes of it; the lock afterwards."""
    work.git("checkout", "-q", "main")
    work.try_git("merge", "-q", *options, "feature")
    return (work.top / LOCK).read_text()


def repair(work: Work) -> Repaired:
    return repair_lock(tree_of(work.top), scan)


def refusal(work: Work) -> IntegrityError:
    """Why the lock cannot be repaired; nothing may have been written."""
    before = files(work.top / "prompts")
    with pytest.raises(IntegrityError) as caught:
        repair(work)
    assert files(work.top / "prompts") == before
    return caught.value


def entries(work: Work) -> list[str]:
    return [str(entry) for entry in parse_lock((work.top / LOCK).read_text(), LOCK).values()]


def faults(work: Work) -> list[str]:
    return [str(problem) for problem in verify(store_of(work.top)).problems]


def test_releases_of_both_sides_are_kept(shop: Work) -> None:
    release_on(shop, "feature", {"close.yaml": prompt("1.1.0", "Bye.")}, "close")
    release_on(shop, "main", {"greet.yaml": prompt("1.0.0", "Dear.")}, "greet")
    assert "<<<<<<<" in merge(shop)
    (fault,) = faults(shop)
    assert fault.startswith(f"{LOCK}:3:1: unresolved merge conflict between HEAD and feature, up to line 7")
    assert repair(shop) == Repaired(LOCK, 5, {"HEAD": 1, "feature": 1}, is_changed=True)
    assert entries(shop) == ["close@1.0.0", "close@1.1.0", "greet@1.0.0", "reply@1.0.0", "rules/tone@1.0.0"]
    assert faults(shop) == []
    assert repair(shop) == Repaired(LOCK, 5, {}, is_changed=False)


def test_the_result_is_what_releasing_one_after_the_other_gives(shop: Work, tmp_path: Path) -> None:
    close, greet = {"close.yaml": prompt("1.1.0", "Bye.")}, {"greet.yaml": prompt("1.0.0", "Dear.")}
    shutil.copytree(shop.top / "prompts", tmp_path / "other/prompts")
    for heads in (close, greet):
        edit(tmp_path / "other", heads)
        released(tmp_path / "other", *(name.removesuffix(".yaml") for name in heads))
    release_on(shop, "feature", close, "close")
    release_on(shop, "main", greet, "greet")
    assert "<<<<<<<" in merge(shop)
    repair(shop)
    assert files(shop.top / "prompts") == files(tmp_path / "other/prompts")


@pytest.mark.parametrize("style", ["merge", "diff3"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_many_releases_of_many_components(shop: Work, style: str, end: str) -> None:
    shop.git("config", "merge.conflictStyle", style)
    rng = random.Random(7)
    expected = set(entries(shop))
    for branch in ("main", "feature"):
        shop.git("checkout", "-q", branch)
        for name in rng.sample(range(40), 12):
            name = f"{branch[0]}{name}" if rng.random() < 0.5 else f"x{name}{branch[0]}"
            edit(shop.top, {f"{name}.md": rule("1.0.0", f"- {name}\n")})
            released(shop.top, name)
            expected.add(f"{name}@1.0.0")
        shop.commit(branch)
    text = merge(shop)
    assert "<<<<<<<" in text
    (shop.top / LOCK).write_bytes(text.replace("\n", end).encode())
    repair(shop)
    assert set(entries(shop)) == expected
    assert faults(shop) == []


def test_the_first_releases_of_both_sides(work: Work) -> None:
    edit(work.top, {"a.md": rule("1.0.0", "- A\n"), "b.md": rule("1.0.0", "- B\n")})
    work.commit("Start")
    work.git("branch", "feature")
    release_on(work, "feature", {}, "b")
    release_on(work, "main", {}, "a")
    merge(work)
    repair(work)
    assert entries(work) == ["a@1.0.0", "b@1.0.0"]
    assert faults(work) == []


def test_the_same_release_on_both_sides_is_one(shop: Work) -> None:
    for branch in ("feature", "main"):
        heads = {"reply.yaml": prompt("1.1.0", "Dear."), f"{branch}.md": rule("1.0.0", f"- {branch}\n")}
        release_on(shop, branch, heads, "reply", branch)
    merge(shop)
    assert repair(shop).sides == {"HEAD": 1, "feature": 1}
    assert faults(shop) == []


def test_lines_put_together_by_hand_are_put_in_order(shop: Work) -> None:
    release_on(shop, "feature", {"close.yaml": prompt("1.1.0", "Bye.")}, "close")
    release_on(shop, "main", {"greet.yaml": prompt("1.0.0", "Dear.")}, "greet")
    text = merge(shop)
    lines = [line for line in text.split("\n") if line[:7] not in ("<<<<<<<", "=======", ">>>>>>>")]
    (shop.top / LOCK).write_text("\n".join([lines[0], *reversed(lines[1:-2]), *lines[-2:]]))
    assert "is not the JSON of a lock" in faults(shop)[0]
    repair(shop)
    assert faults(shop) == []
    assert (shop.top / LOCK).read_text() == lock_text(store_of(shop.top).releases.lock.values())


# -- one release, told differently


@pytest.fixture
def disputed(shop: Work) -> Work:
    """Both sides released rules/tone@1.1.0; feature made close@1.1.0 with its own."""
    feature = {"rules/tone.md": rule("1.1.0", "- Be brief.\n"), "close.yaml": prompt("1.1.0", "Bye.")}
    release_on(shop, "feature", feature, "rules/tone", "close")
    release_on(shop, "main", {"rules/tone.md": rule("1.1.0", "- Be warm.\n")}, "rules/tone")
    merge(shop)
    return shop


def frozen(work: Work, name: str, version: str) -> Path:
    return next((work.top / "prompts/.versions" / name).glob(f"{version}.*"))


def drop_line(work: Work, side: str, key: str) -> None:
    """Delete the line of a release that one side of the conflict has, or that is outside of it."""
    before = (work.top / LOCK).read_text().split("\n")
    kept, where = [], ""
    for line in before:
        where = {"<<<<<<<": "HEAD", "=======": "feature", ">>>>>>>": ""}.get(line[:7], where)
        if not (where == side and line.startswith(f'"{key}"')):
            kept.append(line)
    assert len(kept) == len(before) - 1
    (work.top / LOCK).write_text("\n".join(kept))


def test_a_release_told_differently_is_nobodys_to_choose(disputed: Work) -> None:
    (problem,) = refusal(disputed).problems
    text = (disputed.top / LOCK).read_text().split("\n")
    first, second = [number for number, line in enumerate(text, 1) if line.startswith('"rules/tone@1.1.0"')]
    assert (problem.path, problem.line) == (LOCK, first)
    assert problem.message == (
        f"rules/tone@1.1.0 was released twice, differently: in this line by HEAD, in line {second} by feature; "
        "keep one line and delete the other, take the frozen file of the same side, and release the other text "
        "under the next number"
    )
    disputed.git("checkout", "--theirs", "--", "prompts/.versions")
    assert f"; the frozen file is that of line {second}; keep one" in refusal(disputed).problems[0].message


def test_their_side_of_a_dispute_can_be_kept(disputed: Work) -> None:
    drop_line(disputed, "HEAD", "rules/tone@1.1.0")
    conflict = "unresolved merge conflict between HEAD and feature, up to line 9"
    place = "prompts/.versions/rules/tone/1.1.0.md:5:1: "
    advice = "in the frozen file of rules/tone@1.1.0: take the side that the lock has"
    assert [str(problem) for problem in refusal(disputed).problems] == [f"{place}{conflict} {advice}"]
    disputed.git("checkout", "--ours", "--", "prompts/.versions")
    (problem,) = refusal(disputed).problems
    assert problem.message.startswith("is not the file that was released as rules/tone@1.1.0")
    disputed.git("checkout", "--theirs", "--", "prompts/.versions")
    repair(disputed)
    assert faults(disputed) == []
    edit(disputed.top, {"rules/tone.md": rule("1.1.0", "- Be warm.\n")})
    released(disputed.top, "rules/tone", bump="auto")
    assert "rules/tone@1.1.1" in entries(disputed)


def test_keeping_our_side_gives_up_what_was_made_with_theirs(disputed: Work) -> None:
    drop_line(disputed, "feature", "rules/tone@1.1.0")
    disputed.git("checkout", "--ours", "--", "prompts/.versions")
    error = refusal(disputed)
    (problem,) = error.problems
    assert problem.message == "the parts of close@1.1.0 are not those that it was released with"
    assert "delete its line and its frozen file, and release it again under the next number" in error.__notes__[0]
    drop_line(disputed, "", "close@1.1.0")
    assert refusal(disputed).problems[0].message == "the lock has no entry for close@1.1.0"
    frozen(disputed, "close", "1.1.0").unlink()
    repair(disputed)
    assert faults(disputed) == []
    edit(disputed.top, {"rules/tone.md": rule("1.1.0", "- Be warm.\n"), "close.yaml": prompt("1.1.1", "Bye.")})
    released(disputed.top, "close")
    assert faults(disputed) == []


def test_the_same_file_made_of_other_parts_is_told_differently(shop: Work) -> None:
    """The frozen file is one and the same, so that only the lines of the lock can be chosen from."""
    for branch, text in (("feature", "- Be brief.\n"), ("main", "- Be warm.\n")):
        number = "1.1.0" if branch == "main" else "1.0.1"
        heads = {"rules/tone.md": rule(number, text), "reply.yaml": prompt("1.1.0", "Dear.")}
        release_on(shop, branch, heads, "rules/tone", "reply")
    merge(shop)
    (problem,) = refusal(shop).problems
    assert problem.message.startswith("reply@1.1.0 was released twice, differently: in this line by HEAD")
    assert "the frozen file is that of" not in problem.message
    drop_line(shop, "HEAD", "reply@1.1.0")
    repair(shop)
    assert faults(shop) == []
    assert str(store_of(shop.top).releases.lock["reply", parse("1.1.0")].pins[0].version) == "1.0.1"


def parse(number: str) -> object:
    from promptreg.model.version import Version

    return Version.parse(number)


# -- what is not repaired


@pytest.fixture
def merged(shop: Work) -> Work:
    release_on(shop, "feature", {"close.yaml": prompt("1.1.0", "Bye.")}, "close")
    release_on(shop, "main", {"greet.yaml": prompt("1.0.0", "Dear.")}, "greet")
    assert "<<<<<<<" in merge(shop)
    return shop


def test_a_frozen_file_that_does_not_bear_the_lock_out(merged: Work) -> None:
    for name, version in (("close", "1.1.0"), ("reply", "1.0.0")):
        file = frozen(merged, name, version)
        original = file.read_bytes()
        file.write_bytes(original.replace(b"role", b"rule"))
        assert f"is not the file that was released as {name}@{version}" in refusal(merged).problems[0].message
        file.unlink()
        assert f"the frozen file of {name}@{version} is missing" in refusal(merged).problems[0].message
        file.write_bytes(original)
    repair(merged)


def test_a_frozen_file_without_a_line_is_not_given_up(merged: Work) -> None:
    """The next release would remove it."""
    drop_line(merged, "feature", "close@1.1.0")
    assert refusal(merged).problems[0].message == "the lock has no entry for close@1.1.0"


def test_a_changed_line_is_refused_where_it_stands(merged: Work) -> None:
    text = (merged.top / LOCK).read_text()
    (merged.top / LOCK).write_text(text.replace('"kind": "prompt"', '"kind": "rule"', 1))
    (problem, *_) = refusal(merged).problems
    assert (problem.path, problem.line) == (LOCK, 2)
    (merged.top / LOCK).write_text(text.replace("{", "{ ", 4))
    assert "this line is not as promptreg writes it" in refusal(merged).problems[0].message


@pytest.mark.parametrize("data", [b"", b"\xff", b"x\n", b"<<<<<<< HEAD\n"], ids=["empty", "no text", "other", "marker"])
def test_what_is_left_of_no_lock_is_no_lock(merged: Work, data: bytes) -> None:
    (merged.top / LOCK).write_bytes(data)
    refusal(merged)


def test_a_lost_lock_is_not_made_up(merged: Work) -> None:
    (merged.top / LOCK).unlink()
    assert "is missing, but there are versions below .versions" in str(refusal(merged))


def test_faults_of_labels_and_heads_do_not_stop_a_repair(merged: Work) -> None:
    merged.write("prompts/labels.yaml", "beta:\n<<<<<<< HEAD\n  reply: 1.0.0\n=======\n>>>>>>> feature\n")
    merged.write("prompts/reply.yaml", "<<<<<<< HEAD\n")
    repair(merged)
    conflict = "unresolved merge conflict between HEAD and feature, up to line 5"
    assert faults(merged) == [f"prompts/labels.yaml:2:1: {conflict}"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_the_lock_as_it_was(
    merged: Work, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = files(merged.top / "prompts")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(WriteFailed, match="no space left on device; the lock is as it was"):
            repair(merged)
    assert files(merged.top / "prompts") == before


def test_the_mode_of_the_lock_and_a_link_to_it_stay(merged: Work) -> None:
    (merged.top / LOCK).chmod(0o640)
    (merged.top / LOCK).rename(merged.top / "prompts/real.lock")
    (merged.top / LOCK).symlink_to("real.lock")
    repair(merged)
    assert (merged.top / LOCK).is_symlink()
    assert (merged.top / "prompts/real.lock").stat().st_mode & 0o777 == 0o640
    assert faults(merged) == []


# -- what the docs advise where one side was taken


def test_markers_come_back_until_the_merge_is_committed(merged: Work) -> None:
    merged.git("checkout", "--ours", "--", LOCK)
    merged.git("add", "-A")
    assert faults(merged) == ["prompts/.versions/close/1.1.0.yaml: the lock has no entry for close@1.1.0"]
    assert not repair(merged).is_changed
    merged.git("checkout", "--merge", "--", LOCK)
    assert repair(merged).sides == {"ours": 1, "theirs": 1}
    assert faults(merged) == []


def test_lines_of_the_merged_branch_can_be_copied_later(merged: Work) -> None:
    merged.git("checkout", "--ours", "--", LOCK)
    merged.commit("Merge badly")
    theirs = merged.git("show", f"feature:{LOCK}").split("\n")
    (line,) = [line for line in theirs if line.startswith('"close@1.1.0"')]
    with (merged.top / LOCK).open("a") as lock:
        lock.write(line + "\n")
    repair(merged)
    assert faults(merged) == []
