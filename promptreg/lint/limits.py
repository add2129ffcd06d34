"""Finds limits that a text sets on the length of something: "Keep the summary under 50 words".

Made for precision: a limit counts only where the same sentence says what it is on, and has no condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from promptreg.lint.plain import CODE, EXAMPLE, sentence_at
from promptreg.lint.prose import PRINTED

__all__ = ["Limit", "limits_in"]

Bound = Literal["most", "least", "exact", "range"]


class Limit(NamedTuple):
    """`start:end` of a text says that `about` (a noun with its adjectives) has `low` to `high` `unit`s; None: open."""

    start: int
    end: int
    about: str
    unit: str
    bound: Bound
    low: int | None
    high: int | None

    def conflicts(self, other: Limit) -> bool:
        """Whether the two cannot both be meant: other numbers for the same bound, or ranges that do not meet."""
        if (self.about, self.unit) != (other.about, other.unit):
            return False
        if self.bound == other.bound and self.bound in ("most", "exact"):
            return (self.low, self.high) != (other.low, other.high)
        lows = [one.low for one in (self, other) if one.low is not None]
        highs = [one.high for one in (self, other) if one.high is not None]
        return bool(lows and highs) and max(lows) > min(highs)


_WORDS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_WORDS |= {"a single": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50}
_N = rf"[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+|{'|'.join(_WORDS)}"
_UNIT = (
    r"words?|characters?|chars?|letters?|sentences?|paragraphs?|bullets?|bullet[ -]points?|items?|tokens?|lines?|pages?"
    r"|questions?|findings?|quer(?:y|ies)|keywords?|hashtags?|emojis?|options?"
)
_MOST = (
    r"at most|no more than|not more than|(?:a |the )?max(?:imum)?(?: of|\.|:)?|up to|no longer than|under|below"
    r"|fewer than"
    r"|less than|within|(?:not|never) (?:to )?exceed|to"
)
_LEAST = r"at least|no fewer than|no less than|not less than|(?:a |the )?min(?:imum)?(?: of|\.|:)?"
_QUANTITY = re.compile(
    rf"\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST})|(?P<exact>exactly|precisely))\s+(?P<n>{_N})(?:\s+(?P<adj>short|full|complete))?"
    rf"[ -](?P<unit>{_UNIT})\b"
    rf"|\b(?P<low>{_N})\s?(?:-|–|to|and)\s?(?P<high>{_N})[ -](?P<unit2>{_UNIT})\b"
    rf"|\b(?P<n3>{_N})[ -](?P<unit3>{_UNIT})\s+(?:(?P<most3>at most|or less|or fewer|max(?:imum)?)"
    rf"|(?P<least3>at least|or more|min(?:imum)?))\b",
    re.IGNORECASE,
)
_ANSWER = frozenset(("answer", "response", "reply", "output"))
_NOUN = re.compile(
    r"(?P<adj>(?:[a-z][a-z-]* )?)\b(?P<noun>answer|response|reply|output|summary|title|subject line|subject"
    r"|description|message"
    r"|explanation|abstract|headline|introduction|conclusion|greeting|bullet point|bullet|sentence|paragraph|section"
    r"|question|query|e-?mail|comment|review|report|post|tweet|caption|name|label|reason|rationale|justification|note"
    r"|list|analysis|essay|story|poem|article|overview|recap|quote|tagline|slogan|bio|heading|line|finding"
    r"|recommendation|step|chapter|topic|definition|example|word|field|key|value|item|option|code|function|file|page"
    r"|table|row|column|user|input|document|text|content|idea|insight|takeaway|point|tag|keyword)(?:s|es)?\b",
    re.IGNORECASE,
)
_PLAIN = frozenset((
    "", "the", "your", "a", "an", "each", "every", "all", "any", "whole", "entire", "final", "its",
    "this", "that", "of",
    "keep", "and", "in", "per", "write", "give", "provide", "return", "limit", "make", "with", "produce", "most", "to",
    "for", "restrict", "be", "is", "brief", "concise", "overall",
))  # fmt: skip
_VERB = re.compile(
    r"(?:^|[.!?:;,\n*_-]\s*|\b(?:and|then|always|please|must|should) )(answer|respond|reply|write"
    r"|summari[sz]e)\b[^,;:]{0,40}$",
    re.IGNORECASE,
)
_CUT = re.compile(r"\b(?:limit|restrict|cap|shorten|cut|keep)(?:ed)?\b[^.,;:]*$", re.IGNORECASE)
_GUARD = re.compile(
    r"\b(?:if|when|whenever|unless|in case|depending|otherwise|except|for (?:short|long|simple|complex|small"
    r"|large|easy)"
    r"|instead|example|prefer\w*|ideally|usually|typically|generally|about|around|approximately|roughly|aim|try|per|first|last|next|previous"
    r"|then|or|either|optional\w*|sometimes|may|might|can|could|where|while|until|after|before|by default)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)  # the renderings of a prompt have most of their messages in common
def limits_in(text: str) -> tuple[Limit, ...]:
    """The limits of a plain text, in order."""
    return tuple(_limits(text))


def _limits(text: str) -> Iterator[Limit]:
    for found in _QUANTITY.finditer(text):
        begin, stop = sentence_at(text, *found.span())
        before, after = text[begin : found.start()], text[found.end() : stop]
        sentence = text[begin:stop]
        if CODE in sentence or PRINTED in sentence or EXAMPLE.search(sentence) or _GUARD.search(sentence):
            continue
        if (found["most"] or "").lower() == "to" and _CUT.search(before) is None:
            continue
        about = _about(before, after)
        if about:
            yield _limit(found, about)


def _about(before: str, after: str) -> str:
    """What a quantity limits, "" when the sentence does not say so or says more than one thing."""
    nouns = {_name(found) for found in _NOUN.finditer(before)}
    later = re.match(r"\s+(?:in|for) (?:the|your|each|every) ", after)
    if later is not None:
        found = _NOUN.match(after, later.end())
        nouns |= {_name(found)} if found else {""}
    elif re.match(r"\s*(?:long|in length|in total|total)?\s*(?:[.;!)\n]|$)", after) is None:
        return ""
    if not nouns:
        verb = _VERB.search(before)
        return "" if verb is None else "summary" if verb.group(1).lower().startswith("summ") else "answer"
    return nouns.pop() if len(nouns) == 1 else ""


def _name(found: re.Match[str]) -> str:
    """A noun with the adjective that tells it from its like."""
    noun = found["noun"].lower()
    noun = "answer" if noun in _ANSWER else noun
    adjective = found["adj"].strip().lower()
    return noun if adjective in _PLAIN else f"{adjective} {noun}"


def _limit(found: re.Match[str], about: str) -> Limit:
    start, end = found.span()
    if found["low"]:
        return Limit(start, end, about, _unit(found["unit2"]), "range", _number(found["low"]), _number(found["high"]))
    number = _number(found["n"] or found["n3"])
    unit = _unit(found["unit"] or found["unit3"])
    if found["least"] or found["least3"]:
        return Limit(start, end, about, unit, "least", number, None)
    if found["exact"]:
        return Limit(start, end, about, unit, "exact", number, number)
    strict = (found["most"] or "").lower() in ("under", "below", "fewer than", "less than")
    return Limit(start, end, about, unit, "most", None, number - strict)


def _number(text: str) -> int:
    return _WORDS.get(text.lower()) or int(text.replace(",", ""))


def _unit(text: str) -> str:
    unit = text.lower().replace("-", " ")
    unit = unit[:-3] + "y" if unit.endswith("ies") else unit.removesuffix("s")
    return {"char": "character", "letter": "character", "bullet point": "bullet"}.get(unit, unit)
