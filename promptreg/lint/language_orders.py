"""Finds orders to use a certain language: "Answer in English", "Write idiomatic Python code", "Antworte auf Deutsch".

Made for precision: an order must stand at the start of a clause and speak of the answer as a whole. Conditions,
negations, choices between languages, comparisons, examples and quotations are no orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from promptreg.lint.languages import NATURAL, PROGRAMMING, Kind
from promptreg.lint.plain import EXAMPLE, QUOTED, sentence_at

__all__ = ["Order", "orders_in"]


class Order(NamedTuple):
    """The name of a language at `start:end` of a text; `begin` is where the order starts. `task` is "translate" where
    the language is the object of a translation, else "answer"."""

    begin: int
    start: int
    end: int
    kind: Kind
    task: str


_CLAUSE = (
    r"(?:^|(?<=[.!?:;,(*_#>|\n•–—\ue001\ue002-])|(?<=[0-9][.)]))[\s*_]*"
    r"(?:(?:and|then|also|always|please|only|but|just|now|so|finally|ensure|make sure|remember to|be sure to"
    r"|(?:your|the) (?:task|job|goal|role) is to|(?:that )?(?:you|the (?:assistant|agent|model|bot|ai|chatbot))"
    r"(?: (?:must|should|shall|will|need to|have to|are to|are required to))?)[\s,*_]+){0,4}"
)
_VERB = (
    r"(?:answer|respond|reply|write|speak|talk|communicate|converse|output|generate|produce|summari[sz]e|explain|return"
    r"|compose|draft|phrase|formulate|give|provide|say|express|present|deliver|describe)s?"
)
_OBJECT = (
    r"(?:\s+(?:all|any|each|every|everything|your|the|this|it|them|an?|me|us|back|only|always|exclusively|entirely"
    r"|strictly|directly|and|to|with|for|of|user|users|user's|customers?|customer's|readers?|person|people|questions?"
    r"|messages?|tickets?|requests?|e-?mails?|letters?|answers?|responses?|reply|replies|results?|outputs?|texts?"
    r"|content|summary|summaries|explanations?|reports?|reviews?|feedback|notes?|drafts?|articles?|story|posts?|poem"
    r"|essay|descriptions?|final|short|brief|clear|concise|polite|helpful|whole|entire|complete|full|own|following"
    r"|above|one|two|three|sentences?|paragraphs?|bullet|points|written|up|down|out|findings?|decision"
    r"|recommendations?|advice|greeting|conversation|step|steps|by|here|in writing|verbally)){0,9}?"
)
_STYLE = (
    r"(?:(?:only|plain|clear|simple|fluent|good|correct|proper|formal|informal|polite|native|natural|idiomatic|everyday"
    r"|standard|modern|easy|perfect|professional|business|british|american|australian|canadian|uk|us|brazilian|european"
    r"|latin[ -]american|simplified|traditional|mandarin|swiss|austrian|the|concise|well-written|grammatical)\s+){0,3}"
)
_NOUN = (
    r"(?:answers?|responses?|repl(?:y|ies)|outputs?|messages?|summar(?:y|ies)|explanations?|everything"
    r"|all (?:output|text|content)|reports?|conversation|results?|questions?|reviews?|e-?mails?|letters?|notes?"
    r"|findings?"
    r"|recommendations?|paragraphs?|sentences?|descriptions?)"
)
_OPEN = r"[*_\"'“(\[]*"


@cache
def _natural() -> tuple[tuple[re.Pattern[str], str], ...]:
    name = rf"{_OPEN}(?P<name>{'|'.join(NATURAL)})\b"
    patterns = (
        (rf"{_CLAUSE}(?P<order>{_VERB}{_OBJECT}\s+(?:only\s+|exclusively\s+)?in\s+{_STYLE}{name}"
         r"(?![ -](?:[a-z]+-)?(?:class|course|lesson|exam|dictionary|word|literature|keyboard|alphabet)))", "answer"),
        (rf"(?P<order>\b{_NOUN}(?:\s+\w+){{0,4}}?\s+(?:must|should|shall|has to|have to|needs? to|is to|are to)"
         rf"(?:\s+(?:always|only|all))?\s+be(?:\s+(?:written|given|phrased|formulated|provided|entirely|only|exclusively))"
         rf"{{0,3}}\s+in\s+{_STYLE}{name})", "answer"),
        (rf"(?P<order>\byour {_NOUN}\s+(?:is|are)(?:\s+(?:always|only|written)){{0,2}}\s+in\s+{_STYLE}{name})",
         "answer"),
        (rf"{_CLAUSE}(?P<order>(?:use|speak|stick to)\s+{_STYLE}{name}(?=\s*(?:[.,;!)*]|$|\n\s*\n|\n\s*[-*#]|only\b"
         r"|language\b|throughout\b|for (?:all|your|every|the (?:answer|response|reply))|in (?:all|your|every)"
         r"|at all times|exclusively\b|spelling\b)))", "answer"),
        (rf"(?:^|\n)[\s*_#-]*(?P<order>(?:output|answer|response|reply|target|writing) language"
         rf"[\s*_]*[:=][\s*_]*{name})(?=[\s*_.]*(?:\n|$))", "answer"),
        (rf"(?P<order>\b(?:language of (?:the|your) (?:answers?|responses?|repl(?:y|ies)|outputs?)"
         rf"|(?:output|answer|response|reply) language) (?:is|must be|should be)(?: always| only)? {name})", "answer"),
        (rf"(?P<order>\byou are (?:an? |the )?(?:[\w-]+ ){{0,3}}?{name}-speaking\b)", "answer"),
        (rf"{_CLAUSE}(?P<order>translate\b(?:\s+[\w'-]+){{0,8}}?\s+(?:in)?to\s+{_STYLE}{name})", "translate"),
    )  # fmt: skip
    return tuple((re.compile(pattern, re.IGNORECASE | re.MULTILINE), task) for pattern, task in patterns)


_OTHERS = re.compile(
    r"(?i:(?P<de>\b(?:antworten?(?: sie)?|schreiben?(?: sie)?|formuliere|verfasse)\b[^.!?:;,\n]{0,40}?\bauf )"
    r"(?P<name1>deutsch|englisch|französisch|spanisch|italienisch)\b)"
    r"|(?i:(?P<fr>\b(?:réponds|répondez|écris|écrivez|rédige|rédigez)\b[^.!?:;,\n]{0,40}?\ben )"
    r"(?P<name2>français|anglais|allemand|espagnol|italien)\b)"
    r"|(?i:(?P<es>\b(?:responde|responda|escribe|escriba|contesta|conteste|redacta)\b[^.!?:;,\n]{0,40}?\ben )"
    r"(?P<name3>español|inglés|alemán|francés|italiano|portugués)\b)"
    r"|(?i:(?P<pt>\b(?:responda|escreva|redija)\b[^.!?:;,\n]{0,40}?\bem )"
    r"(?P<name4>português|inglês|espanhol|alemão|francês)\b)"
    r"|(?P<zh>[用以])(?P<name5>简体中文|繁体中文|繁體中文|中文|英文|英语|日语|韩语|法语|德语)"
    r"(?=来?(?:进行)?(?:回答|回复|回應|回覆|输出|輸出|撰写|撰寫|书写|生成|作答|写))"
    r"|(?P<ja>)(?P<name6>日本語|英語|中国語|韓国語)(?=で(?:の)?(?:回答|答え|出力|書|記述|返答|応答|返信))"
)


@cache
def _programming() -> tuple[re.Pattern[str], ...]:
    names = sorted(PROGRAMMING, key=len, reverse=True)
    lower = ("python", "javascript", "typescript", "java", "kotlin", "golang", "php", "ruby")
    name = rf"{_OPEN}(?P<name>{'|'.join(map(re.escape, (*names, *lower)))})(?![\w+#])"
    code = (
        r"(?:code|programs?|scripts?|functions?|snippets?|solutions?|source|class(?:es)?|modules?|unit tests?|tests?)"
    )
    make = (
        r"(?i:write|generate|produce|provide|output|return|implement|give|create|answer|reply|respond|code|develop"
        r"|refactor|rewrite|use|prefer|show)"
    )
    look = r"(?i:review|analy[sz]e|explain|debug|fix|complete|document|port|check|inspect|improve|test)"
    words = (
        r"(?i:,?\s+(?:all|any|every|your|the|this|an?|clean|idiomatic|modern|correct|working|executable|runnable|complete"
        r"|short|readable|production-ready|following|given|code|programs?|scripts?|solutions?|functions?"
        r"|implementations?|snippets?|examples?|unit|tests?|only|it|and|of|for|user's|user|submitted|provided|piece)){0,7}?"
    )
    version = r"(?:\s*[0-9][0-9.]*\+?)?"
    person = (
        r"(?i:developer|programmer|engineer|expert|reviewer|code reviewer|coder|tutor|teacher|architect|specialist"
        r"|mentor|coding assistant|programming assistant|assistant|code generator|interpreter|compiler)"
    )
    clause = f"(?i:{_CLAUSE})"
    patterns = (
        rf"{clause}(?P<order>{make}{words}\s+in\s+(?:(?i:only|idiomatic|modern|plain|pure)\s+){{0,2}}{name})",
        rf"{clause}(?P<order>(?:{make}|{look}){words},?\s+{name}{version}[*_]*\s+(?i:{code}))\b",
        rf"{clause}(?P<order>(?i:(?:only )?(?:write|use) only|only write|only use)\s+{name})",
        rf"(?P<order>\b(?i:you are|act as|you're)\s+(?i:an?|the|our)\s+(?:[\w-]+[ ,]+(?:and )?){{0,4}}?"
        rf"{name}{version}\s+(?:[\w-]+\s+){{0,2}}?{person})\b",
        rf"(?P<order>\b(?i:(?:your|the|all) (?:[\w-]+ ){{0,2}}(?:code|solution|implementation|program|script))"
        rf"\s+(?i:(?:must|should|shall|has to|will) be|is)(?i:\s+(?:written|valid|only|always)){{0,2}}\s+(?:in\s+)?"
        rf"{name}{version})"
        rf"(?=\s*(?:[.,;!)]|$|\n|{code}))",
    )
    return tuple(re.compile(pattern, re.MULTILINE) for pattern in patterns)


_OTHERS_GUARD = re.compile(r"\b(?:wenn|falls|nicht|si|no|pas|se|não)\b|如果|不要|場合|もし", re.IGNORECASE)
_GUARD = re.compile(
    r"\b(?:if|unless|when|whenever|otherwise|except|by default|defaults?|fall ?back|instead|rather|not|never|no|avoid"
    r"|without|compar\w*|versus|vs|supports?|supported|either|whether|may|might|could|original\w*|who|whose|which"
    r"|language of the|same language|user's language|customer's language|preferred|detected)\b|n't\b|n’t\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[,;(–—]?\s*\b(?:even (?:if|when|though)|no matter|regardless|whatever|irrespective|independent(?:ly)? of"
    r"|not in|and (?:not|never)|never in|without)\b",
    re.IGNORECASE,
)


def orders_in(text: str) -> Iterator[Order]:
    """The orders of a plain text (see `promptreg.lint.plain`), in order of place."""
    for start, stop in _windows(text):
        for pattern, task in _natural():
            for found in pattern.finditer(text, start, stop):
                if found["name"] != "polish" and _is_order(text, found, "natural"):
                    yield Order(found.start("order"), *found.span("name"), "natural", task)
        for found in _OTHERS.finditer(text, start, stop):
            group = next(key for key, value in found.groupdict().items() if key.startswith("name") and value)
            if not _OTHERS_GUARD.search(text, *sentence_at(text, *found.span())):
                yield Order(found.start(), *found.span(group), "natural", "answer")
        for program in _programming():
            for found in program.finditer(text, start, stop):
                if _is_order(text, found, "programming"):
                    yield Order(found.start("order"), *found.span("name"), "programming", "answer")


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The sentences that name a language, and a little more; the patterns are too slow for whole texts."""
    last: tuple[int, int] | None = None
    for found in _any_name().finditer(text):
        begin, stop = sentence_at(text, *found.span())
        begin, stop = max(0, begin - 8), min(len(text), stop + 40)
        if last is not None and begin <= last[1]:
            last = (last[0], stop)
            continue
        if last is not None:
            yield last
        last = (begin, stop)
    if last is not None:
        yield last


