"""What could be written at the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from promptreg.errors import PromptregError
from promptreg.lint.rule import Rule
from promptreg.model.prompt import Prompt
from promptreg.serve.lsp.hover import input_facts
from promptreg.serve.lsp.key_words import keys_at, values_at
from promptreg.serve.lsp.lookup import Lookup
from promptreg.serve.lsp.page import Body, Page
from promptreg.serve.lsp.project import Snapshot
from promptreg.serve.lsp.target import expression_at
from promptreg.template.words import ALLOWED_FILTERS, ALLOWED_TAGS, ALLOWED_TESTS, LOOP_ATTRIBUTES

__all__ = ["Offer", "completions"]

_INCLUDE = re.compile(r"[-+]?\s*include\s*\Z")
_IGNORED = re.compile(r"promptreg:[ \t]*ignore(?:-file)?[ \t]*\[(?:[^\]\n]*,)?[ \t]*([a-z0-9A-Z-]*)\Z")
_REF = re.compile(r"[^\s@]*(?:@[^\s@]*)?")


class Offer(NamedTuple):
    """A text that may stand at `start:end`. `kind`: component, version, input, variable, filter, test, tag, key, value
    or rule; `detail` says more about it.
    """

    text: str
    kind: str
    start: int
    end: int
    detail: str = ""


def completions(snapshot: Snapshot, page: Page, offset: int, rules: Iterable[Rule]) -> list[Offer]:
    """Everything that fits at an offset of a page, by what is written there already; best first within its kind."""
    line = page.text[page.text.rfind("\n", 0, offset) + 1 : offset]
    ignored = _IGNORED.search(line)
    if ignored is not None:
        start = offset - len(ignored.group(1))
        return [Offer(rule.name, "rule", start, offset, rule.summary) for rule in rules]
    lookup = Lookup(snapshot, page)
    body = page.body_at(offset)
    found = expression_at(page, body, offset) if body is not None else None
    if body is not None and found is not None:
        return list(_in_template(lookup, body, offset))
    if page.is_markdown and offset >= page.body_start:
        return []
    return list(_in_yaml(lookup, offset))


# -- templates


def _in_template(lookup: Lookup, body: Body, offset: int) -> Iterator[Offer]:
    found = expression_at(lookup.page, body, offset)
    assert found is not None
    word, opening = found
    if opening == "{#":
        return
    before = word.before.rstrip()
    if word.quoted:
        if opening == "{%" and _INCLUDE.match(word.before):
            yield from _refs(lookup, word.start, word.end, offset)
    elif opening == "{%" and before.strip("-+ ") == "":
        tags = [*ALLOWED_TAGS, *filter(None, ALLOWED_TAGS.values())]
        yield from (Offer(tag, "tag", word.start, word.end) for tag in tags)
    elif before.endswith("|"):
        yield from (Offer(name, "filter", word.start, word.end, text) for name, text in ALLOWED_FILTERS.items())
    elif re.search(r"\bis(?:\s+not)?\Z", before):
        words = ((name, text) for name, text in ALLOWED_TESTS.items() if name.isidentifier())
        yield from (Offer(name, "test", word.start, word.end, text) for name, text in words)
    elif before.endswith("."):
        yield from _attributes(lookup, before, word.start, word.end)
    else:
        yield from _names(lookup, body, word.start, word.end)


def _names(lookup: Lookup, body: Body, start: int, end: int) -> Iterator[Offer]:
    for name in lookup.page.locals(body):
        yield Offer(name, "variable", start, end, "set in this template")
    if body.path == ("format",):
        yield Offer("example", "variable", start, end, "the example that is shown")
    if body.path[:2] == ("output", "ensures"):
        yield Offer("output", "variable", start, end, "the answer of the model")
    for name in lookup.page.inputs:
        spec = lookup.input(name)
        yield Offer(name, "input", start, end, input_facts(spec) if spec else "")


def _attributes(lookup: Lookup, before: str, start: int, end: int) -> Iterator[Offer]:
    chain = re.search(r"([A-Za-z_]\w*)((?:\s*\.\s*\w+)*)\s*\.\Z", before)
    if chain is None:
        return
    name, steps = chain.group(1), re.findall(r"\w+", chain.group(2))
    if name == "loop":
        yield from (Offer(word, "variable", start, end) for word in sorted(LOOP_ATTRIBUTES))
        return
    spec = lookup.input(name)
    schema: object = spec.schema if spec else {}
    for step in steps:
        schema = _properties(schema).get(step)
    for key, inner in _properties(schema).items():
        yield Offer(str(key), "input", start, end, str(inner.get("type", "")) if isinstance(inner, dict) else "")


def _properties(schema: object) -> dict[str, object]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else {}


# -- YAML


def _in_yaml(lookup: Lookup, offset: int) -> Iterator[Offer]:
    page = lookup.page
    spot = page.outline.at(offset)
    if not spot.is_key:
        match spot.path:
            case ("messages", int(), "parts", int(), "use"):
                yield from _refs(lookup, spot.start, spot.end, offset)
                return
            case ("messages", int(), "parts", int(), "budget", "variants", int()):
                yield from _refs(lookup, spot.start, spot.end, offset)
            case ("messages", int(), "parts", int(), "budget", "variants", int(), "use"):
                yield from _refs(lookup, spot.start, spot.end, offset)
                return
            case ("messages", int(), "parts", int(), "with", str()):
                yield from (offer._replace(text=f"${offer.text}") for offer in _inputs(lookup, spot.start, spot.end))
                return
            case ("messages", int(), "slot"):
                lists = [name for name in page.inputs if page.outline.word(("inputs", name, "type")) == "messages"]
                yield from (Offer(name, "input", spot.start, spot.end) for name in lists)
                return
            case (*_, "budget", "needs") | (*_, "budget", "needs", int()):
                names = dict.fromkeys(name for _, name in lookup.parts())
                yield from (Offer(name, "value", spot.start, spot.end) for name in names)
                return
        words = values_at(page, spot.path)
        if words:
            yield from (Offer(word, "value", spot.start, spot.end) for word in words)
            return
    yield from _keys(lookup, spot.path, spot.start, spot.end)


def _keys(lookup: Lookup, path: tuple[str | int, ...], start: int, end: int) -> Iterator[Offer]:
    """Keys of the mapping at a path that are not written yet."""
    page = lookup.page
    written = set(page.outline.names(path)) - {page.text[start:end]}
    match path:
        case ("messages", int(), "parts", int(), "with"):
            used = lookup.used(page.outline.word((*path[:-1], "use")) or "")
            inputs = used.component.inputs if used else {}
            offers = [Offer(name, "input", start, end, input_facts(spec)) for name, spec in inputs.items()]
        case ("samples", str()):
            offers = list(_inputs(lookup, start, end))
        case _:
            offers = [Offer(key, "key", start, end) for key in keys_at(page, path)]
    yield from (offer for offer in offers if offer.text not in written)


def _inputs(lookup: Lookup, start: int, end: int) -> Iterator[Offer]:
    for name in lookup.page.inputs:
        spec = lookup.input(name)
        yield Offer(name, "input", start, end, input_facts(spec) if spec else "")


# -- refs


def _refs(lookup: Lookup, start: int, end: int, offset: int) -> Iterator[Offer]:
    """Names of components; behind an `@`, what may follow the name."""
    written = lookup.page.text[start:end]
    name, at, _ = written.partition("@")
    if at and offset > start + len(name):
        yield from _versions(lookup, name, start + len(name) + 1, end)
        return
    stop = start + len(name) if at else end
    for head in sorted(lookup.snapshot.last.values(), key=lambda head: head.name):
        if not isinstance(head, Prompt) and head.name != lookup.name and head.name in lookup.snapshot.store.heads:
            summary = f"{head.kind} {head.version}" + (f": {head.summary}" if head.summary else "")
            yield Offer(head.name, "component", start, stop, summary)


def _versions(lookup: Lookup, name: str, start: int, end: int) -> Iterator[Offer]:
    """The compatible range of each major version, of each minor one, and every version, newest first."""
    store = lookup.snapshot.store
    try:
        released = set(store.releases.released(name))
    except PromptregError:
        released = set()
    head = store.heads.get(name)
    versions = sorted(released | ({head.version} if head is not None else set()), reverse=True)
    newest = versions[0] if versions else None
    ranges = [f"^{version.major}" for version in versions if version.major] + [
        f"~{version.major}.{version.minor}" for version in versions
    ]
    for text in dict.fromkeys(ranges):
        yield Offer(text, "version", start, end, "any version that is compatible")
    for version in versions:
        said = "released" if version in released else "not released yet"
        yield Offer(str(version), "version", start, end, said + (", the newest" if version == newest else ""))
