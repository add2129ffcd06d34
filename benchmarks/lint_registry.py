"""A large registry to lint: the shipped prompts, copied under new names, every text made new."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

__all__ = ["FOLDER", "build"]

FOLDER = Path(__file__).parent.parent / "prompts"


def build(target: Path, files: int = 1_000) -> int:
    """Write whole copies of the shipped registry to the folder `target`, about `files` components and prompts.

    Nothing is released there. Gives the number of files.
    """
    heads = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".md", ".yaml") and _is_head(path))
    names = [path.relative_to(FOLDER).with_suffix("").as_posix() for path in heads]
    others = [path for folder in ("samples", "schemas") for path in sorted((FOLDER / folder).rglob("*.json"))]
    written = 0
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w/.-])({either}|(?:samples|schemas)/[\w/.-]+)(?![\w/-])")
    for copy in range(round(files / len(heads))):
        prefix = f"team{copy:02}"
        for path in others:
            place = target / prefix / path.relative_to(FOLDER)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        for path in heads:
            text = pattern.sub(rf"{prefix}/\1", path.read_text("utf-8"))
            if path.suffix == ".md":
                text = f"{text.rstrip()}\n- This is how team {copy} does it.\n"
            place = target / prefix / path.relative_to(FOLDER)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        written += len(heads)
    return written


def _is_head(path: Path) -> bool:
    inner = path.relative_to(FOLDER)
    return not any(part.startswith(".") for part in inner.parts) and inner.name != "labels.yaml"