@cache
def _any_name() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?i:{'|'.join(NATURAL)})\b|{'|'.join(map(re.escape, PROGRAMMING))}|python|java|kotlin|golang|php|ruby"
        r"|(?i:deutsch|englisch|français|anglais|español|inglés|português|inglês)|中文|[英日][语語文]|日本語|中国語"
    )


def _is_order(text: str, found: re.Match[str], kind: Kind) -> bool:
    """Whether nothing around a match turns it into something else than an order."""
    end = found.end("name")
    begin, stop = sentence_at(text, found.start("order"), end)
    begin = min(begin, found.start("order"))
    tail = _TAIL.search(text, end, stop)
    sentence = text[begin : tail.start() if tail else stop]
    if _GUARD.search(sentence) or EXAMPLE.search(sentence):
        return False
    if any(
        begin + quote.start() < found.start("order") and end < begin + quote.end()
        for quote in QUOTED.finditer(sentence)
    ):
        return False
    names = {name.lower() for name in _names_of(kind).findall(sentence)}
    return len(names) == 1 and not _under_condition(text, begin)


@cache
def _names_of(kind: Kind) -> re.Pattern[str]:
    if kind == "natural":
        return re.compile(rf"\b(?:{'|'.join(NATURAL)})\b", re.IGNORECASE)
    names = sorted(PROGRAMMING, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))}|python|java|php|ruby)(?![\w+#])")


_LEAD = re.compile(
    r"([^\n]+):[ \t]*\n(?:[ \t]*\n)?(?:[ \t]*(?:[-*+•]|[0-9]+[.)])[^\n]*\n+)*[ \t]*(?:[-*+•]|[0-9]+[.)])?[\s*_]*\Z"
)


def _under_condition(text: str, begin: int) -> bool:
    """Whether the sentence belongs to a list, or follows a line, whose lead is a condition or an example."""
    lead = _LEAD.search(text[max(0, begin - 800) : begin])
    return lead is not None and bool(_GUARD.search(lead.group(1)) or EXAMPLE.search(lead.group(1)))
