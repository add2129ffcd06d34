"""Refs that choose among releases, for verify and outdated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from promptreg.errors import IntegrityError, PromptregError, UnknownName, UnsatisfiableRef
from promptreg.model.ref import Ref
from promptreg.registry.outdated import outdated
from promptreg.registry.selected import select, versions_by_name
from promptreg.registry.verify import verify
from tests.support.frozen import history, open_store

REFS = [
    f"{name}@{wish}" if wish else name
    for name in ("rules/tone", "instructions/agent", "chat/reply")
    for wish in ("", "1", "1.0", "~1.0", "^1", "1.0.0", "2.0.0", "^2", "3", "~1.2", "1.2.1")
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return history(tmp_path_factory.mktemp("model"))


@pytest.fixture
def registry(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "prompts"))


def named(registry: Path, *refs: str) -> set[str]:
    store = open_store(registry)
    found = select(refs, store, versions_by_name(store.releases.lock))
    return {f"{one.ref.name}@{version}" for one in found for version in one.versions}


@pytest.mark.parametrize("text", REFS)
def test_a_ref_names_the_releases_that_fit(model: Path, text: str) -> None:
    store = open_store(model)
    ref = Ref.parse(text)
    fitting = {entry for entry in store.releases.lock if entry[0] == ref.name and ref.constraint.allows(entry[1])}
    if not fitting:
        with pytest.raises(UnsatisfiableRef, match=f"no version of {ref.name} fits .*; the registry holds .*did you"):
            verify(store, [text])
        with pytest.raises(UnsatisfiableRef):
            outdated(store, [text])
        return
    assert named(model, text) == {f"{name}@{version}" for name, version in fitting}
    pins = {(pin.name, pin.version) for key in fitting for pin in store.releases.lock[key].pins}
    assert verify(store, [text]).releases == len(fitting | pins)
    (one,) = select([text], store, versions_by_name(store.releases.lock))
    assert one.meant == {max(version for _, version in fitting)} if ref.constraint.exact is None else one.versions


def test_a_label_names_what_it_points_to(registry: Path) -> None:
    assert named(registry, "chat/reply@production") == {"chat/reply@1.0.0"}
    assert named(registry, "chat/close@production") == {"chat/close@1.0.0", "chat/close@1.1.0"}
    assert verify(open_store(registry), ["chat/reply@production"]).releases == 4


def test_a_ref_may_stand_alone(registry: Path) -> None:
    assert verify(open_store(registry), "rules/tone@^1").releases == 3
    assert outdated(open_store(registry), "chat/reply@production").checked == 1


def test_faults_of_other_releases_are_not_told(registry: Path) -> None:
    (registry / ".versions/rules/tone/1.1.0.md").write_bytes(b"x")
    (registry / ".versions/chat/reply/9.0.0.yaml").write_bytes(b"x")
    store = open_store(registry)
    assert [problem.path for problem in verify(store, ["rules/tone@1.1"]).problems] == [
        "prompts/.versions/rules/tone/1.1.0.md"
    ]
    assert verify(store, ["rules/tone@~1.0", "rules/tone@2", "chat/reply@1.0.0"]).problems == ()
    stray = "prompts/.versions/chat/reply/9.0.0.yaml"
    assert [problem.path for problem in verify(store, ["chat/reply@9"]).problems] == [stray]
    assert stray in [problem.path for problem in verify(store, ["chat/reply"]).problems]


def test_versions_are_compared_whether_in_use_or_not(registry: Path) -> None:
    store = open_store(registry)
    (registry / "labels.yaml").unlink()
    assert [str(aged.version) for aged in outdated(store, ["chat/reply@1.0.0"]).releases] == ["1.0.0"]
    store = open_store(registry)
    assert [str(aged.version) for aged in outdated(store, ["chat/close"]).releases] == ["1.1.0"]
    assert [str(aged.version) for aged in outdated(store, ["chat/close@^1"]).releases] == ["1.1.0"]
    assert [str(aged.version) for aged in outdated(store, ["chat/close@1.0"]).releases] == ["1.0.0"]


def test_labels_of_other_versions_do_not_count(registry: Path) -> None:
    found = outdated(open_store(registry), ["chat/reply@2"])
    assert [(str(aged.version), aged.labels) for aged in found.releases] == [("2.0.0", ())]


@pytest.mark.parametrize(
    ("ref", "kind", "message"),
    [
        ("rules/tune@^1", UnknownName, 'rules/tune has no release (did you mean "rules/tone"?)'),
        ("rules/tone@1.0.9", UnsatisfiableRef, '1.1.0, 1.0.1, 1.0.0 (did you mean "rules/tone@1.0.1"?)'),
        ("rules/tone@prodction", UnknownName, 'there is no label "prodction" (did you mean "production"?)'),
        ("rules/tone@production", UnknownName, 'the label "production" does not name rules/tone'),
        ("rules/tone@>=1", UnknownName, 'after "@" stands a version (1.2.0, 1), a range (~1.2, ^1) or a label'),
        ("Rules", UnknownName, 'the name part "Rules" must be lower-case words'),
    ],
)
def test_what_names_no_release_is_refused(model: Path, ref: str, kind: type[PromptregError], message: str) -> None:
    for look in (verify, outdated):
        with pytest.raises(kind) as caught:
            look(open_store(model), [ref])
        assert message in str(caught.value)


def test_a_label_to_nothing_is_an_integrity_error(registry: Path) -> None:
    (registry / "labels.yaml").write_text("production: {chat/reply: 7.0.0}\n")
    for look in (verify, outdated):
        with pytest.raises(IntegrityError, match=r"labels.yaml:1:14: the label production points to chat/reply@7.0.0"):
            look(open_store(registry), ["chat/reply@production"])
