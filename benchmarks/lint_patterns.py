"""Phrases and patterns of team rules against a plain loop of `re`: 200 of them over 10 MB of prompts.

    python -m benchmarks.lint_patterns [MEGABYTES] [FOLDER…]

The texts are the Markdown files below the folders (this repository's own by default), their paragraphs drawn with a
fixed seed until there are enough. The plain loop runs every expression over every text; both must find the same. Times
are those of the processor, once each: let the machine do little else.
"""

from __future__ import annotations

import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import table
from promptreg.lint.patterns import stoppable
from promptreg.lint.patterns.engine import compile_pattern
from promptreg.lint.patterns.folding import fold
from promptreg.lint.team.loose import loose_passage
from promptreg.lint.team.matcher import Matcher, Term, phrase_expression
from promptreg.lint.team.sheet import Passage, Sheet
from promptreg.markdown.blocks import read_blocks
from promptreg.text import Source, TextMap

ROOT = Path(__file__).resolve().parents[1]
FILE_CHARACTERS = 7_000

PHRASES = """
in order to | due to the fact that | at this point in time | in the event that | for the purpose of | with
regard to | prior to | subsequent to | a large number of | the majority of | has the ability to | is able to |
make sure | please note | it is important | keep in mind | as an ai language model | do your best | try to |
feel free | thank you | kindly | utilize | leverage | whitelist | blacklist | master branch | sanity check |
dummy value | man hours | e-mail | web site | data base | file name | time stamp | log in to | sign in to |
set up the | back end | front end | real time | open source | end user | step by step | think carefully | take
a deep breath | you are an expert | act as | pretend to be | under no circumstances | at all costs | no matter
what | as short as possible | be concise | be brief | in detail | as needed | if necessary | where appropriate
| and so on | and so forth | and the like | or similar | click here | see above | see below | the following |
the above | the former | the latter | respectively | aforementioned | herein | hereby | whereas | thereof |
obviously | basically | simply | just | actually | really | very | quite | rather | somewhat | perhaps | maybe
| probably | possibly | various | several | numerous | system prompt | user message | chat history | context
window | temperature | few shot | zero shot | chain of thought | json mode | tool call | function call | never
| always | must not | should not | do not | cannot | may not | only if | unless | except | without | instead
of | rather than | in addition to | as well as | customer | client | end customer | order number | credit card
| social security number | phone number | home address | date of birth | passport number | refund policy
"""

PATTERNS = [
    r"\bgpt-?[0-9][\w.-]*", r"\bclaude-[\w.]+", r"\bgemini[- ][0-9.]+", r"\bllama-?\d\b",
    r"\b[A-Z]{2,6}\b\s+\([a-z ]+\)", r"\bv\d+\.\d+(?:\.\d+)?\b", r"https?://[^\s)>\]]+",
    r"[\w.+-]+@[\w-]+\.[\w.]+", r"\b\d{4}-\d{2}-\d{2}\b", r"\b\d{1,2}/\d{1,2}/\d{2,4}\b", r"\b20[0-3]\d\b",
    r"\$\d+(?:\.\d\d)?", r"\b\d+\s?(?:words|sentences|paragraphs|characters|tokens)\b",
    r"\b(?:at most|no more than|up to)\s+\d+", r"\b(?:at least|no less than)\s+\d+",
    r"\b(?:always|never)\b[^.]{0,80}\b(?:unless|except)\b", r"\bif\b[^.]{0,60}\bthen\b",
    r"\bnot\s+(?:\w+\s+){0,3}unless\b", r"\b(\w+)\s+\1\b", r"(?:\b(?:very|really|quite)\s+){2,}",
    r"\bthe\s+the\b", r"!{2,}", r"\?{2,}", r"\.{4,}", r"[ \t]+$", r"\t", r" {3,}\S", r"\s,", r"\(\s", r"\s\)",
    r"\bcolou?rs?\b", r"\b(?:organi[sz]e|summari[sz]e|analy[sz]e)\w*", r"\bbehaviou?r\b",
    r"\b(?:licen[cs]e|practi[cs]e)\b", r"\bgr[ae]y\b", r"\bcent(?:er|re)\b", r"\bI'?m\b",
    r"\b(?:don|can|won|isn|aren)['’]t\b", r"\b(?:it|that|there)['’]s\b", r"\b(?:gonna|wanna|gotta)\b",
    r"\bASAP\b", r"\bFYI\b", r"\betc\.?\b", r"\be\.g\.,?", r"\bi\.e\.,?", r"\b(?:MUST|NEVER|ALWAYS)\b",
    r"\bTODO\b.*", r"\bFIXME\b.*", r"\bXXX\b", r"\[(?:insert|your|paste)[^\]]*\]", r"<(?:insert|your)[^>]*>",
    r"\{\{\s*\w+\s*\}\}", r"\$\{\w+\}", r"%\(\w+\)s", r"\{[a-z_]+\}", r"\\[nt]\b", r"```\w*",
    r"^#{1,6}\s+\S.*$", r"^\s*[-*+]\s+[a-z].*$", r"^\s*\d+\.\s", r"\b[A-Z][a-z]+(?:\s[A-Z][a-z]+){2,}",
    r"\b[A-Z]{5,}\b", r"\b\w{25,}\b", r"\b(?:sk|pk|rk)-[A-Za-z0-9]{16,}", r"\bAKIA[0-9A-Z]{16}\b",
    r"\b[0-9a-f]{32,}\b", r"\b(?:he|she)\b", r"\b(?:guys|mankind|manpower)\b",
    r"\b(?:crazy|insane|dumb|lame)\b", r"\b(?:as|like)\s+(?:a|an)\s+\w+\s+(?:expert|assistant)\b",
]  # fmt: skip


