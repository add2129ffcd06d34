"""Entry refs: which of the head and the releases of a name a ref stands for, in working and in locked mode."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import promptreg
from promptreg.errors import IntegrityError, InvalidFile, PromptregError, UnknownName, UnsatisfiableRef, UsageError
from promptreg.registry.entry import closure_of, head_of, latest_releases, parse_ref, wanted
from promptreg.registry.store import Store
from tests.support.frozen import bump, freeze, history, open_store, prompt
from tests.support.registries import component, write_files

HEAD = "head"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`a` has releases 1.0.0, 1.2.0, 2.0.0 and head 2.1.0; `b` no release and head 1.0.0; `c` only releases."""
    files = {name: component(f"Text of {name}.\n") for name in ("a.md", "b.md", "c.md")}
    registry = write_files(tmp_path_factory.mktemp("model"), files)
    freeze(registry, "a", "c")
    for version in ("1.2.0", "2.0.0"):
        bump(registry, "a.md", version)
        freeze(registry, "a")
    bump(registry, "a.md", "2.1.0")
    (registry / "c.md").unlink()
    (registry / "labels.yaml").write_text(
        "live: {a: 1.2.0, c: {1.0.0: 100}, b: 1.0.0}\nhalf: {a: {1.0.0: 50, 2.0.0: 50}}\n"
    )
    return registry


@pytest.fixture
def registry(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "prompts"))


def meant(ref: str, store: Store, *, locked: bool = False, key: str | None = None) -> str:
    """What a ref stands for: `head`, a version, or the name of the exception."""
    try:
        found = wanted(parse_ref(ref), store, locked=locked, key=key)
    except PromptregError as error:
        return type(error).__name__
    assert found.name == ref.partition("@")[0]
    return HEAD if found.version is None else str(found.version)


@pytest.mark.parametrize(
    ("ref", "working", "locked"),
    [
        ("a", HEAD, "2.0.0"),
        ("a@2.1.0", HEAD, "UnsatisfiableRef"),
        ("a@2.0.0", "2.0.0", "2.0.0"),
        ("a@1.0.0", "1.0.0", "1.0.0"),
        ("a@1.1.0", "UnsatisfiableRef", "UnsatisfiableRef"),
        ("a@^2", HEAD, "2.0.0"),
        ("a@2", HEAD, "2.0.0"),
        ("a@~2.0", "2.0.0", "2.0.0"),
        ("a@^1", "1.2.0", "1.2.0"),
        ("a@~1.0", "1.0.0", "1.0.0"),
        ("a@^3", "UnsatisfiableRef", "UnsatisfiableRef"),
        ("a@live", "1.2.0", "1.2.0"),
        ("a@half", "UsageError", "UsageError"),
        ("a@dead", "UnknownName", "UnknownName"),
        ("b", HEAD, "UnsatisfiableRef"),
        ("b@1.0.0", HEAD, "UnsatisfiableRef"),
        ("b@^1", HEAD, "UnsatisfiableRef"),
        ("b@live", "IntegrityError", "IntegrityError"),
        ("c", "1.0.0", "1.0.0"),
        ("c@^1", "1.0.0", "1.0.0"),
        ("c@1.0.0", "1.0.0", "1.0.0"),
        ("c@live", "1.0.0", "1.0.0"),
        ("c@half", "UnknownName", "UnknownName"),
        ("d", "UnknownName", "UnknownName"),
        ("d@1.0.0", "UnknownName", "UnknownName"),
    ],
)
def test_what_each_kind_of_ref_stands_for(ref: str, working: str, locked: str, model: Path) -> None:
    store = open_store(model)
    assert (meant(ref, store), meant(ref, store, locked=True)) == (working, locked)


@pytest.mark.parametrize("ref", ["A", "a@", "a@x y", "../a", "a@1.x", ""])
def test_what_is_no_ref_is_refused(ref: str) -> None:
    with pytest.raises(UnknownName, match="is not a ref"):
        parse_ref(ref)


