"""Whole outputs kept in files. PROMPTREG_UPDATE_GOLDEN=1 writes them anew; read the diff before you commit it."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["check_golden"]

_FOLDER = Path(__file__).parent.parent / "golden" / "cli"


def check_golden(name: str, text: str) -> None:
    """`text` is what the golden file `name` holds."""
    file = _FOLDER / name
    if os.environ.get("PROMPTREG_UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8", newline="")
    assert text == file.read_bytes().decode("utf-8")
