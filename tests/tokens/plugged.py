"""Packages that bring counters, made in a folder as an installer would leave them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["LETTERS", "install"]

LETTERS = """
class Letters:
    id = "letters/1"
    kind = "exact"

    def count(self, text):
        return len(text)

    def bounds(self, text):
        return (len(text), len(text))
"""


def install(
    folder: Path, code: str, *, name: str = "letters", value: str = "", package: str = "letter-counter"
) -> None:
    """Put a module with this code into the folder, and the metadata of a package that brings a counter from it."""
    module = package.replace("-", "_")
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(code, "utf-8")
    metadata = folder / f"{module}-1.2.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n", "utf-8")
    points = f"[promptreg.counters]\n{name} = {value or f'{module}:Letters'}\n"
    (metadata / "entry_points.txt").write_text(points, "utf-8")
