"""Newer parts of releases: what is pinned, what the refs would take, what there is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from promptreg.errors import IntegrityError, InvalidFile, UnknownName
from promptreg.model.version import Version
from promptreg.registry.outdated import Outdated, outdated
from tests.support.frozen import bump, freeze, history, open_store, prompt
from tests.support.registries import component, write_files


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return history(tmp_path_factory.mktemp("model"))


@pytest.fixture
def registry(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "prompts"))


def check(registry: Path, *names: str) -> Outdated:
    return outdated(open_store(registry), names)


def rows(found: Outdated) -> list[str]:
    """`release labels: part pinned wanted latest`, one a part."""
    return [
        f"{aged.name}@{aged.version} {'+'.join(aged.labels)}: {part.name} {part.pinned} {part.wanted} {part.latest}"
        for aged in found.releases
        for part in aged.parts
    ]


def test_releases_in_use_with_newer_parts(registry: Path) -> None:
    found = check(registry)
    assert rows(found) == [
        "chat/close@1.0.0 production: rules/tone 1.0.0 1.0.1 2.0.0",
        "chat/close@1.1.0 production: rules/tone 1.0.1 1.0.1 2.0.0",
        "chat/reply@1.0.0 production: instructions/agent 1.0.0 1.2.1 1.2.1",
        "chat/reply@1.0.0 production: rules/tone 1.0.0 1.1.0 2.0.0",
        "chat/reply@2.0.0 : instructions/agent 1.2.0 1.2.1 1.2.1",
        "chat/reply@2.0.0 : rules/tone 1.1.0 1.1.0 2.0.0",
        "rules/limits@1.0.0 : rules/tone 1.0.0 1.1.0 2.0.0",
    ]
    assert (found.checked, found.problems) == (7, ())


def test_the_refs_are_those_of_the_frozen_files(registry: Path) -> None:
    bump(registry, "chat/close.yaml", "1.2.0", "rules/tone@~1.0", "rules/tone@^2")
    (close, _) = [aged for aged in check(registry).releases if aged.name == "chat/close"]
    assert close.parts[0].refs == ("rules/tone@~1.0",)


def test_newer_parts_that_fit_are_told_from_those_that_do_not(registry: Path) -> None:
    parts = {part.name: part for aged in check(registry, "chat/reply").releases[1:] for part in aged.parts}
    assert parts["instructions/agent"].fits
    assert not parts["rules/tone"].fits


def test_what_is_wanted_is_what_a_release_of_today_is_made_of(registry: Path) -> None:
    wanted = {part.name: part.wanted for aged in check(registry, "chat/reply").releases[1:] for part in aged.parts}
    bump(registry, "chat/reply.yaml", "2.0.1")
    freeze(registry, "chat/reply")
    entry = open_store(registry).releases.entry("chat/reply", Version(2, 0, 1))
    assert {pin.name: pin.version for pin in entry.pins} == {"rules/limits": (1, 0, 0), **wanted}
    assert [row for row in rows(check(registry, "chat/reply")) if "agent" in row and "2.0.1" in row] == []


def test_names_choose_what_is_looked_at(registry: Path) -> None:
    assert {row.partition("@")[0] for row in rows(check(registry, "rules/limits", "chat/close"))} == {
        "rules/limits",
        "chat/close",
    }
    assert check(registry, "rules/tone") == Outdated(1, (), ())


def test_releases_nobody_uses_are_not_looked_at(registry: Path) -> None:
    (registry / "labels.yaml").unlink()
    assert not any(row.startswith(("chat/reply@1.0.0", "chat/close@1.0.0")) for row in rows(check(registry)))


def test_heads_play_no_part(registry: Path) -> None:
    before = rows(check(registry))
    bump(registry, "rules/tone.md", "1.9.0")
    (registry / "instructions/agent.md").write_bytes(b"not a component")
    shutil.rmtree(registry / "chat")
    assert rows(check(registry)) == before


def test_a_frozen_file_that_the_lock_does_not_know_is_no_release(registry: Path) -> None:
    before = rows(check(registry))
    text = (registry / ".versions/rules/tone/1.1.0.md").read_text().replace("1.1.0", "1.8.0")
    (registry / ".versions/rules/tone/1.8.0.md").write_text(text)
    assert rows(check(registry)) == before


def test_one_version_of_each_part_must_fit_all_refs(tmp_path: Path) -> None:
    """`c` 1.1.0 needs the new `a`, which the prompt does not allow; so the old `c` is still what is wanted."""
    files = {"a.md": component("A.\n"), "c.md": component('{% include "a@^1" %}\n'), "p.yaml": prompt("a@^1", "c@^1")}
    registry = write_files(tmp_path, files)
    freeze(registry, "a", "c", "p")
    bump(registry, "a.md", "2.0.0")
    bump(registry, "c.md", "1.1.0", "a@^1", "a@^2")
    freeze(registry, "a", "c")
    assert rows(check(registry, "p")) == ["p@1.0.0 : a 1.0.0 1.0.0 2.0.0", "p@1.0.0 : c 1.0.0 1.0.0 1.1.0"]


def test_a_part_that_would_be_none_any_more(tmp_path: Path) -> None:
    files = {"a.md": component("A.\n"), "c.md": component('{% include "a@^1" %}\n'), "p.yaml": prompt("c@^1")}
    registry = write_files(tmp_path, files)
    freeze(registry, "a", "c", "p")
    bump(registry, "c.md", "1.1.0", '{% include "a@^1" %}', "C.")
    freeze(registry, "c")
    assert rows(check(registry, "p")) == ["p@1.0.0 : a 1.0.0 None 1.0.0", "p@1.0.0 : c 1.0.0 1.1.0 1.1.0"]


def test_a_changed_release_is_a_problem_and_does_not_hide_others(registry: Path) -> None:
    (registry / ".versions/chat/reply/1.0.0.yaml").write_bytes(b"kind: prompt\n")
    (registry / "labels.yaml").write_text("production: {chat/reply: 1.0.0, chat/close: 7.0.0}\n")
    found = check(registry)
    assert {str(problem).partition(": ")[0] for problem in found.problems} == {
        "prompts/labels.yaml:1:33",
        "prompts/.versions/chat/reply/1.0.0.yaml",
    }
    assert rows(found)[0] == "chat/close@1.1.0 : rules/tone 1.0.1 1.0.1 2.0.0"


def test_what_cannot_be_read_at_all_is_raised(registry: Path) -> None:
    (registry / "labels.yaml").write_text("production: []\n")
    with pytest.raises(InvalidFile):
        check(registry)
    (registry / "promptreg.lock").write_text("{}")
    with pytest.raises(IntegrityError):
        check(registry)


def test_a_name_without_release_is_refused(registry: Path) -> None:
    with pytest.raises(UnknownName, match=r'rules/tune has no release \(did you mean "rules/tone"'):
        check(registry, "rules/tune")


def test_a_registry_without_releases(tmp_path: Path) -> None:
    assert check(write_files(tmp_path, {"a.md": component("A.\n")})) == Outdated(0, (), ())
