"""What a syntax error means, in the words of promptreg instead of those of the parser."""

from __future__ import annotations

import re

__all__ = ["in_our_words"]

_END_OF = {
    "end of print statement": '"}}"',
    "end of statement block": '"%}"',
    "end of template": "the end of the text",
    "name": "a name",
    "string": "a text in quotes",
    "integer": "a whole number",
}
_OR = 'the name of a filter is missing after "|"; for "either" write "or"'
_EQUALS = '"=" does not compare; write "=="'
_NEVER_CLOSED = "a text in quotes begins here and is never closed"
_CHARACTERS = {
    "&": 'write "and"',
    "!": 'write "not"',
    "?": 'write "a if condition else b"',
    "$": "write the name without it",
    **dict.fromkeys("\u201c\u201d\u201e\u2018\u2019`", "write texts in straight quotes"),
}
"""What to write instead of a character that has no meaning."""

_RULES: tuple[tuple[str, str], ...] = (
    (
        r"Unexpected end of template\..*needs to be closed is '(\w+)'\.",
        'the block "{0}" is never closed: "end{0}" is missing',
    ),
    (r"Encountered unknown tag '(\w+)'\..*needs to be closed is '(\w+)'\.", '"{0}" stands where "end{1}" is expected'),
    (r"Encountered unknown tag '(\w+)'\.", '"{0}" closes or continues no open block'),
    (r"unexpected end of template, expected (.+?)\.?", "the text ends before {0}"),
    (r"Expected an expression, got (.+)", "an expression is missing before {0}"),
    (r"expected token 'name', got '\|'", _OR),
    (r"expected token 'end of (?:print statement|statement block)', got '='", _EQUALS),
    (r"expected token (.+), got (.+)", "{1} stands where {0} is expected"),
    (r"unexpected char (?:\"'\"|'\"') at \d+", _NEVER_CLOSED),
    *(
        (rf"unexpected char '{re.escape(char)}' at \d+", f'the character "{char}" has no meaning here; {advice}')
        for char, advice in _CHARACTERS.items()
    ),
    (r"unexpected char (.+) at \d+", "the character {0} has no meaning here"),
    (r"unexpected (.+), expected (.+)", "{0} stands where {1} is expected"),
    (r"unexpected (.+)", "{0} is not expected here"),
    (r"expected name or number", 'a key is missing after "."'),
    (r"Missing end of comment tag", 'a comment is never closed: "#}}" is missing'),
    (r"Missing end of raw directive", 'a raw block is never closed: "endraw" is missing'),
    (r"an equals sign", _EQUALS),
    (r"chunk after expression", "there is more text after the end of the expression"),
)
_COMPILED = [(re.compile(pattern, re.DOTALL), words) for pattern, words in _RULES]


def in_our_words(message: str) -> str:
    """The parser's message, reworded; one that is not known keeps its words, without capital and full stop."""
    for pattern, words in _COMPILED:
        found = pattern.fullmatch(message)
        if found:
            return words.format(*map(_named, found.groups()))
    return message[:1].lower() + message[1:].rstrip(".")


def _named(part: str) -> str:
    bare = part[1:-1] if len(part) > 1 and part[0] == part[-1] == "'" else part
    return _END_OF.get(bare, part if bare == part else f'"{bare}"')