def texts(megabytes: float, folders: Iterable[Path]) -> list[str]:
    """Texts of about one file's size, together of the given size, made of the paragraphs of real ones."""
    files = sorted(path for folder in folders for path in folder.rglob("*.md"))
    paragraphs = [part for path in files for part in path.read_text("utf-8", "replace").split("\n\n") if part.strip()]
    draw = random.Random(5)
    found, size = [], 0
    while size < megabytes * 1e6:
        parts: list[str] = []
        while sum(map(len, parts)) < FILE_CHARACTERS:
            parts.append(draw.choice(paragraphs).strip("\n"))
        found.append("\n\n".join(parts))
        size += len(found[-1].encode())
    return found


def flags_of(pattern: str) -> int:
    """Case counts in a pattern that is written with capitals; otherwise it does not, as in team rules."""
    return 0 if re.search(r"(?<!\\)[A-Z]", pattern) else re.IGNORECASE


def paragraphs_of(text: str) -> Iterator[Passage]:
    """The text cut at blank lines."""
    sheet = loose_passage(text).sheet
    at = 0
    for part in text.split("\n\n"):
        yield Passage(sheet, "paragraph", at, part)
        at += len(part) + 2


def blocks_of(text: str) -> Iterator[Passage]:
    """The text cut into Markdown blocks, as the linter does it."""
    sheet = Sheet(TextMap.of_slice(Source("text", text), 0, len(text)), text)
    for block in read_blocks(text):
        yield Passage(sheet, "paragraph", block.start, text[block.start : block.end])


def main() -> None:
    """Measure and print."""
    numbers = [argument for argument in sys.argv[1:] if argument.replace(".", "").isdigit()]
    folders = [Path(argument) for argument in sys.argv[1:] if argument not in numbers] or [
        ROOT / "docs",
        ROOT / "prompts",
        ROOT / "promptreg",
    ]
    corpus = texts(float(numbers[0]) if numbers else 10, folders)
    size = sum(map(len, corpus)) / 1e6
    phrases = [" ".join(phrase.split()) for phrase in PHRASES.split("|")]
    terms = [Term(phrase, None) for phrase in phrases]
    terms += [Term(None, compile_pattern(pattern, flags_of(pattern))) for pattern in PATTERNS]
    matchers = [Matcher([term]) for term in terms]
    plain = [re.compile(phrase_expression(phrase), re.IGNORECASE) for phrase in phrases]
    plain += [re.compile(pattern, flags_of(pattern)) for pattern in PATTERNS]
    assert len(matchers) == len(plain) == 200

    def loop() -> list[tuple[int, int, int, int]]:
        return [
            (number, rule, *match.span())
            for number, text in enumerate(corpus)
            for rule, expression in enumerate(plain)
            for match in expression.finditer(text)
        ]

    def ours(cut: object) -> list[tuple[int, int, int, int]]:
        found = []
        for number, text in enumerate(corpus):
            passages = list(cut(text))  # type: ignore[operator]
            sheet = passages[0].sheet
            for rule, matcher in enumerate(matchers):
                if matcher.may_match(sheet):
                    for passage in matcher.touched(sheet, passages):
                        for start, end in matcher.spans(passage):
                            found.append((number, rule, passage.start + start, passage.start + end))
        return found

    compare(corpus[:40], plain, matchers)
    tasks = {
        "plain loop of re": loop,
        "promptreg, by paragraphs": lambda: ours(paragraphs_of),
        "promptreg, with reading Markdown": lambda: ours(blocks_of),
    }
    seconds = {name: processor_seconds(task) for name, task in tasks.items()}
    base = seconds["plain loop of re"]
    rows = [(name, spent, size / spent, base / spent) for name, spent in seconds.items()]
    engine = "with re2" if find_spec("re2") else "without re2"
    table(f"200 patterns over {size:.1f} MB in {len(corpus)} texts, {engine}", ("engine", "CPU s", "MB/s", "x"), rows)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def processor_seconds(task: Callable[[], object]) -> float:
    """The processor time of a task, that of the process in which patterns are matched included."""

    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    start = spent()
    task()
    if stoppable._matcher is not None:  # its time counts once it has ended
        stoppable._matcher.close()
        stoppable._matcher = None
    return spent() - start


def compare(corpus: list[str], plain: list[re.Pattern[str]], matchers: list[Matcher]) -> None:
    """Both find the same in each paragraph."""
    for one in corpus:
        for passage in paragraphs_of(one):
            for expression, matcher in zip(plain, matchers, strict=True):
                text = fold(passage.text) if matcher.terms[0].phrase is not None else passage.text
                wanted = [match.span() for match in expression.finditer(text)]
                assert matcher.spans(passage) == wanted, (expression.pattern, passage.text)


if __name__ == "__main__":
    main()
