"""Which expressions are the registry of the project: those that the file proves, and no others."""

# ruff: noqa: E501  (a program is one line of a table)

from __future__ import annotations

import pytest

from tests.lint.calls.reading import calls_of

FOUND = {
    "module and name": "import promptreg\nreg = promptreg.load()\nreg.render('chat')",
    "module alias": "import promptreg as pr\npr.load('prompts').render('chat')",
    "function alias": "from promptreg import load as opened\nopened('./prompts').render('chat')",
    "api module": "from promptreg.api import load\nload().render('chat')",
    "assigned function": "import promptreg\nload = promptreg.load\nload().render('chat')",
    "assigned method": "import promptreg\nrender = promptreg.load().render\nrender('chat')",
    "second name": "import promptreg\na = promptreg.load()\nb = a\nb.render('chat')",
    "walrus": "import promptreg\nif reg := promptreg.load():\n    reg.render('chat')",
    "in a function": "import promptreg\nreg = promptreg.load()\ndef f():\n    return lambda: reg.render('chat')",
    "global": "import promptreg\nreg = None\ndef start():\n    global reg\n    reg = promptreg.load()\ndef f():\n"
    "    reg.render('chat')",
    "parameter": "from promptreg import Registry\ndef f(reg: Registry):\n    reg.render('chat')",
    "text annotation": "import promptreg\ndef f(*, reg: 'promptreg.Registry | None' = None):\n    reg.render('chat')",
    "optional": "import promptreg\nfrom typing import Optional\ndef f(r: Optional[promptreg.Registry]):\n"
    "    r.render('chat')",
    "annotated": "from typing import Annotated\nfrom promptreg import Registry\nasync def f(r: Annotated[Registry, 1]):\n"
    "    r.render('chat')",
    "type checking": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from promptreg import Registry\n"
    "def f(r: 'Registry'):\n    r.render('chat')",
    "annotated variable": "import promptreg\nreg: promptreg.Registry\nreg.render('chat')",
    "self": "import promptreg\nclass A:\n    def __init__(this):\n        this.reg = promptreg.load()\n    def f(me):\n"
    "        me.reg.render('chat')",
    "field": "from promptreg import Registry\nclass A:\n    reg: Registry\n    def f(self):\n        self.reg.render('chat')",
    "instance": "import promptreg\nclass A:\n    reg = promptreg.load()\nA().reg.render('chat')",
    "parameter to self": "from promptreg import Registry\nclass A:\n    def __init__(self, reg: Registry):\n"
    "        self._reg = reg\n    def f(self):\n        self._reg.render('chat')",
    "function that returns": "import functools\nimport promptreg\n@functools.cache\ndef reg():\n    return promptreg.load()\n"
    "reg().render('chat')",
    "annotated function": "import promptreg\nasync def reg() -> promptreg.Registry: ...\nasync def f():\n"
    "    (await reg()).render('chat')",
    "property": "import promptreg\nclass A:\n    @property\n    def reg(self):\n        return promptreg.load()\n"
    "    def f(self):\n        self.reg.render('chat')",
    "folder of the file": "import promptreg\nfrom pathlib import Path\n"
    "promptreg.load(Path(__file__).parent / 'prompts').render('chat')",
    "folder joined": "import os, promptreg\npromptreg.load(os.path.join(os.path.dirname(__file__), 'prompts')).render('chat')",
    "folder below something": "import promptreg, settings\npromptreg.load(settings.ROOT / 'prompts').render('chat')",
    "bundle of a package": "import promptreg\npromptreg.load_bundle(package='app').render('chat')",
    "cast": "import typing\nimport promptreg\ndef f(x):\n    typing.cast('promptreg.Registry', x).render('chat')",
    "tuple": "import promptreg\nreg, x = promptreg.load(), 1\nreg.render('chat')",
}

