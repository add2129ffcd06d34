"""Where the bytes of a bundle come from: a path, a resource of an installed package, or memory."""

from __future__ import annotations

import os
from typing import Protocol, cast, runtime_checkable

from promptreg.errors import InvalidFile, UsageError
from promptreg.registry.bundle import BundleTree
from promptreg.registry.files import read_bytes

__all__ = ["RESOURCE", "Readable", "open_bundle", "package_resource"]

RESOURCE = "prompts.bundle.json"
"""The name of a bundle inside of a package, when none is given."""

_LIMIT = 1_000_000_000


@runtime_checkable
class Readable(Protocol):
    """What `importlib.resources.files` hands out, as far as it is needed here."""

    @property
    def name(self) -> str: ...
    def read_bytes(self) -> bytes: ...


def package_resource(package: str, resource: str | None, source: object = None) -> Readable:
    """The file `resource` of an installed package, which may be inside of a zip file."""
    from importlib.resources import files

    if source is not None:
        raise UsageError("give the bundle or the package that it is in, not both")
    try:
        return cast(Readable, files(package) / (resource or RESOURCE))
    except (ImportError, TypeError, ValueError) as error:
        raise UsageError.at(f'no resources can be read from the package "{package}": {error}') from None


def open_bundle(source: str | os.PathLike[str] | bytes | Readable | None) -> BundleTree:
    """The files in a bundle.

    Raises InvalidFile when it cannot be read, is no bundle or one of another schema, IntegrityError when it is damaged.
    """
    if source is None:
        raise UsageError("give the bundle, or the package that it is in")
    if isinstance(source, bytes):
        return BundleTree(source, "bundle")
    if isinstance(source, (str, os.PathLike)):
        file = os.fspath(source)
        return BundleTree(read_bytes(file, file.replace(os.sep, "/"), _LIMIT), file.replace(os.sep, "/"))
    if not isinstance(source, Readable):
        raise UsageError.at(f"a bundle is read from a path, bytes or a resource, not from {type(source).__name__}")
    try:
        data = source.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InvalidFile.at(f"cannot be read: {reason}", path=source.name) from None
    except KeyError:  # a zip file says so when it lacks the member
        raise InvalidFile.at("cannot be read: no such file in the package", path=source.name) from None
    return BundleTree(data, source.name)
