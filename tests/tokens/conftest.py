"""Real encodings to compare with, and our own counters."""

from __future__ import annotations

import pytest
import tiktoken

from promptreg.tokens.tiktoken_counter import TiktokenCounter, load_counter
from tests.tokens.reference import fill_cache

NAMES = ("o200k_base", "cl100k_base", "o200k_harmony")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tiktoken.Encoding]:
    """tiktoken's encodings by name, loaded by tiktoken."""
    cache = fill_cache(tmp_path_factory.mktemp("tiktoken-cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(cache))
        return {name: tiktoken.get_encoding(name) for name in NAMES}


@pytest.fixture(scope="session")
def ours() -> dict[str, TiktokenCounter]:
    """Our counters by the same names."""
    return {name: load_counter(name) for name in NAMES}