@pytest.mark.parametrize(
    ("ref", "locked", "message"),
    [
        ("a@1.1.0", False, r'no version of a fits a@1.1.0; the registry holds 2.1.0, 2.0.0, 1.2.0, 1.0.0 \(did'),
        ("a@^3", True, r'no version of a fits a@\^3; the registry holds 2.0.0, 1.2.0, 1.0.0 \(did you mean "a@2.0.0"'),
        ("b@^1", True, "b has no release yet; only releases are used here"),
    ],
)  # fmt: skip
def test_refusals_name_what_there_is(ref: str, locked: bool, message: str, model: Path) -> None:
    with pytest.raises(UnsatisfiableRef, match=message):
        wanted(parse_ref(ref), open_store(model), locked=locked)


def test_a_split_label_asks_for_a_key_and_then_decides(model: Path) -> None:
    store = open_store(model)
    with pytest.raises(UsageError):
        wanted(parse_ref("a@half"), store)
    found = wanted(parse_ref("a@half"), store, key="ana")
    assert found.pick is not None
    assert str(found.version) == ("1.0.0" if (found.pick.bucket or 0) < 50 else "2.0.0")


def test_a_label_to_nothing_is_placed_in_the_labels_file(model: Path) -> None:
    with pytest.raises(IntegrityError) as caught:
        wanted(parse_ref("b@live"), open_store(model))
    message = "prompts/labels.yaml:1:35: the label live points to b@1.0.0, which is not released"
    assert str(caught.value) == message


# -- broken heads


def test_a_broken_head_does_not_hide_releases_that_are_asked_for(registry: Path) -> None:
    (registry / "a.md").write_bytes(b"not a component")
    store = open_store(registry)
    assert [meant(ref, store) for ref in ("a@1.0.0", "a@^1", "a@2", "a@live")] == ["1.0.0", "1.2.0", "2.0.0", "1.2.0"]
    assert meant("a", store, locked=True) == "2.0.0"


def test_a_broken_head_is_not_replaced_by_a_release_in_silence(registry: Path) -> None:
    (registry / "a.md").write_bytes(b"not a component")
    with pytest.raises(InvalidFile, match=r"prompts/a\.md"):
        wanted(parse_ref("a"), open_store(registry))


def test_a_broken_labels_file_stops_only_labels(registry: Path) -> None:
    (registry / "labels.yaml").write_bytes(b"live: [a]\n")
    store = open_store(registry)
    assert [meant(ref, store) for ref in ("a", "a@1.0.0", "a@live")] == [HEAD, "1.0.0", "InvalidFile"]


# -- broken releases


def test_a_release_without_its_frozen_file_is_an_integrity_error(registry: Path) -> None:
    (registry / ".versions/a/1.0.0.md").unlink()
    store = open_store(registry)
    target = wanted(parse_ref("a@1.0.0"), store)
    for use in (head_of, closure_of):
        with pytest.raises(
            IntegrityError, match=r"prompts/.versions/a/1.0.0.md: the frozen file of a@1.0.0 is missing"
        ):
            use(target, store)


@pytest.mark.parametrize("data", [b"{}", b"\xff", None], ids=["changed", "not text", "missing"])
def test_a_frozen_schema_that_changed_is_an_integrity_error(data: bytes | None, tmp_path: Path) -> None:
    registry = history(tmp_path)
    schema = registry / ".versions/chat/close/1.0.0.schema.json"
    schema.unlink()
    if data is not None:
        schema.write_bytes(data)
    store = open_store(registry)
    with pytest.raises(IntegrityError, match=r"chat/close@1\.0\.0"):
        closure_of(wanted(parse_ref("chat/close@1.0.0"), store), store)


