"""An instruction names one language although the prompt serves several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import PromptregError
from promptreg.lint.engine import shown_version
from promptreg.lint.finding import Edit, Fix, Hit, Related
from promptreg.lint.language_orders import Order
from promptreg.lint.language_scope import Sent, sent_texts
from promptreg.lint.languages import PROGRAMMING, LanguageInput, declared_languages, language_inputs, mentions_language
from promptreg.lint.plain import sentence_at
from promptreg.lint.prose import HIDDEN, PRINTED
from promptreg.lint.rule import Option, Rule
from promptreg.lint.subjects import Head, Template
from promptreg.model.prompt import Prompt

__all__ = ["RULE"]

_TARGETS = frozenset(["target", "output", "to", "into", "answer", "reply", "response", "translation", "result"])
_INFO = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*([\w+#-]+)")
_FENCES = frozenset([*(name.lower() for name in PROGRAMMING), "js", "ts", "cpp", "csharp", "sh", "c"])


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    inputs = language_inputs(head.head.inputs, _samples(head), _texts(head))
    languages = (*inputs, *declared_languages(getattr(head.head, "languages", ())))
    if not languages:
        return
    allowed = {name.lower() for name in options["allow"]}
    for sent in sent_texts(head, inputs):
        for order in (*sent.template.orders, *_fences(sent.template)):
            chosen = _chosen(order, languages)
            word = sent.template.body.text.text[order.start : order.end]
            if chosen is not None and word.lower() not in allowed and not _is_chosen_there(order, sent):
                yield _hit(head, sent, order, chosen)


def _samples(head: Head) -> Iterator[Mapping[str, Any]]:
    if isinstance(head.head, Prompt):
        for name in head.head.samples:
            try:
                yield head.workspace.sample(head.name, name)
            except PromptregError:
                continue


def _texts(head: Head) -> Iterator[str]:
    for one in (head, *map(head.workspace.wrap, head.members.values())):
        yield from (template.body.text.text for template in one.templates)


def _fences(template: Template) -> Iterator[Order]:
    """Code fences of one programming language around nothing but a printed value."""
    for block in template.blocks:
        inner = template.masked[block.inner_start : block.inner_end] if block.kind == "fence" else ""
        if PRINTED in inner and not inner.strip(f" \t\r\n{PRINTED}{HIDDEN}"):
            found = _INFO.match(template.masked, block.start)
            if found is not None and found.group(1).lower() in _FENCES:
                yield Order(block.start, *found.span(1), "programming", "answer")


def _chosen(order: Order, languages: tuple[LanguageInput, ...]) -> LanguageInput | None:
    """The input that says which language is wanted where the order names one, or else what the prompt declares."""
    for one in languages:
        if one.kind != order.kind or one.source:
            continue
        if order.task != "translate" or _TARGETS & set(one.path[-1].split("_")):
            return one
    return None


def _is_chosen_there(order: Order, sent: Sent) -> bool:
    """Whether the order stands under a condition on the language, or beside the language that was asked for."""
    template = sent.template
    for condition in template.conditions(order.start, order.end):
        if mentions_language(condition) or any(re.search(rf"\b{name}\b", condition) for name in sent.names):
            return True
    if template.parsed is None:
        return True
    text = template.body.text.text
    start, end = sentence_at(template.plain, order.begin, order.end)
    printed = [text[tag.inner_start : tag.inner_end] for tag in template.parsed.tokens.tags if start <= tag.start < end]
    return any(mentions_language(one) for one in printed)


def _hit(head: Head, sent: Sent, order: Order, chosen: LanguageInput) -> Hit:
    template = sent.template
    place = template.place(order.start, order.end)
    why = f'the language is chosen by the input "{chosen.shown}"'
    if chosen.served:
        why = f"the prompt serves {_listed(chosen.served)}"
    said = f'"{place.text}" is fixed here, though {why}'
    owner = template.head
    version = shown_version(head.workspace, owner.head)
    declared = head.key_place(("languages",) if chosen.served else ("inputs", *_key(chosen)))
    has = "declares its languages" if chosen.served else f'has the input "{chosen.shown}"'
    related = [Related(f"{head.name} {has}", declared, head.name, shown_version(head.workspace, head.head))]
    if owner.head.frozen and sent.use is not None:
        related.insert(0, Related("the text", place, owner.name, version))
        at = head.source.offset(sent.use.line, sent.use.column)
        return Hit(said, place._replace(source=head.source, start=at, end=at + len(sent.use.text)), tuple(related))
    return Hit(said, place, tuple(related), _fix(sent, order, chosen), component=owner.name, version=version)


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _key(chosen: LanguageInput) -> tuple[str, ...]:
    """The key path of an input below `inputs`."""
    first, *rest = chosen.path
    return (first, *(step for name in rest for step in ("properties", name)))


def _fix(sent: Sent, order: Order, chosen: LanguageInput) -> Fix | None:
    """Print the input instead; only shown where the text does not know it."""
    template = sent.template
    place = template.place(order.start, order.end)
    text = template.body.text.text
    if place.text != text[order.start : order.end] or "raw" in text or chosen.many or chosen.served:
        return None
    names = [name for name, path in sent.names.items() if path == chosen.shown]
    if chosen.path[0] in template.body.names and sent.use is None:
        names = [chosen.shown]
    known = bool(names)
    name = names[0] if names else chosen.path[-1]
    edit = Edit(place, f"{{{{ {name} }}}}")
    title = f"print the input {name}" if known else f"declare the input {name} and print it"
    return Fix("unsafe" if known else "display", title, (edit,))


RULE = Rule(
    name="hardcoded-language",
    code="PRT001",
    summary="An instruction names one language although the prompt serves several.",
    scope="head",
    check=_check,
    fix="unsafe",
    options={"allow": Option((), "Languages that may be named anywhere.")},
)
