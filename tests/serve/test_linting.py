"""Runs of the linter for an editor: what they know about which files, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptreg.errors import InvalidFile
from promptreg.lint.catalogue import builtin_rules
from promptreg.lint.finding import Finding, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.settings import Settings
from promptreg.lint.subjects import Composition
from promptreg.registry.config import Config
from promptreg.serve.lsp.findings import Linting, RuleSet, Stopped
from promptreg.serve.lsp.project import Snapshot
from tests.serve.pages import project
from tests.support.registries import SUPPORT


def everywhere(composition: Composition, options: object) -> Iterator[Hit]:
    """A rule about prompts that finds something in every file that they are made of."""
    for member in (composition.head, *composition.members.values()):
        yield Hit(f"a file of {composition.head.name}", Place(member.source, 0, 1))


def builtin(config: Config, chosen: Settings) -> RuleSet:
    return RuleSet((*builtin_rules(), Rule("everywhere", "ZZZ001", "Is everywhere.", "composition", everywhere)))


def linting(snapshot: Snapshot, stop: Event | None = None) -> Linting:
    return Linting(snapshot, builtin, lambda report: report.findings, stop or Event())


BROKEN = {
    "rules/limits.md": "currency }}.",
    "instructions/agent.md": "{{ shop }}",
    "reply.yaml": "limit: $limit",
    "examples/replies.yaml": "example.output",
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken=st.sets(st.sampled_from(sorted(BROKEN))), changed=st.sets(st.sampled_from(sorted(SUPPORT)), min_size=1))
def test_what_is_known_of_a_file_after_a_change_is_what_a_whole_run_finds(
    tmp_path: Path, broken: set[str], changed: set[str]
) -> None:
    files = {name: text.replace(BROKEN[name], "x") if name in broken else text for name, text in SUPPORT.items()}
    files["other.yaml"] = "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [{use: examples/replies}]}]\n"
    run = linting(project(tmp_path, files).snapshot({}))
    known = run.changed([f"prompts/{name}" for name in changed])
    whole = linting(project(tmp_path, files).snapshot({})).everything()
    assert {f"prompts/{name}" for name in changed} <= known.paths
    assert known.findings.keys() <= known.paths
    for path in known.paths:
        assert list(map(repr_of, known.findings.get(path, ()))) == list(map(repr_of, whole.findings.get(path, ())))


def repr_of(finding: Finding) -> str:
    """A finding without the identity of the text that it is in."""
    return f"{finding.rule} {finding.place.start} {finding.place.end} {finding.message}"


def test_a_run_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    stop = Event()
    run = linting(project(tmp_path).snapshot({}), stop)
    assert run.changed(["prompts/reply.yaml"]).paths == {"prompts/reply.yaml"}
    stop.set()
    with pytest.raises(Stopped):
        run.everything()


def test_rules_that_cannot_be_loaded_leave_the_others(tmp_path: Path) -> None:
    def refuse(config: Config, chosen: Settings) -> RuleSet:
        raise InvalidFile.at("no rules today", path="rules/a.yaml", line=3, column=2)

    files = {**SUPPORT, "rules/limits.md": SUPPORT["rules/limits.md"].replace("{{ limit }}", "{{ limt }}")}
    run = Linting(project(tmp_path, files).snapshot({}), refuse, lambda report: report.findings, Event())
    known = run.everything()
    assert [(trouble.message, trouble.path, trouble.line) for trouble in known.troubles] == [
        ("no rules today", "rules/a.yaml", 3)
    ]
    assert "undefined-variable" in [one.rule for one in known.findings["prompts/rules/limits.md"]]


def test_a_file_that_is_gone_is_forgotten_and_one_that_broke_is_not(tmp_path: Path) -> None:
    found = project(tmp_path)
    found.snapshot({})
    (tmp_path / "prompts/rules/limits.md").unlink()
    (tmp_path / "prompts/instructions/agent.md").write_text("---\nkind: [\n---\n")
    after = found.snapshot({})
    assert after.head("prompts/rules/limits.md") is None
    head = after.head("prompts/instructions/agent.md")
    assert head is not None
    assert list(head.inputs) == ["shop"]
