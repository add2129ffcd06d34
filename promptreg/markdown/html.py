"""Where a block of HTML starts in Markdown, and what ends it."""

from __future__ import annotations

import re

__all__ = ["html_start"]

_RAW_TAGS = ("pre", "script", "style", "textarea")
_HTML_NAMES = frozenset((
    "address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center", "col", "colgroup",
    "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "legend", "li",
    "link", "main", "menu", "menuitem", "nav", "noframes", "ol", "optgroup", "option", "p", "param", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "track", "ul",
))  # fmt: skip
_HTML_OPEN = re.compile(r"<(?:!--|\?|!\[CDATA\[|![A-Za-z]|/?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>]|$))")
_ATTRIBUTE = r"""[ \t]+[A-Za-z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:[^\s"'=<>`]+|'[^'\n]*'|"[^"\n]*"))?"""
_WHOLE_TAG = re.compile(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*[ \t]*/?>|</[A-Za-z][A-Za-z0-9-]*[ \t]*>)[ \t]*$")
_ENDINGS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}


def html_start(content: str, *, interrupts: bool) -> tuple[str, int] | None:
    """What ends the HTML block that a line starts ("" for a blank line), and from where on to look for it.

    None when the line starts none. With `interrupts`, the line could also go on with a paragraph.
    """
    found = _HTML_OPEN.match(content)
    if found is None:
        return None
    name = (found.group(1) or "").lower()
    if not name:
        return next(end for start, end in _ENDINGS.items() if content.startswith(start)), found.end()
    if name in _RAW_TAGS and not content.startswith("</"):
        return f"</{name}>", found.end()
    if name in _HTML_NAMES or (not interrupts and _WHOLE_TAG.match(content)):
        return "", found.end()
    return None
