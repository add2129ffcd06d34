"""`promptreg verify`: releases are what they were."""

from __future__ import annotations

import click

from promptreg.cli import streams
from promptreg.cli.boundary import exit_code
from promptreg.cli.options import format_option, many_refs, reading_options
from promptreg.cli.session import Where, open_registry
from promptreg.errors import UsageError
from promptreg.registry.moments import NOW

__all__ = ["command"]


@click.command(
    epilog="""\b
Examples:
  promptreg verify
  promptreg verify support/refund-reply
  promptreg verify support/refund-reply@production rules/tone@^1
  promptreg verify --repair-lock
  promptreg verify --format json | jq -r '.problems[].path'
"""
)
@many_refs()
@click.option(
    "--repair-lock",
    is_flag=True,
    help="First repair a lock with merge conflicts: the releases of both sides, if the frozen files bear them out.",
)
@format_option(text="text: a summary; json: promptreg/verify/1.")
@reading_options(locked=False, bundle=False)
def command(refs: tuple[str, ...], repair_lock: bool, form: str, where: Where) -> int:
    """Check that releases, and all that they are made of, are what they were: those that REF names, or all.

    REF is a name (all of its releases), a version, a range or a label. Every digest of the lock is computed anew from
    the frozen files. A changed byte, a missing or unknown frozen file, a lock edited by hand, a missing pin or a label
    that points to nothing is a fault. All faults are listed, on standard error, with exit code 4 (2 for a labels file
    that breaks its format). No network is used, and nothing is written but the lock, with --repair-lock.
    """
    if repair_lock:
        _repair(where)
    found = open_registry(where).verify(refs)
    if form == "json":
        from promptreg.output.documents import verify_document

        streams.write_document(verify_document(found))
    elif not found.problems:
        streams.write_text(_summary(found.releases, found.names, found.files, found.labels))
    if form == "text":
        streams.complain(found.problems)
    return exit_code(found.problems)


def _repair(where: Where) -> None:
    from promptreg.registry.config import find_registry
    from promptreg.registry.repair_lock import repair_lock
    from promptreg.registry.source_tree import FolderTree
    from promptreg.render.scanning import scan

    if where.moment != NOW:
        raise UsageError("--repair-lock writes the lock of the folder: it goes without --at and --staged")
    config = find_registry(".", where.folder)
    done = repair_lock(FolderTree(config.registry, config.root), scan)
    if not done.is_changed:
        streams.talk(f"{done.path}: nothing to repair")
        return
    sides = ", ".join(f"{_some(count, 'release')} of {side}" for side, count in done.sides.items())
    streams.talk(f"{done.path}: repaired, {_some(done.releases, 'release')}{f' ({sides})' if sides else ''}")


def _summary(releases: int, names: int, files: int, labels: int) -> str:
    if not releases:
        return "nothing is released\n"
    counts = f"{_some(releases, 'release')} of {_some(names, 'name')} in {_some(files, 'frozen file')}"
    return f"{counts}, {_some(labels, 'label')}: all as released\n"


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
