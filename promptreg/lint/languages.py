"""Names of languages, and the inputs by which a prompt takes its language from the application."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from promptreg.model.inputs import MISSING, InputSpec

__all__ = ["NATURAL", "PROGRAMMING", "LanguageInput", "declared_languages", "language_inputs", "mentions_language"]

Kind = Literal["natural", "programming"]

NATURAL: tuple[str, ...] = (
    "Afrikaans", "Albanian", "Amharic", "Arabic", "Armenian", "Azerbaijani", "Basque", "Belarusian", "Bengali",
    "Bosnian", "Bulgarian", "Burmese", "Cantonese", "Catalan", "Chinese", "Croatian", "Czech", "Danish", "Dutch",
    "English", "Estonian", "Farsi", "Filipino", "Finnish", "French", "Galician", "Georgian", "German", "Greek",
    "Gujarati", "Hausa", "Hebrew", "Hindi", "Hungarian", "Icelandic", "Indonesian", "Irish", "Italian", "Japanese",
    "Kannada", "Kazakh", "Khmer", "Korean", "Lao", "Latvian", "Lithuanian", "Macedonian", "Malay", "Malayalam",
    "Mandarin", "Marathi", "Mongolian", "Nepali", "Norwegian", "Persian", "Polish", "Portuguese", "Punjabi",
    "Romanian", "Russian", "Serbian", "Sinhala", "Slovak", "Slovene", "Slovenian", "Somali", "Spanish", "Swahili",
    "Swedish", "Tagalog", "Tamil", "Telugu", "Thai", "Turkish", "Ukrainian", "Urdu", "Uzbek", "Vietnamese", "Welsh",
    "Yoruba", "Zulu",
)  # fmt: skip
"""English names of languages that people write in."""

PROGRAMMING: tuple[str, ...] = (
    "Bash", "C#", "C++", "Clojure", "COBOL", "Dart", "Elixir", "Erlang", "F#", "Fortran", "Go", "Golang", "Groovy",
    "Haskell", "Java", "JavaScript", "Julia", "Kotlin", "Lua", "MATLAB", "Objective-C", "OCaml", "Perl", "PHP",
    "PowerShell", "Python", "Ruby", "Rust", "Scala", "Swift", "TypeScript", "Zig",
)  # fmt: skip
"""Names of programming languages."""

_CODE_NAMES = frozenset([*(name.lower() for name in PROGRAMMING), "c", "r", "cpp", "csharp", "js", "ts", "sh", "shell"])
_NAME = re.compile(
    r"(?:([a-z0-9_]+)_)?(?:languages?|langs?|locales?)(?:_(?:codes?|tags?|names?|ids?|iso|list))?(?:_?[0-9])?"
)
_MENTION = re.compile(r"(?:\b|_)(?:languages?|lang|locale|country|region|market|tongue)(?:\b|_)", re.IGNORECASE)
_PROGRAMMING_WORDS = frozenset(["code", "coding", "programming", "program", "prog", "script", "snippet", "sdk"])
_SOURCE_WORDS = frozenset((
    "source", "src", "from", "input", "original", "document", "documents", "doc", "docs", "material", "detected",
    "native", "first", "mother", "transcript", "article", "known", "content", "base",
))  # fmt: skip
_OTHER_WORDS = frozenset((
    "query", "model", "template", "markup", "schema", "config", "style", "body", "sign", "domain", "large",
))  # fmt: skip
_CODE_USE = r"\}\}[ \t]*(?:code|programs?|functions?|scripts?|developers?|programmers?|engineers?|snippets?)\b"


class LanguageInput(NamedTuple):
    """An input that says which language is wanted. `path` leads from the inputs to it.

    `source` says that it names the language of given material, which an instruction about the answer does not touch;
    `many` that it is a list. `served` are the languages where no input chooses: a prompt declares that it serves them.
    """

    path: tuple[str, ...]
    kind: Kind
    source: bool
    many: bool = False
    served: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The input as an expression: `settings.language`."""
        return ".".join(self.path)