@pytest.mark.parametrize("locked", [False, True], ids=["working", "locked"])
def test_a_frozen_file_without_lock_entry_is_no_release(locked: bool, registry: Path) -> None:
    shutil.copy(registry / ".versions/a/2.0.0.md", registry / ".versions/a/1.5.0.md")
    store = open_store(registry)
    assert meant("a@^1", store, locked=locked) == "1.2.0"
    with pytest.raises(IntegrityError, match=r"the lock has no entry for a@1\.5\.0"):
        closure_of(wanted(parse_ref("a@1.5.0"), store, locked=locked), store)


def test_after_a_killed_release_the_head_is_still_what_its_number_means(registry: Path) -> None:
    shutil.copy(registry / "a.md", registry / ".versions/a/2.1.0.md")
    store = open_store(registry)
    assert meant("a@2.1.0", store) == HEAD
    assert closure_of(wanted(parse_ref("a@2.1.0"), store), store).pin.shown == "2.1.0+head"


def test_one_changed_release_does_not_stop_another(registry: Path) -> None:
    (registry / ".versions/a/1.0.0.md").write_bytes(b"changed")
    store = open_store(registry)
    assert head_of(wanted(parse_ref("a@1.2.0"), store), store).version == (1, 2, 0)
    with pytest.raises(IntegrityError, match=r"the frozen file of a@1.0.0 is not the one that was released"):
        head_of(wanted(parse_ref("a@1.0.0"), store), store)


def test_the_highest_releases_and_all_that_is_wrong_with_them(registry: Path) -> None:
    assert [(head.name, str(head.version)) for head in latest_releases(open_store(registry))] == [
        ("a", "2.0.0"),
        ("c", "1.0.0"),
    ]
    (registry / ".versions/a/2.0.0.md").unlink()
    (registry / ".versions/c/1.0.0.md").unlink()
    with pytest.raises(IntegrityError) as caught:
        latest_releases(open_store(registry))
    assert len(caught.value.problems) == 2


def test_a_lock_with_conflict_markers_leaves_heads_usable(registry: Path) -> None:
    """Whoever merges must be able to look at heads; what needs the lock is refused until the lock is good."""
    lock = registry / "promptreg.lock"
    lock.write_text("<<<<<<< ours\n" + lock.read_text())
    store = open_store(registry)
    assert [meant(ref, store) for ref in ("a", "a@^2", "b")] == [HEAD, HEAD, HEAD]
    assert closure_of(wanted(parse_ref("a"), store), store).pin.shown == "2.1.0+head"
    for ref in ("a@1.0.0", "a@2.1.0", "a@^1", "a@live"):
        with pytest.raises(IntegrityError, match=r"promptreg\.lock:1:1: unresolved merge conflict"):
            closure_of(wanted(parse_ref(ref), store), store)


# -- a registry moved to another folder


def test_a_moved_registry_renders_the_same(tmp_path: Path) -> None:
    registry = history(tmp_path / "one")
    refs = ("chat/reply", "chat/reply@1.0.0", "chat/reply@production", "chat/reply@^2", "chat/close@1.0.0")
    before = [(found.text, found.record()) for found in map(promptreg.load(registry).render, refs)]
    target = tmp_path / "two words" / "deep" / "wörter"
    target.parent.mkdir(parents=True)
    registry.rename(target)
    after = [(found.text, found.record()) for found in map(promptreg.load(target).render, refs)]
    assert after == before
    assert str(tmp_path) not in (target / "promptreg.lock").read_text()


def test_a_prompt_of_parts_that_are_gone_as_heads(tmp_path: Path) -> None:
    registry = write_files(tmp_path, {"p.yaml": prompt("a@^1"), "a.md": component("A.\n")})
    freeze(registry, "a", "p")
    (registry / "a.md").unlink()
    (registry / "p.yaml").unlink()
    assert promptreg.load(registry).render("p@1.0.0").text == "A.\n\nHi Ana."
    assert promptreg.load(registry).render("p").prompt.version == "1.0.0"
