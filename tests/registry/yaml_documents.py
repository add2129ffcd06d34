"""Hand-picked YAML: documents that would hurt a careless reader, each with words of the message that refuses it."""

from __future__ import annotations

_WORD = "lol"
_BOMB = f"a: &a [{_WORD}, {_WORD}]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
_MERGE_BOMB = "a: &a {x: 1}\n" + "".join(
    f"k{n}: &k{n}\n  <<: [{', '.join(['*a' if n == 0 else f'*k{n - 1}'] * 9)}]\n" for n in range(20)
)

HOSTILE: dict[str, tuple[str, str]] = {
    "30 KB of opening brackets": ("[" * 30_000, "nested more than 20"),
    "30 KB of opening braces": ("{" * 30_000, "nested more than 20"),
    "30 KB of nested mappings": ("{a: " * 7_500, "nested more than 20"),
    "500 levels by indentation": (
        "".join(f"{' ' * n}a:\n" for n in range(500)) + " " * 500 + "b",
        "nested more than 20",
    ),
    "500 dashes on a line": ("- " * 500 + "x", "nested more than 20"),
    "30 KB of question marks": ("? " * 15_000, "nested more than 20"),
    "alias bomb": (_BOMB, "is an anchor"),
    "merge bomb": (_MERGE_BOMB, "merges mappings"),
    "alias to itself": ("&a [*a]", "is an anchor"),
    "anchored key of 30 KB": (f"&{'a' * 30_000} b: c", "is an anchor"),
    "10,000 aliases": ("a: &a 1\nb: [" + "*a, " * 10_000 + "1]\n", "is an alias"),
    "10,000 equal keys": ("a: 1\n" * 10_000, "duplicate key"),
    "Python object": ("a: !!python/object/apply:os.system ['true']\n", "is a tag"),
    "10,000 tags": ("- !!str a\n" * 10_000, "is a tag"),
    "unclosed quote over 30 KB": ('a: "' + "x\n " * 10_000, "never closed"),
    "more than a megabyte": ("a: " + "x" * 1_000_001, "the limit is"),
    "1,000 documents": ("--- a\n" * 1_000, "second YAML document"),
    "integer of 100,000 digits": ("a: " + "9" * 100_000, "more than 300 digits"),
    "hexadecimal of 100,000 digits": ("a: 0x" + "f" * 100_000, "more than 300 digits"),
    "float beyond all": ("a: 1e99999999999", "too large"),
    "30 KB of control characters": ("a: " + "\x01" * 30_000, "control character"),
    "30 KB of carriage returns": ("a: b\r" * 6_000, "lone carriage return"),
    "surrogates": ("a: \ud800\ud800", "surrogate"),
    "20,000 syntax errors": ("a: b: c\n" * 20_000, "not expected here"),
    "escape beyond the last character": ('a: "\\UFFFFFFFF"', "names no character"),
    "1,000 directives": ("%FOO bar\n" * 1_000 + "--- a", "directive"),
    "tag of 30 KB": ("a: !" + "x" * 30_000 + " b", "is a tag"),
}

# All of these are mappings.
ACCEPTED: dict[str, str] = {
    "document marks": "---\na: 1\n...\n",
    "CR LF": "a: 1\r\nb: |\r\n  x\r\n  y\r\n",
    "JSON": '{"a": [1, 2.5, null], "b": {"c": "d"}}',
    "key and value with the same text": "a: a\nb: a\n",
    "equal keys in different mappings": "a: {x: 1}\nb: {x: 1}\n",
    "quoted merge key": "'<<': 1\n",
    "quoted marks": "a: '*b'\nc: '&d'\ne: '!f'\n",
    "exclamation marks in text": "a: Hello ! you\nb: what!\nc: |\n  ! x\n",
    "quoted placeholder": 'a: "{{ x }}"\n',
    "placeholder inside plain text": "a: Dear {{ x }}\n",
    "placeholder in a block": "a: |\n  {{ x }}\n",
    "nested braces with a plain key": "a: {b: {c: 1}}\n",
    "list without extra indentation": "a:\n- 1\n- 2\n",
    "explicit key": "? a\n: b\n",
    "percent sign in text": "a: 5%\nb: |\n  %x\n",
    "three dashes in text": "a: x --- y\nb: |\n  ---\n",
    "astral characters": "🙂: 🙂🙂\né: {ü: 'ß'}\n",
    "escaped control character": 'a: "\\x07\\e"\n',
    "long key in quotes": f"'{'k' * 900}': 1\n",
    "no line end at the end": "a: |\n  x",
    "no-break space": "a: x\xa0y\n",
}

