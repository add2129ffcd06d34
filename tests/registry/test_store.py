"""A registry as a whole: what one broken file does to it, and what is remembered of it between loads."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from promptreg.errors import InvalidFile, UnknownName
from promptreg.model.component import Component
from promptreg.model.prompt import Prompt
from promptreg.registry.head_codec import encode_head
from promptreg.registry.source_tree import FolderTree
from promptreg.registry.store import Store, load_store
from tests.registry.folders import fill, load, scan, text_component
from tests.registry.test_digest import FILES
from tests.registry.test_prompts import FULL

GOOD = {"rules/good.md": text_component(), "p.yaml": FULL, "e.yaml": FILES["e.yaml"]}

BAD: dict[str, tuple[str, str | bytes, str]] = {
    "broken YAML": ("bad.yaml", "kind: [prompt\n", "prompts/bad.yaml:2:1: "),
    "not UTF-8": ("bad.yaml", b"kind: \xff\n", "prompts/bad.yaml:1:7: is not UTF-8"),
    "empty": ("bad.yaml", "", "prompts/bad.yaml:1:1: there is no value here"),
    "empty text": ("bad.md", "", "prompts/bad.md:1:1: is empty"),
    "byte order mark": ("bad.yaml", "\ufeffkind: prompt\nversion: 1.0.0\n", "prompts/bad.yaml:1:1: "),
    "carriage return": ("bad.md", text_component("a\rb"), "prompts/bad.md:5:2: "),
    "duplicate key": ("bad.yaml", f"kind: prompt\n{FULL}", "prompts/bad.yaml:2:1: kind: duplicate key"),
    "unknown key": ("bad.md", text_component(more="owner: me\n"), 'prompts/bad.md:4:1: owner: unknown key "owner"'),
    "wrong type": ("bad.md", text_component(more="summary: []\n"), "prompts/bad.md:4:10: summary: must be text"),
    "no kind": ("bad.yaml", "a: b\n", 'prompts/bad.yaml:1:1: the key "kind" is missing'),
    "bad include": ("bad.md", text_component("{% include x %}"), "prompts/bad.md:5:1: an include in bad"),
    "bad ref": ("bad.md", text_component('{% include "../x" %}'), 'prompts/bad.md:5:1: "../x" is not a ref'),
    "too large": ("bad.md", text_component("x" * 1_000_001), "prompts/bad.md: is larger than 1,000,000 bytes"),
    "upper case": ("BAD.md", text_component(), "prompts/BAD.md: the file name gives"),
    "other suffix": ("bad.yml", "kind: prompt\n", "prompts/bad.yml: is not read"),
    "folder": ("bad.md/x.txt", "", "prompts/bad.md: is a folder where a file is expected"),
    "30 KB of brackets": ("bad.yaml", "[" * 30_000, "prompts/bad.yaml:1:21: "),
}


@pytest.mark.parametrize(("file", "text", "start"), BAD.values(), ids=list(BAD))
def test_one_broken_file_hides_no_other_and_is_listed(tmp_path: Path, file: str, text: str | bytes, start: str) -> None:
    store = load(tmp_path, {**GOOD, file: text})
    assert sorted(store.heads) == ["e", "p", "rules/good"]
    assert len(store.problems) == 1, store.problems
    assert str(store.problems[0]).startswith(start)
    name = file.split(".")[0]
    with pytest.raises(InvalidFile) as caught:
        store.head(name)
    assert caught.value.problems == store.problems


def test_all_broken_files_are_listed_by_place(tmp_path: Path) -> None:
    files = {f"{index:02}/{file}": text for index, (file, text, _) in enumerate(BAD.values())}
    problems = load(tmp_path, {**GOOD, **files}).problems
    places = [(problem.path or "", problem.line or 0, problem.column or 0) for problem in problems]
    assert len(problems) == len(BAD)
    assert places == sorted(places)


def test_the_errors_of_a_broken_file_do_not_pile_up(tmp_path: Path) -> None:
    store = load(tmp_path, {"bad.yaml": ""})
    lengths = set()
    for _ in range(3):
        with pytest.raises(InvalidFile) as caught:
            store.head("bad")
        lengths.add(len(caught.traceback))
    assert len(lengths) == 1


def test_a_name_that_two_files_share_is_told_to_whoever_asks(tmp_path: Path) -> None:
    store = load(tmp_path, {"a.md": text_component(), "a.yaml": FULL})
    with pytest.raises(InvalidFile, match="is taken twice"):
        store.head("a")


def test_a_file_with_another_suffix_beside_a_good_one_is_only_listed(tmp_path: Path) -> None:
    store = load(tmp_path, {"p.yaml": FULL, "p.yml": ""})
    assert store.head("p").kind == "prompt"
    assert [str(problem) for problem in store.problems] == [
        "prompts/p.yml: is not read: the suffix of a registry file is .yaml"
    ]


def test_a_name_below_a_folder_that_cannot_be_entered_is_told_as_that(tmp_path: Path) -> None:
    registry = fill(tmp_path, {"a.md": text_component()})
    (registry / "x").symlink_to("..")
    store = load(tmp_path)
    for name in ("x/a", "x/y/z"):
        with pytest.raises(InvalidFile, match="prompts/x: is a link that leaves the registry"):
            store.head(name)
    with pytest.raises(UnknownName):
        store.head("xx/a")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("rules/Tone.md", 'the file name gives the component name "rules/Tone": part "Tone" must be'),
        ("rules/my tone.md", 'the file name gives the component name "rules/my tone": part "my tone" must be'),
    ],
)
def test_a_name_that_no_file_may_have_is_explained_and_not_suggested(file: str, reason: str, tmp_path: Path) -> None:
    fill(tmp_path, {file: text_component()})
    with pytest.raises(UnknownName) as caught:
        load(tmp_path).head("rules/tone")
    (problem,) = caught.value.problems
    assert problem.suggestion is None
    assert problem.message.startswith(
        f'the registry holds nothing named "rules/tone"; prompts/{file} is not read: {reason}'
    )


@pytest.mark.parametrize(
    ("ask", "name", "message"),
    [
        ("head", "rules/god", 'the registry holds nothing named "rules/god" (did you mean "rules/good"?)'),
        ("head", "zzz", 'the registry holds nothing named "zzz"; see `promptreg list`'),
        ("component", "p", '"p" is a prompt; a component is expected here'),
        ("prompt", "pp", 'no prompt is named "pp" (did you mean "p"?)'),
        ("prompt", "rules/good", '"rules/good" is of kind rule, not a prompt; only prompts are rendered'),
        ("prompt", "e", '"e" is of kind examples, not a prompt; only prompts are rendered'),
    ],
)
def test_asking_for_the_wrong_thing_says_what_it_is(tmp_path: Path, ask: str, name: str, message: str) -> None:
    store = load(tmp_path, GOOD)
    with pytest.raises(UnknownName) as caught:
        getattr(store, ask)(name)
    assert str(caught.value) == message


def test_yaml_files_that_prompts_name_as_samples_are_no_broken_components(tmp_path: Path) -> None:
    prompt = (
        "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [{text: x}]}]\n"
        "samples: {one: {file: samples/one.yaml}, two: {file: ./samples/Two.yaml}, three: {file: samples/three.yml}}\n"
    )
    sides = {"samples/one.yaml": "a: 1\n", "samples/Two.yaml": "- [", "samples/three.yml": "a: 1\n"}
    assert load(tmp_path, {**sides, "p.yaml": prompt}).problems == ()
    assert len(load(tmp_path, {"samples/other.yaml": "a: 1\n"}).problems) == 1


def test_an_empty_registry_is_a_registry(tmp_path: Path) -> None:
    store = load(tmp_path)
    assert (dict(store.heads), store.problems) == ({}, ())


# -- stamps -----------------------------------------------------------------------------------------------------------


def edits(registry: Path) -> dict[str, Any]:
    return {
        "nothing": lambda: None,
        "add": lambda: (registry / "new.md").write_text(text_component()),
        "add a broken name": lambda: (registry / "New.md").write_text(""),
        "remove": lambda: (registry / "a.md").unlink(),
        "rename": lambda: (registry / "a.md").rename(registry / "c.md"),
        "grow": lambda: (registry / "a.md").write_text(text_component("Hi!!\n")),
        "replace by equal size": lambda: replace(registry / "a.md", text_component("Ho.\n")),
        "swap": lambda: swap(registry / "a.md", registry / "b.md"),
        "permissions": lambda: (time.sleep(0.05), (registry / "a.md").chmod(0o600)),  # after a tick of the clock
        "a sample": lambda: (registry / "s/one.json").write_text("{ }"),
        "a second suffix": lambda: (registry / "a.yaml").write_text(""),
        "dot folder": lambda: (registry / ".x").mkdir(),
    }


def replace(file: Path, text: str) -> None:
    """What editors do: write another file and put it in place, with the time of the old one."""
    other = file.with_name(".other")
    times = file.stat()
    other.write_text(text)
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)


def swap(left: Path, right: Path) -> None:
    spare = left.with_name(".spare")
    left.rename(spare)
    right.rename(left)
    spare.rename(right)


@pytest.mark.parametrize("edit", list(edits(Path())))
def test_stamps_differ_after_every_edit_that_matters(tmp_path: Path, edit: str) -> None:
    registry = fill(tmp_path, {"a.md": text_component(), "b.md": text_component(), "s/one.json": "{}"})
    before = FolderTree(registry, tmp_path).stamps()
    edits(registry)[edit]()
    assert (FolderTree(registry, tmp_path).stamps() == before) == (edit in ("nothing", "dot folder"))


# -- the cache of parsed heads ----------------------------------------------------------------------------------------

EVERYTHING = {
    **FILES,
    "full.yaml": FULL,
    "inc.md": text_component('{% include "t@^1" %}{% include "b" %}\r\n'),
    "empty.md": "---\nkind: rule\nversion: 1.0.0\n---",
    "same.md": FILES["t.md"],
    "broken.yaml": "kind: prompt\n",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", str(folder))
    return folder


def never(body: Any, name: str) -> Any:
    raise AssertionError(f"{name} was parsed again")


def as_json(store: Store) -> dict[str, Any]:
    """All that a store knows of its heads."""
    return {
        name: [head.name, head.path, head.body_digest, head.contract_digest, encode_head(head), list(head.uses),
               dict(head.inputs), head.body.text if isinstance(head, Component) else list(head.messages),
               dict(head.samples) if isinstance(head, Prompt) else head.examples,
               str(head.written.location(("version",)))]
        for name, head in store.heads.items()
    }  # fmt: skip


def test_a_cached_load_is_equal_to_a_fresh_one_and_parses_nothing(tmp_path: Path, cache: Path) -> None:
    registry = fill(tmp_path, EVERYTHING)
    fresh = load_store(FolderTree(registry, tmp_path), scan)
    cached = load_store(FolderTree(registry, tmp_path), never)
    assert as_json(cached) == as_json(fresh)
    assert cached.problems == fresh.problems
    assert len(list(cache.rglob("*.json"))) == 1


def test_a_changed_file_is_never_answered_from_the_cache(tmp_path: Path, cache: Path) -> None:
    registry = fill(tmp_path, {"a.md": text_component("One.\n")})
    load_store(FolderTree(registry, tmp_path), scan)
    replace(registry / "a.md", text_component("Two.\n"))
    assert load_store(FolderTree(registry, tmp_path), scan).component("a").body.text == "Two.\n"


def test_a_file_under_another_name_or_place_is_that_one(tmp_path: Path, cache: Path) -> None:
    registry = fill(tmp_path, {"a.md": text_component()})
    load_store(FolderTree(registry, tmp_path), scan)
    (registry / "x").mkdir()
    (registry / "a.md").rename(registry / "x/b.md")
    head = load_store(FolderTree(registry, tmp_path), scan).head("x/b")
    assert (head.name, head.path) == ("x/b", "prompts/x/b.md")


def test_a_cache_that_cannot_be_written_or_read_changes_nothing(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert sorted(load(tmp_path, EVERYTHING).heads) == sorted(set(EVERYTHING_NAMES))


EVERYTHING_NAMES = [name.rpartition(".")[0] for name in EVERYTHING if name != "broken.yaml"]


@pytest.mark.parametrize("position", [0.0, 0.001, 0.3, 0.6, 0.999], ids=str)
@pytest.mark.parametrize("change", ["flip", "cut", "insert"])
def test_a_damaged_cache_is_as_good_as_none(tmp_path: Path, cache: Path, position: float, change: str) -> None:
    registry = fill(tmp_path, EVERYTHING)
    fresh = load_store(FolderTree(registry, tmp_path), scan)
    (file,) = cache.rglob("*.json")
    data = bytearray(file.read_bytes())
    at = int(len(data) * position)
    if change == "flip":
        data[at] ^= 1
    elif change == "cut":
        del data[at:]
    else:
        data[at:at] = b"1"
    file.write_bytes(data)
    parsed = []
    again = load_store(FolderTree(registry, tmp_path), lambda body, name: parsed.append(name) or scan(body, name))
    assert as_json(again) == as_json(fresh)
    assert parsed