def language_inputs(
    inputs: Mapping[str, InputSpec], samples: Iterable[Mapping[str, Any]], texts: Iterable[str]
) -> tuple[LanguageInput, ...]:
    """The inputs that choose one of several languages.

    Whether a language is a natural or a programming one is read from the input's name, else from the values that it is
    declared with or has in `samples`, else from how `texts` (templates and conditions) use it; else it is natural.
    """
    wanted = [
        (path, schema, spec)
        for spec in inputs.values()
        for path, schema in _schemas((spec.name,), spec.schema)
        if _NAME.fullmatch(path[-1].lower())
    ]
    if not wanted:
        return ()
    samples, texts = tuple(samples), tuple(texts)
    found = (_language_input(path, schema, spec, samples, texts) for path, schema, spec in wanted)
    return tuple(one for one in found if one is not None)


def declared_languages(names: Iterable[str]) -> Iterator[LanguageInput]:
    """What a prompt declares under `languages`, where that are several of one kind."""
    by_kind: dict[Kind, list[str]] = {"natural": [], "programming": []}
    for name in names:
        by_kind["programming" if name.lower() in _CODE_NAMES else "natural"].append(name)
    for kind, served in by_kind.items():
        if len(served) > 1:
            yield LanguageInput(("languages",), kind, False, True, tuple(served))


def mentions_language(text: str) -> bool:
    """Whether an expression reads something that is named after a language, a country or a market."""
    return _MENTION.search(text) is not None


def _schemas(path: tuple[str, ...], schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    yield path, schema
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and len(path) < 3:
        for name, inner in properties.items():
            if isinstance(inner, Mapping):
                yield from _schemas((*path, name), inner)


def _language_input(
    path: tuple[str, ...],
    schema: Mapping[str, Any],
    spec: InputSpec,
    samples: tuple[Mapping[str, Any], ...],
    texts: tuple[str, ...],
) -> LanguageInput | None:
    found = _NAME.fullmatch(path[-1].lower())
    kind = schema.get("type")
    if found is None or kind not in ("string", "array"):
        return None
    words = set((found.group(1) or "").split("_"))
    if words & _OTHER_WORDS or "const" in schema:
        return None
    choices = schema.get("enum")
    if isinstance(choices, list) and kind == "string" and len(choices) < 2:
        return None
    if words & _PROGRAMMING_WORDS:
        return LanguageInput(path, "programming", False, kind == "array")
    values = [*_values(path, schema, spec, samples)]
    if any(value.lower() in _CODE_NAMES for value in values) or (not values and _used_for_code(path, texts)):
        return LanguageInput(path, "programming", False, kind == "array")
    return LanguageInput(path, "natural", bool(words & _SOURCE_WORDS), kind == "array")


def _values(
    path: tuple[str, ...], schema: Mapping[str, Any], spec: InputSpec, samples: tuple[Mapping[str, Any], ...]
) -> Iterator[str]:
    """Values that an input is declared with or has in a sample."""
    items = schema.get("items")
    for one in (schema, items if isinstance(items, Mapping) else {}):
        choices = one.get("enum")
        yield from (value for value in choices or () if isinstance(value, str))
    given: list[Any] = [sample.get(path[0]) for sample in samples]
    if spec.default is not MISSING:
        given.append(spec.default)
    for value in given:
        for key in path[1:]:
            value = value.get(key) if isinstance(value, Mapping) else None
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def _used_for_code(path: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    name = re.escape(path[-1])
    names = "|".join(re.escape(name) for name in sorted(_CODE_NAMES, key=len, reverse=True))
    pattern = re.compile(
        rf"```\{{\{{[ ]?[\w.]*\b{name}\b|\b{name}[^%}}\n]{{0,40}}?{_CODE_USE}"
        rf"|\b{name}\b[ ]*(?:==|!=|in)[ ]*[(\[]?[\"'](?:{names})[\"']",
        re.IGNORECASE,
    )
    return any(pattern.search(text) for text in texts)
