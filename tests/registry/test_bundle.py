"""Bundles: what goes in, that every byte counts, and that what comes out is what the folder in locked mode gives."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

import promptreg
from promptreg.errors import (
    InputError,
    IntegrityError,
    InvalidFile,
    PromptregError,
    UnknownName,
    UnsatisfiableRef,
    UsageError,
)
from promptreg.model.lock import lock_text, parse_lock
from promptreg.model.version import Version
from promptreg.registry.bundle import BundleTree
from promptreg.registry.bundle_pack import MAX_SAMPLE_BYTES
from promptreg.registry.bundle_text import SCHEMA
from promptreg.registry.source_tree import LOCK
from promptreg.text import Source
from tests.cli.schemas import valid
from tests.support.bundles import bundled, open_store, release_all
from tests.support.registries import SUPPORT, write_files

SMALL = {"limit": 50, "ticket": "Where is my parcel?"}


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """`reply` and its parts in two releases; the label production splits between them, next is the second."""
    folder = release_all(write_files(tmp_path, SUPPORT))
    bump(folder / "rules/limits.md", "1.1.0", "Be kind.", "Be very kind.")
    bump(folder / "reply.yaml", "2.0.0", "customer's", "writer's")
    release_all(folder)
    (folder / "labels.yaml").write_text("production: {reply: {1.0.0: 90, 2.0.0: 10}}\nnext: {reply: 2.0.0}\n")
    return folder


def bump(file: Path, version: str, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new).replace("version: 1.0.0", f"version: {version}"))


def members(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data)
    return found


def inside(data: bytes) -> list[str]:
    return list(members(data)["releases"])


# -- what goes in


def test_a_bundle_has_the_shipped_schema_and_always_the_same_bytes(registry: Path) -> None:
    data = bundled(registry)
    valid(data.decode(), "bundle")
    assert data == bundled(registry)
    assert data.isascii()


def test_the_order_of_refs_changes_nothing(registry: Path) -> None:
    one = bundled(registry, "reply@1.0.0", "reply@2.0.0", "reply@^1")
    assert one == bundled(registry, "reply@2.0.0", "reply@1.0.0")


def test_a_ref_brings_its_parts_and_nothing_else(registry: Path) -> None:
    parts = ["examples/replies@1.0.0", "instructions/agent@1.0.0", "reply@1.0.0", "rules/limits@1.0.0"]
    assert inside(bundled(registry, "reply@1.0.0")) == parts
    assert inside(bundled(registry, "rules/limits@1.1.0")) == ["rules/limits@1.1.0"]


def test_a_label_brings_all_that_it_names(registry: Path) -> None:
    assert members(bundled(registry, labels=("production",)))["entries"] == ["reply@1.0.0", "reply@2.0.0"]
    assert members(bundled(registry, "reply@production"))["entries"] == ["reply@1.0.0", "reply@2.0.0"]
    assert members(bundled(registry, labels=("next",)))["entries"] == ["reply@2.0.0"]


def test_without_refs_all_prompts_and_labels_are_in(registry: Path) -> None:
    (registry / "labels.yaml").write_text("old: {reply: 1.0.0}\n")
    assert members(bundled(registry))["entries"] == ["reply@1.0.0", "reply@2.0.0"]


def test_labels_are_kept_where_all_their_versions_are_inside(registry: Path) -> None:
    assert members(bundled(registry, "reply@2.0.0"))["labels"] == {"next": {"reply": {"2.0.0": 100}}}
    assert members(bundled(registry, "reply@1.0.0"))["labels"] == {}
    assert list(members(bundled(registry))["labels"]) == ["next", "production"]
    assert promptreg.load_bundle(bundled(registry, "reply@1.0.0")).items()


def test_the_parts_of_parts_are_inside_in_the_versions_they_were_released_with(tmp_path: Path) -> None:
    files = {
        "deep.md": "---\nkind: rule\nversion: 1.0.0\n---\n- Deep.\n",
        "mid.md": '---\nkind: rule\nversion: 1.0.0\n---\n{% include "deep@^1" %}\n',
        "top.yaml": "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [{use: mid@^1}, {use: deep@^1}]}]\n",
    }
    folder = write_files(tmp_path, files)
    (folder / "top.yaml").rename(tmp_path / "top.yaml")
    release_all(folder)
    bump(folder / "deep.md", "1.1.0", "Deep.", "Deeper.")
    (tmp_path / "top.yaml").rename(folder / "top.yaml")
    release_all(folder)
    data = bundled(folder, "top")
    assert inside(data) == ["deep@1.0.0", "deep@1.1.0", "mid@1.0.0", "top@1.0.0"]
    opened = promptreg.load_bundle(data)
    assert opened.render("top").text == "- Deeper.\n\n- Deeper."
    assert str(opened.closure("mid@1.0.0").pins["deep"].version) == "1.0.0"


# -- heads


def test_a_bare_name_takes_the_head_while_it_is_what_was_released(registry: Path) -> None:
    assert members(bundled(registry, "reply", locked=False))["entries"] == ["reply@2.0.0"]


def test_a_changed_head_is_refused_with_the_ways_out(registry: Path) -> None:
    file = registry / "reply.yaml"
    file.write_text(file.read_text().replace("writer's", "reader's"))
    for refs in ((), ("reply",)):
        with pytest.raises(UsageError) as caught:
            bundled(registry, *refs, locked=False)
        assert str(caught.value) == (
            "prompts/reply.yaml: reply is 2.0.0+head, which is not released; release it first "
            "(`promptreg release reply --bump auto --with-parts`), ask for reply@2.0.0, or take releases with --locked"
        )
    assert members(bundled(registry, "reply", locked=True))["entries"] == ["reply@2.0.0"]
    assert members(bundled(registry, "reply@2.0.0", locked=False))["entries"] == ["reply@2.0.0"]
    assert members(bundled(registry, "reply@next", locked=False))["entries"] == ["reply@2.0.0"]


@pytest.mark.parametrize("version", ["1.1.0", "1.2.0"])
def test_a_changed_part_is_refused_by_name(registry: Path, version: str) -> None:
    file = registry / "rules/limits.md"
    file.write_text(file.read_text().replace("very", "most").replace("version: 1.1.0", f"version: {version}"))
    with pytest.raises(
        UsageError, match=rf"reply 2\.0\.0 is released, but the folder has it with rules/limits {version}"
    ):
        bundled(registry, "reply", locked=False)


def test_a_newer_release_of_a_part_is_refused_too(registry: Path) -> None:
    file = registry / "rules/limits.md"
    file.write_text(file.read_text().replace("very", "most").replace("version: 1.1.0", "version: 1.2.0"))
    (registry / "reply.yaml").rename(registry / "reply.txt")
    release_all(registry)
    (registry / "reply.txt").rename(registry / "reply.yaml")
    with pytest.raises(UsageError, match=r"the folder has it with rules/limits 1\.2\.0;"):
        bundled(registry, "reply", locked=False)


def test_all_refs_are_judged_at_once(registry: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        bundled(registry, "repli", "reply@^7", "rules/limit")
    assert len(caught.value.problems) == 3
    assert caught.value.problems[0].suggestion == "reply"


def test_an_unknown_label_is_refused(registry: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        bundled(registry, labels=("produktion",))
    assert caught.value.problems[0].suggestion == "production"


def test_a_folder_without_releases_is_refused(tmp_path: Path) -> None:
    folder = write_files(tmp_path, SUPPORT)
    with pytest.raises(UsageError, match="no prompt is released here"):
        bundled(folder, locked=False)
    with pytest.raises(
        UsageError, match=r"reply is 1\.0\.0\+head, which is not released; release it first \(`promptreg"
    ):
        bundled(folder, "reply", locked=False)


def test_drafts_are_left_out_and_told(registry: Path) -> None:
    drafts = tuple(f"draft-{letter}" for letter in "abcdefgh")
    for name in drafts:
        text = "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [text: x]}]\n"
        (registry / f"{name}.yaml").write_text(text)
    found = promptreg.load(registry).bundle()
    assert found.unreleased == drafts
    assert found.contents.entries == ("reply@1.0.0", "reply@2.0.0")
    assert promptreg.load(registry).bundle(["reply"]).unreleased == ()


@pytest.mark.parametrize("file", ["reply/2.0.0.yaml", "rules/limits/1.1.0.md"])
def test_a_release_that_is_not_what_the_lock_says_is_no_part_of_a_bundle(registry: Path, file: str) -> None:
    frozen = registry / ".versions" / file
    frozen.write_text(frozen.read_text() + "\n")
    with pytest.raises(IntegrityError, match=file):
        bundled(registry, "reply@2.0.0")
    frozen.unlink()
    with pytest.raises(IntegrityError):
        bundled(registry, "reply@2.0.0")


def test_a_lock_with_other_parts_is_an_integrity_error(registry: Path) -> None:
    lock = parse_lock((registry / LOCK).read_text(), LOCK)
    key = ("reply", Version(2, 0, 0))
    older = lock["reply", Version(1, 0, 0)].pins
    lock[key] = lock[key]._replace(pins=older)
    (registry / LOCK).write_text(lock_text(lock.values()))
    with pytest.raises(IntegrityError, match=r"the parts of reply@2\.0\.0 are not those that it was released with"):
        bundled(registry, "reply@2.0.0")


def test_an_integrity_fault_outweighs_other_faults(registry: Path) -> None:
    (registry / "labels.yaml").write_text("gone: {reply: 9.9.9}\n")
    with pytest.raises(IntegrityError) as caught:
        bundled(registry, "nope", "reply@gone")
    assert len(caught.value.problems) == 2


# -- sample files


def with_sample_file(folder: Path, text: str | None) -> Path:
    prompt = "kind: prompt\nversion: 1.0.0\ninputs: {x: {type: string}}\n"
    prompt += "messages: [{role: user, parts: [text: '{{ x }}']}]\nsamples: {a: {file: samples/a.json}}\n"
    files = {"p.yaml": prompt, **({"samples/a.json": text} if text is not None else {})}
    return release_all(write_files(folder, files))


def test_sample_files_come_along(tmp_path: Path) -> None:
    data = bundled(with_sample_file(tmp_path, '{"x": "é"}'))
    assert promptreg.load_bundle(data).render("p", sample="a").text == "é"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param(json.dumps({"x": "y" * MAX_SAMPLE_BYTES}), "is larger than 100,000 bytes", id="large"),
    ],
)
def test_a_sample_file_that_stays_outside_is_told_and_missed_only_when_asked_for(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    found = promptreg.load(with_sample_file(tmp_path, text)).bundle()
    assert [path for path, _ in found.left_out] == ["samples/a.json"]
    assert reason in found.left_out[0][1]
    opened = promptreg.load_bundle(found.data)
    assert opened.render("p", {"x": "y"}).text == "y"
    with pytest.raises(InvalidFile, match=r"p/1\.0\.0\.yaml:5:21: prompts/samples/a\.json is not in the bundle"):
        opened.render("p", sample="a")


# -- what comes out

CALLS: dict[str, Any] = {
    "bare name": lambda found: found.render("reply", SMALL).document(),
    "version": lambda found: found.render("reply@1.0.0", SMALL).document(),
    "range": lambda found: found.render("reply@^1", sample="small").document(),
    "label": lambda found: found.render("reply@next", SMALL).record(),
    "label that splits": lambda found: [
        found.render("reply@production", SMALL, key=f"user-{number}").record() for number in range(50)
    ],
    "label without key": lambda found: found.render("reply@production", SMALL),
    "attributes": lambda found: found.render("reply", SMALL).attributes(),
    "items": lambda found: found.items(),
    "tree": lambda found: found.tree("reply"),
    "users": lambda found: found.tree("rules/limits", dependants=True),
    "closure": lambda found: (found.closure("reply").pin, found.closure("reply").pins),
    "text": lambda found: found.source_text("rules/limits@1.0.0"),
    "samples": lambda found: (found.samples("reply"), found.sample("reply", "small")),
    "problems": lambda found: (found.problems, found.file_problems),
    "require": lambda found: found.require(["reply", "reply@production"]),
    "answer": lambda found: found.check_output("reply", "fine", SMALL),
    "unknown name": lambda found: found.render("repli", SMALL),
    "unknown version": lambda found: found.render("reply@3.0.0", SMALL),
    "unknown label": lambda found: found.render("reply@nxt", SMALL),
    "unlabelled": lambda found: found.render("rules/limits@next", SMALL),
    "unknown sample": lambda found: found.render("reply", sample="smal"),
    "component": lambda found: found.render("rules/limits", {}),
    "no ref": lambda found: found.render("../reply", {}),
    "bad inputs": lambda found: found.render("reply", {"limit": "x", "tikcet": 1}),
    "broken promise": lambda found: found.render("reply", {**SMALL, "limit": -1}),
}


def outcome(found: promptreg.Registry, call: Any) -> Any:
    try:
        return call(found)
    except PromptregError as error:
        return type(error), error.problems


@pytest.mark.parametrize("name", CALLS)
def test_a_bundle_answers_like_the_folder_in_locked_mode(registry: Path, name: str) -> None:
    folder = promptreg.load(registry, locked=True)
    bundle = promptreg.load_bundle(bundled(registry))
    assert outcome(bundle, CALLS[name]) == outcome(folder, CALLS[name])


def test_answers_that_should_be_errors_are_errors(registry: Path) -> None:
    bundle = promptreg.load_bundle(bundled(registry))
    kinds = {name: outcome(bundle, call) for name, call in CALLS.items()}
    assert kinds["bad inputs"][0] is InputError
    assert kinds["unknown version"][0] is UnsatisfiableRef
    assert kinds["component"][0] is kinds["unknown name"][0] is kinds["no ref"][0] is UnknownName
    assert kinds["label without key"][0] is UsageError


def test_an_output_schema_file_is_the_frozen_one(tmp_path: Path) -> None:
    prompt = (
        "kind: prompt\nversion: 1.0.0\noutput: {schema: schemas/a.json}\nmessages: [{role: user, parts: [text: x]}]\n"
    )
    folder = release_all(write_files(tmp_path, {"p.yaml": prompt, "schemas/a.json": '{"type": "array"}'}))
    (folder / "schemas/a.json").write_text('{"type": "object"}')
    opened = promptreg.load_bundle(bundled(folder, "p"))
    opened.require("p")
    assert opened.check_output("p", "[]") == []
    with pytest.raises(promptreg.OutputInvalid):
        opened.check_output("p", "{}")


def test_line_ends_and_odd_characters_survive(tmp_path: Path) -> None:
    body = "---\r\nkind: rule\r\nversion: 1.0.0\r\n---\r\n- Grüße, 你好 \u2028 \U0001f600\r\n"
    prompt = "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [use: r]}]\n"
    folder = write_files(tmp_path, {"p.yaml": prompt})
    (folder / "r.md").write_bytes(body.encode())
    release_all(folder)
    opened = promptreg.load_bundle(bundled(folder))
    assert opened.source_text("r") == body
    assert opened.render("p").document() == promptreg.load(folder, locked=True).render("p").document()


def test_heads_of_another_form_are_parsed_from_their_texts(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptreg.registry.bundle_text.FORMAT", 1_000)
    data = bundled(registry)
    monkeypatch.undo()
    assert members(data)["codec"] == 1_000
    tree = BundleTree(data, "x")
    assert tree.recall(open_store(registry).releases.source("reply", Version(2, 0, 0)), "reply") is None
    opened, folder = promptreg.load_bundle(data), promptreg.load(registry, locked=True)
    assert opened.render("reply", SMALL).document() == folder.render("reply", SMALL).document()


def test_loading_parses_no_file(registry: Path) -> None:
    tree = BundleTree(bundled(registry), "x")
    for name, files in tree.frozen().items():
        for item in files.values():
            assert tree.recall(Source(item.path, tree.read(item.file, item.path).decode()), name) is not None


# -- damage


def test_every_one_of_a_thousand_mutations_is_found(registry: Path) -> None:
    data = bundled(registry)
    dice = random.Random(7)
    for number in range(1_000):
        at = number if number < 160 else dice.randrange(len(data))  # every byte of the first line, and a random lot
        kind = number % 10
        if kind < 7:
            bad = data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]
        elif kind == 7:
            bad = data[:at] + data[at + 1 :]
        elif kind == 8:
            bad = data[:at] + b" " + data[at:]
        else:
            bad = data[:at]
        with pytest.raises(IntegrityError):
            promptreg.load_bundle(bad)


def test_every_white_space_counts(registry: Path) -> None:
    data = bundled(registry)
    assert json.loads(data + b"\n") == json.loads(data)
    for bad in (data + b"\n", b" " + data, b"\xef\xbb\xbf" + data, json.dumps(json.loads(data)).encode(), data[:-1]):
        with pytest.raises(IntegrityError):
            promptreg.load_bundle(bad)


def test_turned_line_ends_are_named(registry: Path) -> None:
    with pytest.raises(IntegrityError, match="turned into CR LF"):
        promptreg.load_bundle(bundled(registry).replace(b"\n", b"\r\n"))


def resealed(data: bytes, **changes: Any) -> bytes:
    """A bundle with other members and a digest that fits them, as a newer or a hostile writer could make it."""
    from hashlib import sha256

    found = {**members(data), **changes}
    schema, codec = found.pop("schema"), found.pop("codec")
    del found["digest"], found["lock"]
    lock = data[data.index(b'\n"lock": ') : data.index(b'\n"registry": ')].decode()
    before = f'{{"schema": "{schema}", "digest": "sha256:'.encode()
    after = f'", "codec": {codec},{lock}\n{json.dumps(found)[1:]}'.encode()
    return before + sha256(before + after).hexdigest().encode() + after


def test_another_schema_is_told_from_damage(registry: Path) -> None:
    data = bundled(registry)
    assert promptreg.load_bundle(resealed(data))
    with pytest.raises(InvalidFile, match=f"is a bundle of schema promptreg/bundle/2; this promptreg reads {SCHEMA}"):
        promptreg.load_bundle(resealed(data, schema="promptreg/bundle/2"))
    with pytest.raises(InvalidFile, match="is a bundle of schema promptreg/bundle/2"):
        promptreg.load_bundle(b'{\n  "schema": "promptreg/bundle/2", "pack": []}')
    with pytest.raises(IntegrityError, match="its schema is promptreg/bundle/2"):
        promptreg.load_bundle(data.replace(b"bundle/1", b"bundle/2", 1))


@pytest.mark.parametrize("data", [b"x", b"[]", b'{"schema": "promptreg/render/1"}', b"kind: prompt\n"])
def test_what_never_was_a_bundle_is_bad_input(data: bytes) -> None:
    with pytest.raises(InvalidFile, match="is not a bundle of promptreg"):
        promptreg.load_bundle(data)


def test_an_empty_file_is_a_damaged_bundle() -> None:
    with pytest.raises(IntegrityError, match="cut off"):
        promptreg.load_bundle(b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"releases": []},
        {"releases": {"reply@1.0.0": {}}},
        {"samples": {"a": None}},
        {"labels": {"next": {"reply": 5}}},
        {"entries": None},
        {"registry": None, "labels": {"x": []}},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_a_forged_shape_is_an_integrity_error(registry: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="no bundle that promptreg wrote"):
        promptreg.load_bundle(resealed(bundled(registry), **changes))


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '\n"lock": {}}', '\n"lock": {},\n"registry": "x"'])
def test_a_forged_file_that_is_no_json_is_an_integrity_error(text: str) -> None:
    from hashlib import sha256

    before, after = f'{{"schema": "{SCHEMA}", "digest": "sha256:'.encode(), f'", "codec": 2,{text}'.encode()
    with pytest.raises(IntegrityError, match="no bundle that promptreg wrote"):
        promptreg.load_bundle(before + sha256(before + after).hexdigest().encode() + after)


def test_a_forged_text_does_not_pass_the_lock(registry: Path) -> None:
    data = bundled(registry)
    releases = members(data)["releases"]
    releases["rules/limits@1.0.0"]["text"] += "- Obey.\n"
    opened = promptreg.load_bundle(resealed(data, releases=releases))
    with pytest.raises(IntegrityError, match=r"rules/limits@1\.0\.0"):
        opened.render("reply@1.0.0", SMALL)
    del releases["rules/limits@1.0.0"]
    opened = promptreg.load_bundle(resealed(data, releases=releases))
    with pytest.raises(IntegrityError, match=r"rules/limits@1\.0\.0"):
        opened.render("reply@1.0.0", SMALL)


def test_forged_heads_are_parsed_from_their_texts(registry: Path) -> None:
    data = bundled(registry)
    releases = members(data)["releases"]
    for release in releases.values():
        release["head"] = {"kind": "prompt"}
    opened = promptreg.load_bundle(resealed(data, releases=releases))
    folder = promptreg.load(registry, locked=True)
    assert opened.render("reply", SMALL).document() == folder.render("reply", SMALL).document()


# -- where it comes from


def test_a_bundle_is_read_from_paths_bytes_and_resources(registry: Path, tmp_path: Path) -> None:
    data = bundled(registry)
    file = tmp_path / "b.json"
    file.write_bytes(data)
    text = promptreg.load_bundle(data).render("reply", SMALL).text
    for source in (file, str(file), data):
        assert promptreg.load_bundle(source).render("reply", SMALL).text == text


def test_a_damaged_file_is_named(registry: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(bundled(registry)[:-2])
    with pytest.raises(IntegrityError, match=r"b\.json: is not the bundle"):
        promptreg.load_bundle(file)


def test_the_expected_digest_is_compared(registry: Path) -> None:
    data = bundled(registry, "reply@1.0.0")
    digest = members(data)["digest"]
    assert promptreg.load_bundle(data, digest=digest)
    with pytest.raises(IntegrityError, match="is another bundle"):
        promptreg.load_bundle(bundled(registry), digest=digest)


@pytest.mark.parametrize(
    ("arguments", "options", "reason"),
    [
        pytest.param((), {}, "give the bundle, or the package", id="nothing"),
        pytest.param((b"x",), {"package": "json"}, "not both", id="both"),
        pytest.param((7,), {}, "not from int", id="a number"),
        pytest.param((), {"package": "no_such_package"}, 'from the package "no_such_package"', id="no package"),
    ],
)
def test_a_wrong_call_is_a_usage_error(arguments: tuple[Any, ...], options: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        promptreg.load_bundle(*arguments, **options)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        pytest.param(("no/such/file.json",), {}, id="path"),
        pytest.param((".",), {}, id="folder"),
        pytest.param((), {"package": "json"}, id="resource"),
        pytest.param((), {"package": "json", "resource": "."}, id="resource that is a folder"),
    ],
)
def test_a_missing_bundle_is_bad_input(arguments: tuple[Any, ...], options: dict[str, str]) -> None:
    with pytest.raises(InvalidFile):
        promptreg.load_bundle(*arguments, **options)


def test_preload_prepares_every_entry(registry: Path) -> None:
    assert promptreg.load_bundle(bundled(registry), preload=True).render("reply@production", SMALL, key="a").text
