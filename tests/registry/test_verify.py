"""Verifying releases: any change of a frozen byte or of the lock is found, and nothing else is."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promptreg.errors import IntegrityError, UnknownName
from promptreg.model.lock import LockEntry, LockPin, lock_text, parse_lock
from promptreg.model.version import Version
from promptreg.registry.resolve import resolve_release
from promptreg.registry.verify import Verified, verify
from tests.support.frozen import bump, freeze, history, open_store, prompt
from tests.support.registries import component, write_files

TONE = "prompts/.versions/rules/tone/1.0.0.md"
MUTATIONS = 1_000


@pytest.fixture(autouse=True)
def _without_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", "off")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return history(tmp_path_factory.mktemp("model"))


@pytest.fixture
def registry(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "prompts"))


def check(registry: Path, *names: str) -> Verified:
    return verify(open_store(registry), names)


def faults(registry: Path, *names: str) -> list[str]:
    return [str(problem) for problem in check(registry, *names).problems]


def guarded_files(registry: Path) -> list[Path]:
    return [
        *sorted(path for path in (registry / ".versions").rglob("*") if path.is_file()),
        registry / "promptreg.lock",
    ]


def entries_of(registry: Path) -> dict[str, LockEntry]:
    path = registry / "promptreg.lock"
    return {str(entry): entry for entry in parse_lock(path.read_text(encoding="utf-8"), str(path)).values()}


def relock(registry: Path, *changed: LockEntry, without: tuple[str, ...] = ()) -> None:
    """Write the lock anew, in the canonical form, with these entries instead of the ones of their name."""
    entries = {**entries_of(registry), **{str(entry): entry for entry in changed}}
    kept = [entry for key, entry in entries.items() if key not in without]
    (registry / "promptreg.lock").write_text(lock_text(kept), encoding="utf-8")


# -- the law


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one changed, left out, or put in, at any position."""
    at = rng.randrange(len(data))
    what = rng.random()
    if what < 0.8:
        return data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :]
    if what < 0.9:
        return data[:at] + data[at + 1 :]
    return data[:at] + bytes([rng.randrange(256)]) + data[at:]


def test_every_changed_byte_is_found(registry: Path) -> None:
    rng = random.Random(20240611)
    originals = {path: path.read_bytes() for path in guarded_files(registry)}
    weights = [len(data) for data in originals.values()]
    skipped, missed, hit = 0, [], set()
    for number in range(MUTATIONS):
        (path,) = rng.choices(list(originals), weights)
        data = mutated(originals[path], rng)
        if data.replace(b"\r\n", b"\n") == originals[path]:
            skipped += 1
            continue
        path.write_bytes(data)
        hit.add(path)
        if not check(registry).problems:
            missed.append((number, path.name, data))
        path.write_bytes(originals[path])
    assert missed == []
    assert skipped <= 2
    assert hit == set(originals)
    assert faults(registry) == []


def test_digests_that_begin_alike_are_told_apart(registry: Path) -> None:
    entry = entries_of(registry)["rules/tone@1.0.0"]
    for field in ("file", "body", "contract"):
        digest = getattr(entry, field)
        last = "0" if digest[-1] != "0" else "1"
        relock(registry, entry._replace(**{field: digest[:-1] + last}))
        assert [fault for fault in faults(registry) if digest in fault and digest[:-1] + last in fault], field
        relock(registry, entry)
    relock(registry, entry._replace(file=entry.file[:-1] + ("0" if entry.file[-1] != "0" else "1")))
    with pytest.raises(IntegrityError, match=entry.file):
        open_store(registry).releases.verified("rules/tone", Version(1, 0, 0))


def test_every_position_of_one_frozen_file_counts(registry: Path) -> None:
    path = registry / ".versions/rules/tone/1.0.0.md"
    original = path.read_bytes()
    for at in range(len(original)):
        path.write_bytes(original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :])
        assert faults(registry), at


