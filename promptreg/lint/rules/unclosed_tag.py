"""A section tag is opened and never closed, or closed in a way that closes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Edit, Fix, Hit, Related
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]

_TAG = re.compile(
    r"<(?P<close>[/\\]?)(?P<name>[A-Za-z][\w.:-]*)"
    r"(?P<rest>(?:[ \t]+[\w.:-]+[ \t]*=[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'))*[ \t]*)(?P<end>/?)>"
)
_MARKER = re.compile(r"(?:start|end|begin|stop)(?:[_-]|\Z)", re.IGNORECASE)
_NOTATION = re.compile(r"<[^<>\n]+>")
_LAYOUT = frozenset((
    "br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "source", "p", "li", "td", "tr", "th",
    "dt", "dd", "option", "div", "span", "ul", "ol", "table", "tbody", "thead", "html", "body", "head", "script",
    "style", "button", "form", "nav", "a", "b", "i", "svg", "pre", "label", "select", "start_of_turn", "end_of_turn",
))  # fmt: skip


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.body.text.text
    if "<" not in text or template.body.kind not in ("body", "inline", "variant"):
        return
    tags: dict[str, list[re.Match[str]]] = {}
    masked = template.unfenced
    for found in _TAG.finditer(masked):
        if not found["end"] and found["name"].lower() not in _LAYOUT:
            tags.setdefault(found["name"], []).append(found)
    for group in tags.values():
        yield from _of_name(template, masked, group)


def _of_name(template: Template, text: str, tags: list[re.Match[str]]) -> Iterator[Hit]:
    """What is wrong with the tags of one name, in order."""
    opened = [tag for tag in tags if not tag["close"]]
    slashes = [tag for tag in tags if tag["close"] == "/"]
    wrong = [tag for tag in tags if tag["close"] == "\\"]
    for tag in wrong:
        if len(opened) > len(slashes):
            place = template.place(*tag.span())
            mended = f"</{tag['name']}>"
            yield Hit(
                f"{tag.group()} closes nothing: a closing tag starts with </",
                place,
                fix=Fix("unsafe", f"write {mended}", (Edit(place, mended),)),
            )
    if wrong or len(opened) <= len(slashes) or _is_balanced(template.masked, tags[0]["name"]):
        return
    if not slashes and (len(opened) > 2 or _MARKER.match(tags[0]["name"])):
        return
    waiting: list[re.Match[str]] = []
    for tag in tags:
        if not tag["close"]:
            waiting.append(tag)
        elif waiting:
            waiting.pop()
    for tag in waiting:
        if _opens_section(text, tag) and not _closes_in_code(template.masked, tag):
            yield Hit(f"<{tag['name']}> is never closed", template.place(*tag.span()), tuple(_last(template, slashes)))


def _is_balanced(text: str, name: str) -> bool:
    """Whether there are as many closing tags as opening ones when code is read too."""
    everywhere = re.findall(rf"<([/\\]?){re.escape(name)}\b[^<>\n]*>", text)
    return 2 * sum(1 for close in everywhere if close) >= len(everywhere)


def _closes_in_code(text: str, tag: re.Match[str]) -> bool:
    """Whether a closing tag, in code or not, comes before the next line that opens a tag of the same name."""
    name = re.escape(tag["name"])
    after = re.compile(rf"(</{name}\b)|^[ \t]*<{name}\b", re.MULTILINE).search(text, tag.end())
    return after is not None and bool(after.group(1))


def _last(template: Template, closers: list[re.Match[str]]) -> Iterator[Related]:
    if closers:
        yield Related("the last closing tag", template.place(*closers[-1].span()))


def _opens_section(text: str, tag: re.Match[str]) -> bool:
    """Whether the tag stands alone on its line and text of its own follows on the next one."""
    before = text[text.rfind("\n", 0, tag.start()) + 1 : tag.start()]
    after = text[tag.end() :].split("\n", 2)
    if before.strip() or after[0].strip() or len(after) < 2:
        return False
    above = text[: tag.start()].rstrip().rpartition("\n")[2].strip()
    if _NOTATION.fullmatch(above) and _TAG.fullmatch(above) is None:
        return False
    following = after[1].strip()
    return bool(following) and _TAG.match(following) is None


RULE = Rule(
    name="unclosed-tag",
    code="TPL006",
    summary="A section tag is never closed, or closed with a backslash.",
    scope="template",
    check=_check,
    fix="unsafe",
)
