"""A secret that is written into a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.secrets import secrets_in
from promptreg.lint.subjects import Head

__all__ = ["RULE"]


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    for secret in secrets_in(head.source.text):
        place = Place(head.source, secret.start, secret.end)
        yield Hit(f"the file holds {secret.what}", place, secret=True)


RULE = Rule(
    name="hardcoded-secret",
    code="SEC003",
    summary="A key, token or password is written into a component or prompt.",
    scope="head",
    check=_check,
    severity="error",
)
