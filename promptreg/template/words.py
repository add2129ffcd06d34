"""What the dialect allows and refuses, as tables: tags, filters, tests, names, and the advice for each refusal.

Data only; documentation is generated from it. This module must not import Jinja2.
"""

from __future__ import annotations

__all__ = [
    "ALLOWED_FILTERS",
    "ALLOWED_TAGS",
    "ALLOWED_TESTS",
    "LOOP_ATTRIBUTES",
    "METHOD_ADVICE",
    "REFUSED_FILTERS",
    "REFUSED_TAGS",
    "REFUSED_TESTS",
    "RESERVED_NAMES",
]

RESERVED_NAMES = frozenset(
    ["loop", "caller", "varargs", "kwargs", "self", "super", "true", "false", "none", "True", "False", "None"]
)
"""Names that no input, variable, macro or parameter may have."""

LOOP_ATTRIBUTES = frozenset(
    [
        *("index", "index0", "revindex", "revindex0", "first", "last", "length"),
        *("previtem", "nextitem", "depth", "depth0", "cycle", "changed"),
    ]
)

ALLOWED_TAGS = {
    "if": "endif",
    "for": "endfor",
    "with": "endwith",
    "macro": "endmacro",
    "call": "endcall",
    "filter": "endfilter",
    "set": "endset",
    "include": None,
    "raw": "endraw",
    "elif": None,
    "else": None,
}
"""Block tags, each with the tag that closes it."""

REFUSED_TAGS = {
    "extends": "compose components with include or as parts of a prompt",
    "block": "compose components with include or as parts of a prompt",
    "import": "define the macro in this body, or include a component",
    "from": "define the macro in this body, or include a component",
    "autoescape": "prompts are plain text and nothing is escaped",
    "print": "write {{ … }}",
    "do": "use set",
    "trans": "translate the component as a whole",
    "pluralize": "translate the component as a whole",
    "break": 'filter the loop: "for … in … if …"',
    "continue": 'filter the loop: "for … in … if …"',
    "debug": "look at the inputs outside of the template",
    "generation": "roles come from the prompt file, not from the text",
}

ALLOWED_FILTERS = {
    "abs": "The absolute value of a number.",
    "batch": "Rows of at most `linecount` items.",
    "capitalize": "First letter upper case, the rest lower case.",
    "center": "Centred in a field of `width` characters.",
    "count": "Same as `length`.",
    "d": "Same as `default`.",
    "default": "Another value when undefined (or false, with `boolean=true`).",
    "dictsort": "The pairs of a mapping, sorted.",
    "filesizeformat": "A number of bytes for people.",
    "first": "The first item.",
    "float": "A number with a fraction, or `default`.",
    "groupby": "Pairs of (key, items); take them apart with `for key, items in …`.",
    "indent": "Each line but the first indented.",
    "int": "A whole number, or `default`.",
    "items": "The pairs of a mapping.",
    "join": "All items as one text.",
    "last": "The last item.",
    "length": "How many items or characters.",
    "list": "A list of the items.",
    "lower": "Lower case.",
    "map": "A filter applied to each item, or an item looked up in each (`attribute=`).",
    "max": "The largest item.",
    "min": "The smallest item.",
    "reject": "The items that fail a test.",
    "rejectattr": "The items whose `attribute` fails a test.",
    "replace": "Every occurrence of one text replaced by another.",
    "reverse": "The other way round.",
    "round": "Rounded to a precision; the result has a fraction.",
    "select": "The items that pass a test.",
    "selectattr": "The items whose `attribute` passes a test.",
    "slice": "Columns: `slices` lists of about the same length.",
    "sort": "Sorted, without regard to case unless asked.",
    "string": "The value as text.",
    "sum": "The sum of a list of numbers.",
    "title": "Each word capitalized.",
    "tojson": "JSON with `<`, `>`, `&` and `'` as escapes, keys sorted.",
    "trim": "Without white space (or `chars`) at both ends.",
    "truncate": "Cut to a length, with `...` at the end.",
    "unique": "Each item once.",
    "upper": "Upper case.",
    "urlencode": "Quoted for a URL.",
    "wordcount": "How many words.",
    "wordwrap": "Lines of at most `width` characters.",
}

REFUSED_FILTERS = {
    "attr": 'write x.name or x["name"]; Python attributes are out of reach',
    "random": "a prompt must render to the same bytes each time",
    "format": 'join text with "~"',
    "safe": "nothing is escaped, so nothing needs marking",
    "escape": "prompts are plain text; nothing is escaped",
    "e": "prompts are plain text; nothing is escaped",
    "forceescape": "prompts are plain text; nothing is escaped",
    "striptags": "clean the input before rendering",
    "xmlattr": "write the attributes out",
    "urlize": "prompts are plain text",
    "pprint": 'use "tojson"',
}

ALLOWED_TESTS = {
    "boolean": "Is true or false.",
    "defined": "Exists.",
    "divisibleby": "Is a multiple of a number.",
    "==": "Equals.",
    "eq": "Equals.",
    "equalto": "Equals.",
    "even": "Is an even number.",
    "false": "Is false.",
    "float": "Is a number with a fraction.",
    ">=": "At least.",
    "ge": "At least.",
    ">": "More than.",
    "gt": "More than.",
    "greaterthan": "More than.",
    "in": "Is an item of, or part of.",
    "integer": "Is a whole number.",
    "iterable": "Can be looped over.",
    "<=": "At most.",
    "le": "At most.",
    "<": "Less than.",
    "lt": "Less than.",
    "lessthan": "Less than.",
    "lower": "Is lower case.",
    "mapping": "Is a mapping.",
    "!=": "Differs.",
    "ne": "Differs.",
    "none": "Is null.",
    "number": "Is a number (or a boolean).",
    "odd": "Is an odd number.",
    "sequence": "Has a length and items.",
    "string": "Is text.",
    "true": "Is true.",
    "undefined": "Does not exist.",
    "upper": "Is upper case.",
}

REFUSED_TESTS = {
    "callable": "values are plain data",
    "escaped": "nothing is escaped",
    "filter": "the filters of the dialect are fixed",
    "test": "the tests of the dialect are fixed",
    "sameas": 'compare with "=="',
}

METHOD_ADVICE = {
    "strip": 'the filter "trim"',
    "upper": 'the filter "upper"',
    "lower": 'the filter "lower"',
    "title": 'the filter "title"',
    "capitalize": 'the filter "capitalize"',
    "items": 'the filter "items"',
    "join": 'the filter "join"',
    "replace": 'the filter "replace"',
    "format": '"~" between the parts',
    "get": 'x.key with the filter "default"',
    "keys": "a loop over the mapping itself",
    "values": 'a loop over the filter "items"',
    "split": "a list as the input",
    "startswith": "a slice and ==",
    "endswith": "a slice and ==",
    "count": 'the filter "length"',
    "len": 'the filter "length"',
    "str": 'the filter "string"',
    "sorted": 'the filter "sort"',
    "enumerate": "loop.index",
    "range": "a loop over a list",
    "namespace": "a filter on the loop, or a set block",
    "dict": "a literal {…}",
    "cycler": "loop.cycle",
    "joiner": 'the filter "join"',
}
"""What to write instead of calling a method or global function of this name."""
