"""Engines with the same ranks, as the docs show how to use them. promptreg itself counts with tiktoken alone."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from typing import Any

import pytest

from promptreg.testing import check_counter
from promptreg.tokens import get_counter
from tests.docs.console import blocks
from tests.tokens.multiscript import LETTERS, noise, text

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "bring-your-own-counter.md"

needs_rs_bpe = pytest.mark.skipif(
    importlib.util.find_spec("rs_bpe") is None,
    reason="rs-bpe is not installed: nothing of promptreg uses it; `pip install rs-bpe` runs this test",
)


def adapter() -> Any:
    """The counter that the page shows, made from the page."""
    (code,) = [block.body for block in blocks(PAGE.read_text("utf-8")) if "class RsBpe" in block.body]
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    return names["RsBpe"]()


@needs_rs_bpe
def test_the_adapter_in_the_docs_counts_as_tiktoken_does() -> None:
    counter, official = adapter(), get_counter("o200k_base")
    report = check_counter(counter, like=official, texts=20_000, seconds=60)
    assert report.passed, str(report)
    seed = random.Random(2034)
    texts = [text(seed) for _ in range(1_000)] + [noise(seed, alphabet) for alphabet in LETTERS for _ in range(50)]
    assert [counter.count(one) for one in texts] == [official.count(one) for one in texts]


def test_the_adapter_in_the_docs_is_a_few_lines() -> None:
    """And there is one, whether or not the engine is installed."""
    (code,) = [block.body for block in blocks(PAGE.read_text("utf-8")) if "class RsBpe" in block.body]
    compile(code, str(PAGE), "exec")
    assert len([line for line in code.splitlines() if line.strip()]) <= 14
