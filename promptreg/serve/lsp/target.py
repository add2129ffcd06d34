"""What the cursor is on: a ref, an input, a binding, a file, a word of the template language, a part."""

from __future__ import annotations

import re
from typing import NamedTuple

from promptreg.serve.lsp.page import Body, Page
from promptreg.serve.lsp.template_tags import Word, tag_at, word_at
from promptreg.serve.lsp.yaml_outline import KeyPath, Spot

__all__ = ["Target", "expression_at", "part_of", "target_at"]

_INCLUDE = re.compile(r"[-+]?\s*include\s*\Z")
_PATH = re.compile(r"\$[a-z][a-z0-9_]*")


class Target(NamedTuple):
    """Something to tell about, written at `start:end`.

    `kind`: ref, input (`text` is read or declared here), attribute (of the input `of`), binding (of the input `text` of
    the used component `of`), file (relative to the registry), need (of another part), filter, test, tag, or part (the
    id `text`; what is in a part and nothing else).
    """

    kind: str
    text: str
    start: int
    end: int
    of: str = ""
    body: Body | None = None


def target_at(page: Page, offset: int) -> Target | None:
    """What is at an offset of a page; None for what there is nothing to tell about."""
    body = page.body_at(offset)
    if body is not None:
        found = _in_template(page, body, offset)
        if found is not None:
            return found
    if page.is_markdown and offset >= page.body_start:
        return None
    spot = page.outline.at(offset)
    return _in_yaml(page, spot) or _part(page, spot)


def expression_at(page: Page, body: Body, offset: int) -> tuple[Word, str] | None:
    """The word at an offset inside of a tag or expression, with the opening of the tag; None for plain text."""
    if body.is_expression:
        return word_at(page.text, body.start, body.end, offset), "{{"
    tag = tag_at(page.text, body.start, body.end, offset)
    if tag is None:
        return None
    return word_at(page.text, tag.inner_start, tag.inner_end, offset), tag.opening


def _in_template(page: Page, body: Body, offset: int) -> Target | None:
    found = expression_at(page, body, offset)
    if found is None or found[1] == "{#" or not found[0].text:
        return None
    word, opening = found
    span = (word.start, word.end)
    before = word.before.rstrip()
    if word.quoted:
        return Target("ref", word.text, *span) if opening == "{%" and _INCLUDE.match(word.before) else None
    if opening == "{%" and before.strip("-+ ") == "":
        return Target("tag", word.text, *span)
    if before.endswith("|"):
        return Target("filter", word.text, *span)
    if re.search(r"\bis(?:\s+not)?\Z", before):
        return Target("test", word.text, *span)
    if before.endswith("."):
        chain = re.search(r"([A-Za-z_]\w*)(?:\s*\.\s*\w+)*\s*\.\Z", before)
        return Target("attribute", word.text, *span, chain.group(1), body) if chain else None
    return Target("input", word.text, *span, body=body)


def _in_yaml(page: Page, spot: Spot) -> Target | None:
    text = page.text[spot.start : spot.end]
    span = (spot.start, spot.end)
    if not text:
        return None
    if spot.is_key:
        match spot.path:
            case ("inputs",) | ("samples", str()):
                return Target("input", text, *span)
            case ("messages", int(), "parts", int(), "with"):
                return Target("binding", text, *span, page.outline.word((*spot.path[:-1], "use")) or "")
        return None
    match spot.path:
        case ("messages", int(), "parts", int(), "use"):
            return Target("ref", text, *span)
        case ("messages", int(), "parts", int(), "budget", "variants", int(), "use"):
            return Target("ref", text, *span)
        case ("messages", int(), "parts", int(), "budget", "variants", int()) if not page.is_text(spot.path):
            return Target("ref", text, *span)
        case ("messages", int(), "parts", int(), "with", str()) if _PATH.match(text):
            found = _PATH.match(text)
            assert found is not None
            return Target("input", found.group()[1:], spot.start, spot.start + found.end())
        case ("messages", int(), "slot"):
            return Target("input", text, *span)
        case ("samples", str(), "file") if "file" not in page.inputs:
            return Target("file", text, *span)
        case ("output", "schema"):
            return Target("file", text, *span)
        case (*_, "budget", "needs") | (*_, "budget", "needs", int()):
            return Target("need", text, *span)
    return None


def part_of(path: KeyPath) -> str | None:
    """The id of the part or slot that a key path of a prompt leads into."""
    match path:
        case ("messages", int(message), "parts", int(part), *_):
            return f"{message}.{part}"
        case ("messages", int(message), "slot" | "roles" | "budget", *_):
            return str(message)
    return None


def _part(page: Page, spot: Spot) -> Target | None:
    part = part_of((*spot.path, page.text[spot.start : spot.end]) if spot.is_key else spot.path)
    return None if part is None else Target("part", part, spot.start, spot.end)
