"""A body as a syntax tree with exact positions, or the reasons why it has none."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Lexer
from jinja2.parser import Parser

from promptreg.errors import Problem, TemplateInvalid, nearest
from promptreg.template.limits import Limits
from promptreg.template.lookup import DialectEnvironment, environment_for
from promptreg.template.positions import Pos, Token, Tokens, read_tokens
from promptreg.template.syntax_words import in_our_words
from promptreg.template.words import ALLOWED_TAGS, REFUSED_TAGS
from promptreg.text import TextMap

__all__ = ["Parsed", "Settings", "parse_body", "parse_expression"]

_OPENERS = frozenset(["if", "for", "with", "macro", "call", "filter"])
_ELIF = ("elseif", "elsif")
_DIGITS = 1300  # more digits cannot fit in 4,096 bits, and Python refuses to read 4,301


class Settings(NamedTuple):
    """White space settings; users always get these, tests of the code generator vary them."""

    trim_blocks: bool = True
    lstrip_blocks: bool = True


class Parsed(NamedTuple):
    """A parsed text. For an expression the tree is one output of it."""

    body: TextMap
    tokens: Tokens
    tree: nodes.Template
    limits: Limits

    def problem(self, code: str, message: str, at: int, suggestion: str | None = None) -> Problem:
        """A complaint about text offset `at`."""
        return problem_at(self.body, code, message, at, suggestion)


def problem_at(body: TextMap, code: str, message: str, at: int, suggestion: str | None = None) -> Problem:
    """A complaint about text offset `at` of a body."""
    place = body.location(at)
    return Problem(code, message, place.path, place.line, place.column, suggestion=suggestion)


def parse_body(body: TextMap, settings: Settings, limits: Limits) -> Parsed:
    """Parse a body; raises TemplateInvalid for what keeps it from being parsed."""
    environment, lexer = _tools(settings)
    tokens = _read(body, lexer, limits)
    parser = Parser(environment, "")
    tree = _parse(body, parser, tokens, lexer)
    return Parsed(body, tokens, tree, limits)


def parse_expression(text: TextMap, limits: Limits) -> Parsed:
    """Parse a bare expression (without `{{ }}`)."""
    environment, lexer = _tools(Settings())
    bare = text.text.strip()
    if bare.startswith("{{"):
        inside = bare[2:-2].strip() if bare.endswith("}}") else None
        message = 'an expression is written without "{{" and "}}"'
        raise TemplateInvalid([problem_at(text, "template-syntax", message, text.text.index("{{"), inside)])
    tokens = _read(text, lexer, limits, expression=True)
    parser = Parser(environment, "")
    tree = _parse(text, parser, tokens, lexer, expression=True)
    return Parsed(text, tokens, tree, limits)


@lru_cache(maxsize=4)
def _tools(settings: Settings) -> tuple[DialectEnvironment, Lexer]:
    environment = environment_for(trim_blocks=settings.trim_blocks, lstrip_blocks=settings.lstrip_blocks)
    return environment, Lexer(environment)


def _read(body: TextMap, lexer: Lexer, limits: Limits, *, expression: bool = False) -> Tokens:
    lone = body.text.find("\r")
    if lone >= 0:
        message = "a carriage return; lines must end with LF or CR LF"
        raise TemplateInvalid([problem_at(body, "template-syntax", message, lone)])
    tokens = read_tokens(lexer, body.text, most_tags=limits.tags, expression=expression)
    problems = _token_problems(body, tokens, limits)
    if problems:
        raise TemplateInvalid(problems)
    if tokens.error is not None:
        raise TemplateInvalid([problem_at(body, "template-syntax", in_our_words(tokens.error), tokens.stopped)])
    return tokens


def _parse(body: TextMap, parser: Parser, tokens: Tokens, lexer: Lexer, *, expression: bool = False) -> nodes.Template:
    try:
        parser.stream = tokens.stream(lexer)
        if not expression:
            return parser.parse()
        node = parser.parse_expression()
        if not parser.stream.eos:
            is_equals = parser.stream.current.type == "assign"
            parser.fail("an equals sign" if is_equals else "chunk after expression")
        tree = nodes.Template([nodes.Output([node], lineno=node.lineno)], lineno=1)
        tree.set_environment(parser.environment)
        return tree
    except TemplateSyntaxError as error:
        at = error.lineno.start if isinstance(error.lineno, Pos) else len(body.text)
        message = in_our_words(error.message or "syntax error")
        opened = _innermost(tokens) if "end" in message else None
        if opened is not None:
            message += f"; it is opened at {body.location(opened.start)}"
        raise TemplateInvalid([problem_at(body, "template-syntax", message, at)]) from error
    except RecursionError as error:
        message = "blocks or expressions are nested too deeply to be read"
        raise TemplateInvalid([problem_at(body, "template-limit", message, 0)]) from error


def _token_problems(body: TextMap, tokens: Tokens, limits: Limits) -> list[Problem]:
    """What must be refused before parsing: unknown tags, nesting that the parser would recurse into, huge numbers."""
    problems: list[Problem] = []
    brackets = blocks = 0
    if tokens.error == "too many tags":
        message = f"more tags than the limit tags allows ({limits.tags:,})"
        return [problem_at(body, "template-limit", message, tokens.stopped)]
    for at, token in enumerate(tokens.items):
        if token.type == "operator":
            brackets += (token.text in "([{") - (token.text in ")]}")
            if brackets == limits.bracket_nesting + 1 and token.text in "([{":
                message = f"brackets are nested deeper than bracket_nesting allows ({limits.bracket_nesting})"
                problems.append(problem_at(body, "template-limit", message, token.start))
        elif token.type == "integer" and len(token.text) > _DIGITS:
            problems.append(problem_at(body, "template-limit", "a number with too many digits", token.start))
        elif token.type == "block_begin":
            word = _tag_word(tokens.items, at)
            if word is None:
                continue
            problem = _tag_problem(body, word)
            problems.extend([problem] if problem else [])
            blocks += (word.text in _OPENERS) - (word.text[:3] == "end" and word.text[3:] in _OPENERS)
            if blocks == limits.block_nesting + 1 and word.text in _OPENERS:
                message = f"blocks are nested deeper than block_nesting allows ({limits.block_nesting})"
                problems.append(problem_at(body, "template-limit", message, token.start))
    return problems


def _innermost(tokens: Tokens) -> Token | None:
    """The tag word of the innermost block that is open where the text ends or breaks."""
    opened: list[Token] = []
    for at, token in enumerate(tokens.items):
        word = _tag_word(tokens.items, at) if token.type == "block_begin" else None
        if word is None:
            continue
        if word.text in _OPENERS:
            opened.append(word)
        elif opened and word.text == f"end{opened[-1].text}":
            opened.pop()
    return opened[-1] if opened else None


def _tag_word(items: list[Token], at: int) -> Token | None:
    for token in items[at + 1 : at + 3]:
        if token.type == "name":
            return token
    return None


def _tag_problem(body: TextMap, word: Token) -> Problem | None:
    known = [*ALLOWED_TAGS, *filter(None, ALLOWED_TAGS.values())]
    if word.text in known or (word.text.removeprefix("end") in REFUSED_TAGS and word.text.startswith("end")):
        return None
    if word.text in REFUSED_TAGS:
        message = f'the tag "{word.text}" is not part of the dialect: {REFUSED_TAGS[word.text]}'
        return problem_at(body, "refused-syntax", message, word.start)
    near = "elif" if word.text in _ELIF else nearest(word.text, known)
    return problem_at(body, "unknown-tag", f'unknown tag "{word.text}"', word.start, near)