def test_an_untouched_registry_is_fine(registry: Path) -> None:
    assert check(registry) == Verified(releases=12, names=5, files=14, labels=2, problems=())


def test_a_registry_without_releases_is_fine(tmp_path: Path) -> None:
    assert check(write_files(tmp_path, {"a.md": component("Hi.\n")})) == Verified(0, 0, 0, 0, ())


def test_windows_line_ends_are_no_fault(registry: Path) -> None:
    for path in guarded_files(registry):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert faults(registry) == []


def test_changed_heads_are_no_fault(registry: Path) -> None:
    bump(registry, "rules/tone.md", "3.0.0", "Be short.", "Be long.")
    (registry / "rules/limits.md").write_bytes(b"not a component")
    assert faults(registry) == []


def test_a_moved_registry_is_fine(registry: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "deeper" / "words"
    target.parent.mkdir(parents=True)
    registry.rename(target)
    assert faults(target) == []
    (target / ".versions/rules/tone/1.0.0.md").unlink()
    assert faults(target)[0].startswith("words/.versions/rules/tone/1.0.0.md: ")


# -- files


def replace(folder: Path, name: str, other: str) -> None:
    (folder / name).write_bytes((folder / other).read_bytes())


def swap(folder: Path, name: str, other: str) -> None:
    first, second = (folder / name).read_bytes(), (folder / other).read_bytes()
    (folder / name).write_bytes(second)
    (folder / other).write_bytes(first)


CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "deleted": (
        lambda versions: (versions / "rules/tone/1.0.0.md").unlink(),
        [f"{TONE}: the frozen file of rules/tone@1.0.0 is missing"],
    ),
    "deleted schema": (
        lambda versions: (versions / "chat/close/1.0.0.schema.json").unlink(),
        ["prompts/.versions/chat/close/1.0.0.schema.json: the frozen output schema of chat/close@1.0.0 is missing"],
    ),
    "swapped": (
        lambda versions: swap(versions / "rules/tone", "1.0.0.md", "1.1.0.md"),
        [
            f"{TONE}: is not the file that was released as rules/tone@1.0.0",
            f"{TONE.replace('1.0.0', '1.1.0')}: is not the file that was released as rules/tone@1.1.0",
        ],
    ),
    "replaced by a newer one": (
        lambda versions: replace(versions / "rules/tone", "1.0.0.md", "2.0.0.md"),
        [f"{TONE}: is not the file that was released as rules/tone@1.0.0"],
    ),
    "renamed": (
        lambda versions: (versions / "rules/tone/1.0.0.md").rename(versions / "rules/tone/1.0.9.md"),
        [
            f"{TONE}: the frozen file of rules/tone@1.0.0 is missing",
            "prompts/.versions/rules/tone/1.0.9.md: the lock has no entry for rules/tone@1.0.9",
        ],
    ),
    "another suffix": (
        lambda versions: (versions / "rules/tone/1.0.0.md").rename(versions / "rules/tone/1.0.0.yaml"),
        [
            "prompts/.versions/rules/tone/1.0.0.yaml: is no file of rules/tone@1.0.0: the lock knows another one",
            "prompts/.versions/rules/tone/1.0.0.yaml:5:1: the frozen file of rules/tone@1.0.0 cannot be read",
        ],
    ),
    "a name renamed": (
        lambda versions: (versions / "instructions").rename(versions / "orders"),
        [
            *[
                f"prompts/.versions/instructions/agent/{number}.md: the frozen file of instructions/agent@{number} is"
                for number in ("1.0.0", "1.2.0", "1.2.1")
            ],
            *[
                f"prompts/.versions/orders/agent/{number}.md: the lock has no entry for orders/agent@{number}"
                for number in ("1.0.0", "1.2.0", "1.2.1")
            ],
        ],
    ),
    "truncated": (
        lambda versions: os.truncate(versions / "rules/tone/1.0.0.md", 40),
        [f"{TONE}: is not the file that was released as rules/tone@1.0.0"],
    ),
    "emptied": (
        lambda versions: os.truncate(versions / "rules/tone/1.0.0.md", 0),
        [f"{TONE}:1:1: the frozen file of rules/tone@1.0.0 cannot be read: is empty"],
    ),
    "not text": (
        lambda versions: (versions / "rules/tone/1.0.0.md").write_bytes(b"---\n\xff"),
        [f"{TONE}:2:1: the frozen file of rules/tone@1.0.0 cannot be read: is not UTF-8 (byte 0xff): save it as UTF-8"],
    ),
    "a schema that is not text": (
        lambda versions: (versions / "chat/close/1.1.0.schema.json").write_bytes(b"\xff"),
        [
            "prompts/.versions/chat/close/1.1.0.schema.json:1:1: "
            "the frozen output schema of chat/close@1.1.0 cannot be read: is not UTF-8 (byte 0xff): save it as UTF-8"
        ],
    ),
    "one more release": (
        lambda versions: shutil.copy(versions / "rules/tone/1.0.0.md", versions / "rules/tone/0.9.0.md"),
        ["prompts/.versions/rules/tone/0.9.0.md: the lock has no entry for rules/tone@0.9.0"],
    ),
    "one more schema": (
        lambda versions: shutil.copy(
            versions / "chat/close/1.0.0.schema.json", versions / "chat/reply/1.0.0.schema.json"
        ),
        ["prompts/.versions/chat/reply/1.0.0.schema.json: is no file of chat/reply@1.0.0: the lock knows another one"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_told_with_its_path_and_reason(change: str, registry: Path) -> None:
    action, expected = CHANGES[change]
    action(registry / ".versions")
    found = faults(registry)
    assert len(found) == len(expected), found
    assert [line for line, start in zip(found, expected, strict=True) if not line.startswith(start)] == []
    assert {problem.code for problem in check(registry).problems} == {"integrity"}


def test_every_fault_is_listed(registry: Path) -> None:
    (registry / ".versions/rules/tone/1.0.0.md").unlink()
    (registry / ".versions/rules/tone/3.0.0.md").write_bytes(b"?")
    (registry / ".versions/chat/reply/1.0.0.yaml").write_bytes(b"kind: prompt\n")
    (registry / "labels.yaml").write_bytes(b"production: {chat/reply: 7.0.0}\n")
    assert [problem.path for problem in check(registry).problems] == [
        "prompts/.versions/chat/reply/1.0.0.yaml",
        TONE,
        "prompts/.versions/rules/tone/3.0.0.md",
        "prompts/labels.yaml",
    ]


def test_without_its_lock_no_release_is_known(registry: Path) -> None:
    (registry / "promptreg.lock").unlink()
    assert faults(registry) == [
        "prompts/promptreg.lock: is missing, but there are versions below .versions: restore it from your version "
        "control"
    ]


# -- the lock: canonical text, wrong content


def flipped(digest: str) -> str:
    return digest[:-1] + ("0" if digest[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("file", "is not the file that was released as rules/limits@1.0.0"),
        ("body", "rules/limits@1.0.0 has the body sha256:"),
        ("contract", "rules/limits@1.0.0 has the contract sha256:"),
        ("closure", "the parts of rules/limits@1.0.0 are not those that it was released with"),
    ],
)
def test_each_digest_of_an_entry_is_computed_anew(field: str, reason: str, registry: Path) -> None:
    entry = entries_of(registry)["rules/limits@1.0.0"]
    relock(registry, entry._replace(**{field: flipped(getattr(entry, field))}))
    (found,) = faults(registry)
    assert reason in found


def test_a_wrong_entry_is_placed_in_the_lock(registry: Path) -> None:
    entry = entries_of(registry)["rules/limits@1.0.0"]
    relock(registry, entry._replace(kind="template"))
    line = (
        (registry / "promptreg.lock")
        .read_text()
        .split("\n")
        .index(
            next(
                text
                for text in (registry / "promptreg.lock").read_text().split("\n")
                if 'rules/limits@1.0.0": ' in text
            )
        )
    )
    assert faults(registry) == [
        f'prompts/promptreg.lock:{line + 1}:1: rules/limits@1.0.0 is of kind "rule"; the lock says "template"'
    ]


def test_a_release_under_another_number_than_it_says(registry: Path) -> None:
    shutil.copy(registry / ".versions/rules/tone/2.0.0.md", registry / ".versions/rules/tone/2.0.1.md")
    relock(registry, entries_of(registry)["rules/tone@2.0.0"]._replace(version=Version(2, 0, 1)))
    assert faults(registry) == ["prompts/.versions/rules/tone/2.0.1.md: is released as 2.0.1 but says 2.0.0"]


def test_the_closure_of_each_pin_is_computed_anew(registry: Path) -> None:
    entry = entries_of(registry)["rules/limits@1.0.0"]
    (pin,) = entry.pins
    relock(registry, entry._replace(pins=(pin._replace(closure=flipped(pin.closure)),)))
    (found,) = faults(registry)
    assert "rules/limits@1.0.0 holds rules/tone with the closure sha256:" in found


def test_a_pin_that_the_lock_does_not_hold(registry: Path) -> None:
    relock(registry, without=("rules/tone@1.0.1",))
    found = faults(registry)
    assert len(found) == 2
    assert "the lock has no entry for rules/tone@1.0.1" in found[0]
    assert "chat/close@1.1.0 is pinned to rules/tone@1.0.1, which the lock does not hold" in found[1]


def test_a_part_without_a_pin(registry: Path) -> None:
    relock(registry, entries_of(registry)["rules/limits@1.0.0"]._replace(pins=()))
    assert faults(registry) == [
        "prompts/.versions/rules/limits/1.0.0.md:7:1: the lock pins no version of rules/tone for rules/limits@1.0.0"
    ]


def test_a_pin_that_nothing_uses(registry: Path) -> None:
    entries = entries_of(registry)
    pin = LockPin("rules/limits", Version(1, 0, 0), entries["rules/limits@1.0.0"].closure)
    close = entries["chat/close@1.0.0"]
    relock(registry, close._replace(pins=(pin, *close.pins)))
    (found,) = faults(registry)
    assert "chat/close@1.0.0 is pinned to rules/limits, which nothing in it uses" in found


def test_a_lock_that_was_made_to_fit_another_version_is_still_wrong(registry: Path) -> None:
    """Somebody pins another release and computes every digest anew; the ref in the frozen file tells."""
    entries = entries_of(registry)
    tone = entries["rules/tone@2.0.0"]
    limits = entries["rules/limits@1.0.0"]
    relock(registry, limits._replace(pins=(LockPin("rules/tone", tone.version, tone.closure),)))
    store = open_store(registry)
    with pytest.raises(IntegrityError):
        resolve_release("rules/limits", limits.version, store)
    bump(registry, "rules/limits.md", "1.0.0", "@^1", "@^2")
    store = open_store(registry)
    from promptreg.model.digest import closure_digest

    digest = closure_digest(limits.body, limits.contract, [("rules/tone", "2.0.0", tone.closure)])
    pins = (LockPin("rules/tone", tone.version, tone.closure),)
    relock(registry, limits._replace(pins=pins, closure=digest))
    assert faults(registry) == [
        "prompts/.versions/rules/limits/1.0.0.md:7:1: rules/limits@1.0.0 is pinned to rules/tone@2.0.0, "
        "which rules/tone@^1 does not allow"
    ]


def test_a_circle_in_the_lock_ends(tmp_path: Path) -> None:
    registry = write_files(tmp_path, {"a.md": component("A.\n"), "b.md": component('{% include "a" %}\n')})
    freeze(registry, "a", "b")
    bump(registry, "a.md", "1.1.0", "A.\n", '{% include "b" %}\n')
    bump(registry, "b.md", "1.0.0", '{% include "a" %}\n', "B.\n")
    freeze(registry, "a")
    relock(
        registry,
        *[
            entry._replace(
                pins=(LockPin("a", Version(1, 1, 0), entry.closure), LockPin("b", Version(1, 0, 0), entry.closure))
            )
            for entry in entries_of(registry).values()
            if str(entry) != "a@1.0.0"
        ],
    )
    found = faults(registry)
    assert len(found) == 1
    assert "components include each other" in found[0]


def test_a_schema_that_the_lock_forgot(registry: Path) -> None:
    relock(registry, entries_of(registry)["chat/close@1.0.0"]._replace(schema=None))
    found = faults(registry)
    assert [line.partition(": ")[0] for line in found] == [
        "prompts/.versions/chat/close/1.0.0.schema.json",
        "prompts/promptreg.lock:2:1",
    ]
    assert "chat/close@1.0.0 needs its output schema" in found[1]


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        pytest.param(lambda text: text.replace('": {"body"', '":  {"body"', 1), "prompts/promptreg.lock", id="spaces"),
        pytest.param(lambda text: text + "\n", "prompts/promptreg.lock", id="a blank line"),
        pytest.param(lambda text: text.replace("releases", "release"), "prompts/promptreg.lock:1:1", id="a key"),
        pytest.param(lambda text: text[:300], "prompts/promptreg.lock:2:", id="cut"),
        pytest.param(lambda text: "", "prompts/promptreg.lock:1:1", id="empty"),
        pytest.param(lambda text: "\n".join(sorted(text.split("\n"))), "prompts/promptreg.lock:", id="sorted lines"),
        pytest.param(
            lambda text: text.replace('"chat/close@1.1.0": ', '<<<<<<< ours\n"chat/close@1.1.0": '),
            "prompts/promptreg.lock:3:1",
            id="conflict",
        ),
    ],
)
def test_a_lock_edited_by_hand_is_refused(edit: Callable[[str], str], place: str, registry: Path) -> None:
    path = registry / "promptreg.lock"
    path.write_text(edit(path.read_text()))
    (found,) = faults(registry)
    assert found.startswith(place)


# -- labels and names


def test_labels_that_point_to_nothing(registry: Path) -> None:
    text = "production:\n  chat/reply: 1.5.0\n  chat/close: {1.0.0: 90, 1.2.0: 10}\nbeta: {rules/tone: 2.0.0}\n"
    (registry / "labels.yaml").write_text(text)
    assert faults(registry) == [
        "prompts/labels.yaml:2:3: the label production points to chat/reply@1.5.0, which is not released",
        "prompts/labels.yaml:3:3: the label production points to chat/close@1.2.0, which is not released",
    ]


def test_a_broken_labels_file_is_a_fault(registry: Path) -> None:
    (registry / "labels.yaml").write_text("production: {chat/reply: two}\nBeta: {chat/close: {1.0.0: 50}}\n")
    assert len(faults(registry)) == 3


def test_names_choose_what_is_checked(registry: Path) -> None:
    (registry / ".versions/instructions/agent/1.2.1.md").unlink()
    (registry / ".versions/instructions/agent/1.0.0.md").unlink()
    assert len(faults(registry)) == 2
    assert len(faults(registry, "instructions/agent")) == 2
    assert len(faults(registry, "chat/reply")) == 1
    assert faults(registry, "rules/limits", "chat/close") == []
    assert check(registry, "chat/close").releases == 4
    assert check(registry, "chat/close").labels == 1


def test_a_name_without_release_is_refused(registry: Path) -> None:
    with pytest.raises(UnknownName, match=r'rules/tune has no release \(did you mean "rules/tone"'):
        check(registry, "rules/tune")


def test_a_prompt_with_an_inline_schema(tmp_path: Path) -> None:
    files = {"p.yaml": prompt(more="output: {schema: {type: object}}\n")}
    registry = write_files(tmp_path, files)
    freeze(registry, "p")
    assert faults(registry) == []
    assert json.loads((registry / "promptreg.lock").read_text())["releases"]["p@1.0.0"].get("schema") is None
