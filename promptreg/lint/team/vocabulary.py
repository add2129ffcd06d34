"""Word lists that rules share: names of products, terms of the trade, words that nobody should use."""

from __future__ import annotations

from promptreg.registry.reader import Reader
from promptreg.registry.strict_yaml import parse_yaml
from promptreg.text import Source

__all__ = ["read_vocabulary"]


def read_vocabulary(source: Source) -> tuple[str, ...]:
    """The `words` of a vocabulary, in order; raises InvalidFile with every mistake."""
    document = parse_yaml(source)
    reader = Reader(document)
    data = reader.mapping(document.root, (), ("summary", "words"), ("words",))
    if "summary" in data:
        reader.text(data["summary"], ("summary",))
    found: dict[str, int] = {}
    for index, value in enumerate(reader.sequence(data["words"], ("words",), least=1) if "words" in data else ()):
        word = reader.text(value, ("words", index))
        if isinstance(value, str) and not word.strip():
            reader.fault(("words", index), "must not be blank")
        elif word in found:
            reader.fault(("words", index), f'"{word}" is there already')
        found[word] = index
    reader.finish()
    return tuple(found)