SILENT = {
    "another library": "import promptreg\nimport jinja2\njinja2.Environment().render('x')",
    "no annotation": "import promptreg\ndef f(reg):\n    reg.render('x')",
    "bound twice": "import promptreg\nreg = promptreg.load()\nreg = Other()\nreg.render('x')",
    "loop variable": "import promptreg\nreg = promptreg.load()\nfor reg in xs: ...\nreg.render('x')",
    "shadowed by a parameter": "import promptreg\nreg = promptreg.load()\ndef f(reg):\n    reg.render('x')",
    "name of another class": "from mine import Registry\nimport promptreg\ndef f(reg: Registry):\n    reg.render('x')",
    "another folder": "import promptreg\npromptreg.load('other').render('x')",
    "another folder below": "import promptreg\npromptreg.load('prompts/inner').render('x')",
    "folder unknown": "import promptreg, settings\npromptreg.load(settings.PROMPTS).render('x')",
    "bundle unknown": "import promptreg, settings\npromptreg.load_bundle(settings.BUNDLE).render('x')",
    "the past": "import promptreg\npromptreg.load(at='main~3').render('x')",
    "staged": "import promptreg\npromptreg.load(staged=True).render('x')",
    "class scope": "import promptreg\nclass A:\n    reg = promptreg.load()\n    def f(self):\n        reg.render('x')",
    "two kinds of union": "import promptreg\ndef f(reg: promptreg.Registry | Other):\n    reg.render('x')",
    "unknown decorator": "import promptreg\n@mystery\ndef reg():\n    return promptreg.load()\nreg().render('x')",
    "comprehension variable": "import promptreg\nreg = promptreg.load()\n[reg.render('x') for reg in xs]",
    "except": "import promptreg\nreg = promptreg.load()\ntry: ...\nexcept E as reg: ...\nreg.render('x')",
    "given or default": "import promptreg\ndef f(reg=None):\n    reg = reg or promptreg.load()\n    reg.render('x')",
    "a method named like a type": "import promptreg\nclass A:\n    def list(self) -> list: ...\n"
    "    def other(self) -> 'list[int]': ...\n    def f(self):\n        self.list().render('x')",
    "functions in a circle": "import promptreg\ndef a():\n    return b()\ndef b():\n    return a()\na().render('x')",
    "a circle": "import promptreg\na = b\nb = a\na.render('x')",
    "relative import": "from . import promptreg\npromptreg.load().render('x')",
}


@pytest.mark.parametrize("source", FOUND.values(), ids=FOUND.keys())
def test_proven(source: str) -> None:
    assert calls_of(source) == [("render", "chat")]


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT.keys())
def test_not_proven(source: str) -> None:
    assert calls_of(source) == []


def test_registries_of_tests_in_temporary_folders_are_left_alone() -> None:
    source = "import promptreg\ndef test(tmp_path):\n    promptreg.load(tmp_path / 'prompts').render('x')"
    assert calls_of(source, "tests/test_app.py") == []
    assert calls_of(source, "src/app.py") == [("render", "x")]
    assert calls_of("import promptreg\npromptreg.load('prompts').render('x')", "tests/test_app.py") == [("render", "x")]
    handed = "from promptreg import Registry\ndef test(reg: Registry):\n    reg.render('x')"
    assert calls_of(handed, "tests/test_app.py") == []
    assert calls_of(handed, "src/app.py") == [("render", "x")]


REFS = {
    "constant": ("NAME = 'chat'\nreg.render(NAME)", [("render", "chat")]),
    "condition": ("reg.render('a' if x else 'b')", [("render", "a"), ("render", "b")]),
    "keyword": ("reg.render(ref='chat')", [("render", "chat")]),
    "list": ("reg.require(['a', *more, 'b'])", [("require", "a"), ("require", "b")]),
    "one of many": ("reg.require('a')", [("require", "a")]),
    "changed constant": ("NAME = 'a'\nNAME += 'b'\nreg.render(NAME)", [("render", None)]),
    "f-string": ("reg.render(f'{x}')", [("render", None)]),
    "spread": ("reg.render(*args)", []),
    "other methods": ("reg.items()\nreg.sample('chat', 'x')\nreg.tree('chat')", [("sample", "chat"), ("tree", "chat")]),
}


@pytest.mark.parametrize(("code", "expected"), REFS.values(), ids=REFS.keys())
def test_refs(code: str, expected: list[tuple[str, str | None]]) -> None:
    assert calls_of(f"import promptreg\nreg = promptreg.load()\n{code}") == expected
