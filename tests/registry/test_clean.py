"""Whether a head is what was released: asked of the files themselves, whatever a cache or a time stamp says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import promptreg
from promptreg.errors import Problem
from promptreg.model.prompt import Prompt
from promptreg.registry.source_tree import FROZEN
from promptreg.registry.store import Store
from tests.support.frozen import HISTORY, freeze, history, open_store
from tests.support.registries import component, write_files

Shown = tuple[dict[str, str], tuple[Problem, ...]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of HISTORY, in which two heads are clean and the prompt with a schema file is one of them."""
    return history(tmp_path_factory.mktemp("model"))


def shown(registry: Path, cache: str) -> Shown:
    """What a listing says, with the cache of heads in a folder or switched `off`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMPTREG_CACHE_DIR", cache)
        loaded = promptreg.load(registry)
        return {item.name: item.version for item in loaded.items()}, loaded.file_problems


def told(store: Store, registry: Path) -> dict[str, str]:
    """The same versions by the definition: equal bytes, CR LF read as LF, of the file and of its schema file."""

    def same(left: Path, right: Path) -> bool:
        try:
            pair = [file.read_bytes().replace(b"\r\n", b"\n") for file in (left, right)]
        except OSError:
            return False
        return pair[0] == pair[1]

    def is_clean(name: str) -> bool:
        head = store.heads[name]
        frozen = registry / FROZEN / name
        suffix = Path(head.path).suffix
        if not same(registry / f"{name}{suffix}", frozen / f"{head.version}{suffix}"):
            return False
        schema = head.output.schema if isinstance(head, Prompt) and head.output is not None else None
        return not isinstance(schema, str) or same(registry / schema, frozen / f"{head.version}.schema.json")

    return {name: f"{head.version}" + ("" if is_clean(name) else "+head") for name, head in store.heads.items()}


# -- edits of one file: what it holds, to what it will hold; None: no file

Change = Callable[[bytes], bytes | None]
CHANGES: dict[str, Change] = {
    "flip the first byte": lambda data: bytes([data[0] ^ 1]) + data[1:] if data else data,
    "flip a byte in the middle": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1])
    + data[len(data) // 2 + 1 :] if data else data,
    "flip the last letter": lambda data: data[:-2] + bytes([data[-2] ^ 2]) + data[-1:] if len(data) > 1 else data,
    "not UTF-8": lambda data: data[:-1] + b"\xff",
    "CR LF": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "one CR LF": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n", 1),
    "lone CR": lambda data: data.replace(b"\n", b"\r", 1),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "another number": lambda data: data.replace(b"version: 1.", b"version: 2."),
    "nothing": lambda data: data,
    "empty": lambda data: b"",
    "gone": lambda data: None,
}  # fmt: skip
FILES = (
    *HISTORY,
    *(f"{FROZEN}/chat/close/1.{minor}.0{suffix}" for minor in (0, 1) for suffix in (".yaml", ".schema.json")),
    f"{FROZEN}/chat/reply/2.0.0.yaml",
    f"{FROZEN}/rules/limits/1.0.0.md",
    f"{FROZEN}/rules/tone/2.0.0.md",
    f"{FROZEN}/instructions/agent/1.2.1.md",
)


def put(file: Path, data: bytes | None, *, hidden: bool) -> None:
    """Write the file; `hidden`: in place, and with the times it had."""
    if data is None:
        file.unlink(missing_ok=True)
        return
    before = file.stat() if hidden and file.exists() else None
    file.write_bytes(data)
    if before is not None:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


EDIT = st.tuples(st.sampled_from(FILES), st.sampled_from(["undo", *CHANGES]), st.booleans(), st.booleans())


@given(edits=st.lists(EDIT, min_size=1, max_size=8))
def test_a_listing_is_that_of_the_files_after_any_edits(
    model: Path, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, bool, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    registry = Path(shutil.copytree(model, folder / "prompts"))
    cache = str(folder / "cache")
    for name, change, hidden, look in edits:
        file = registry / name
        if change == "undo":
            put(file, (model / name).read_bytes(), hidden=hidden)
        elif file.exists():
            put(file, CHANGES[change](file.read_bytes()), hidden=hidden)
        if look:
            shown(registry, cache)
    cached = shown(registry, cache)
    assert cached == shown(registry, cache) == shown(registry, "off")
    assert cached[0] == told(open_store(registry), registry)
    shutil.rmtree(folder)


@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "hidden"])
@pytest.mark.parametrize("side", ["head", "frozen file", "schema file", "frozen schema file"])
def test_one_flipped_bit_anywhere_makes_a_head_of_a_release(
    model: Path, tmp_path: Path, side: str, hidden: bool
) -> None:
    registry = Path(shutil.copytree(model, tmp_path / "prompts"))
    frozen = registry / FROZEN / "chat/close"
    file = {
        "head": registry / "chat/close.yaml",
        "frozen file": frozen / "1.1.0.yaml",
        "schema file": registry / "schemas/close.json",
        "frozen schema file": frozen / "1.1.0.schema.json",
    }[side]
    cache = str(tmp_path / "cache")
    assert shown(registry, cache)[0]["chat/close"] == "1.1.0"
    data = file.read_bytes()
    for at in [0, *range(1, len(data), 7), len(data) - 1]:
        put(file, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], hidden=hidden)
        for _ in range(2):
            assert shown(registry, cache)[0].get("chat/close") != "1.1.0"
    put(file, data, hidden=hidden)
    assert shown(registry, cache)[0]["chat/close"] == "1.1.0"


def test_line_ends_alone_make_no_other_head(model: Path, tmp_path: Path) -> None:
    registry = Path(shutil.copytree(model, tmp_path / "prompts"))
    for name in ("chat/close.yaml", f"{FROZEN}/rules/tone/2.0.0.md", "schemas/close.json"):
        file = registry / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    found = shown(registry, "off")[0]
    assert (found["chat/close"], found["rules/tone"]) == ("1.1.0", "2.0.0")


def test_a_link_among_the_frozen_folders_is_no_release(tmp_path: Path) -> None:
    registry = write_files(tmp_path, {"rules/tone.md": component("- Be kind.\n", kind="rule")})
    freeze(registry, "rules/tone")
    folder = registry / FROZEN / "rules"
    folder.rename(registry / FROZEN / "real")
    folder.symlink_to("real")
    assert shown(registry, "off")[0]["rules/tone"] == "1.0.0+head"