# Messages stand without the path and the colon after it.
REFUSED: dict[str, tuple[str, list[str]]] = {
    "anchor": ("a: &x 1\n", ['1:4: a: "&x" is an anchor; remove it, or quote the value if it is text']),
    "anchor on a mapping": (
        "a: &x\n  b: 1\n",
        ['1:4: a: "&x" is an anchor; remove it, or quote the value if it is text'],
    ),
    "alias": ("a: *x\n", ['1:4: a: "*x" is an alias; write the value out, or quote it if it is text']),
    "tag": ("a: !!str x\n", ['1:4: a: "!!str" is a tag; remove it, or quote the value if it is text']),
    "local tag": ("- a: [!x 1]\n", ['1:7: [0].a[0]: "!x" is a tag; remove it, or quote the value if it is text']),
    "bare tag": ("a: ! b\n", ['1:4: a: "!" is a tag; remove it, or quote the value if it is text']),
    "bare tag in a list": ("a: [! 'b']\n", ['1:5: a[0]: "!" is a tag; remove it, or quote the value if it is text']),
    "merge": ("a:\n  <<: {b: 1}\n", ['2:3: a["<<"]: "<<" merges mappings; write the keys out']),
    "duplicate key": (
        "a:\n  b: 1\n  c: 2\n  b: 3\nx: 1\nx: 2\n",
        [
            '4:3: a.b: duplicate key "b", first written on line 2',
            '6:1: x: duplicate key "x", first written on line 5',
        ],
    ),
    "duplicate key in other quotes": ("a: 1\n'a': 2\n", ['2:1: a: duplicate key "a", first written on line 1']),
    "list as key": (
        "a:\n  ? [b]\n  : c\n",
        ["2:5: a: a list cannot be a key; write a plain word before the colon, or quote the value if it is text"],
    ),
    "missing key": (
        "a: 1\n: 2\n",
        ["2:1: a key is missing before the colon"],
    ),
    "missing colon": ("a: 1\nfoo bar\nb: &c 1\n", ['2:1: expected ": " after "foo bar"']),
    "placeholder": (
        "a:\n  - text: {{ x }}\n  - {{ y }} and text\n",
        [
            '2:11: a[0].text: YAML reads "{{" as a mapping; quote the value: "{{ … }}"',
            '3:5: a[1]: YAML reads "{{" as a mapping; quote the value: "{{ … }}"',
        ],
    ),
    "placeholder with a filter": (
        "a: {{ x | join(', ') }}\nb: &c 1\n",
        [
            '1:4: a: YAML reads "{{" as a mapping; quote the value: "{{ … }}"',
            '2:4: b: "&c" is an anchor; remove it, or quote the value if it is text',
        ],
    ),
    "statement": (
        "a: {% if x %}\n",
        ['1:4: a: YAML reads "{%" as a mapping; quote the value: "{% … %}"'],
    ),
    "percent sign": ("a: %b\n", ['1:4: a: a plain value cannot start with "%"; quote it']),
    "several documents": ("a: 1\n---\nb: 2\n", ["2:1: a second YAML document; one file holds one"]),
    "directive": ("%YAML 1.2\n---\na: 1\n", ['1:1: a "%" directive; write plain YAML without one']),
    "tag directive": ("# note\n%TAG ! x\n---\na: 1\n", ['1:1: a "%" directive; write plain YAML without one']),
    "anchor and tag": (
        "a: &x !y b\n",
        [
            '1:4: a: "&x" is an anchor; remove it, or quote the value if it is text',
            '1:4: a: "!y" is a tag; remove it, or quote the value if it is text',
        ],
    ),
    "placeholder inside braces": (
        "a:\n  - {text: {{ x }} and more, b: 1}\n",
        ['2:12: a[0].text: YAML reads "{{" as a mapping; quote the value: "{{ … }}"'],
    ),
    "infinity": ("a: [.inf]\n", ["1:5: a[0]: .inf is not a number that JSON can hold; quote it if it is text"]),
    "tab": ("a:\n\t- b\n", ["2:1: a tab cannot indent YAML; use spaces"]),
    "second colon": (
        "a: b: c\n",
        ['1:5: a: a ":" with a value is not expected here; quote the text if it holds ": ", or check the indentation'],
    ),
    "text after a quote": (
        'a: "b" c\n',
        ["1:8: a: nothing may follow the closing quote; put quotes around the whole value"],
    ),
    "quote that never closes": ('a: "b\nc: 1\n', ["1:4: a: the quote opened on line 1 is never closed"]),
    "quote that closes too late": (
        'a: "b\nc: "d"\n',
        ["1:4: a: this quote closes only on line 2, before more text; close it earlier"],
    ),
    "bracket that never closes": (
        "a: [b\nc: 1\n",
        ['2:2: expected "," or the closing bracket of what opens on line 1'],
    ),
    "wrong indentation": (
        "a:\n  - b\n c: 1\n",
        ["3:2: this does not fit what starts on line 1, column 1; check the indentation, or quote the value"],
    ),
    "star": ("a: **b**\n", ['1:4: a: "*" and "&" cannot start a plain value; quote the value if it is text']),
    "at sign": ("a: @b\n", ['1:4: a: a plain value cannot start with "@"; quote it']),
    "backtick": ("a: `b`\n", ["1:4: a: a plain value cannot start with a backtick; quote it"]),
    "unknown escape": (
        'a: "\\d"\n',
        ["1:5: a: unknown escape in double quotes; write a backslash as two, or use single quotes"],
    ),
    "half an escape": ('a: "\\ud83d"\nb: 1\n', ["1:7: a: this escape names no character"]),
    "block header": (
        "a: |x\n  b: e\nc: *d\n",
        [
            '1:5: a: only a comment may follow "|" or ">" on its line; quote the value if it is text',
            '3:4: c: "*d" is an alias; write the value out, or quote it if it is text',
        ],
    ),
    "control characters": (
        "a: \x01b\nc: d\x7f\n",
        [
            '1:4: control character U+0001; in double quotes it can be written "\\x01"',
            '2:5: control character U+007F; in double quotes it can be written "\\x7f"',
        ],
    ),
    "lone carriage returns": (
        "a: 1\rb: 2\r\nc: 3\r",
        [
            "1:5: a lone carriage return; lines end with LF or CR LF",
            "2:5: a lone carriage return; lines end with LF or CR LF",
        ],
    ),
    "byte order mark": (
        "\ufeffa: 1\na: \ufeff\n",
        [
            "1:1: a byte order mark (U+FEFF); save the file as UTF-8 without one",
            '2:1: a: duplicate key "a", first written on line 1',
            "2:4: a byte order mark (U+FEFF); save the file as UTF-8 without one",
        ],
    ),
}
