"""What cannot be proven stays in the code, with place and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptreg.errors import InvalidFile, UsageError
from tests.interop.extract.programs import Project
from tests.interop.extract.test_same_text import OPENAI

REFUSED = {
    "grown": ('p = "Read this: "\n    p += text\n    client.responses.create(input=p)', "several statements"),
    "unknown first operand": ('client.responses.create(input=text + " is read.")', "nothing says that text is text"),
    "star arguments": ('client.responses.create(input="{} and {}.".format(*text))', "are not written one by one"),
    "a mapping": ('client.responses.create(input="%(a)s and more." % text)', "are not written one by one"),
    "a value used twice": ('client.responses.create(input="{0} and {0}.".format(make()))', "more than once"),
    "another order": ('client.responses.create(input="{1} and {0}.".format(make(), make()))', "another order"),
    "an unused value": ('client.responses.create(input="{0} and.".format(text, make()))', "is worked out and not used"),
    "a field in a format": ('client.responses.create(input="{0:{1}} and.".format(text, 3))', "a field of its own"),
    "dedent of values": (
        'import textwrap\n    client.responses.create(input=textwrap.dedent(f"  a {text}\\n  b."))',
        "works on the values inside of the text too",
    ),
    "strip of values": ('client.responses.create(input=f" {text} ends.".strip())', "works on the values"),
    "inside of an f-string": ('f"{client.responses.create(input=' + "'Some text.'" + ')}"', "inside of an f-string"),
    "half a character": ('client.responses.create(input="a \\ud800 b.")', "surrogate"),
    "a template of LangChain": (
        'from langchain_core.prompts import PromptTemplate\n    PromptTemplate.from_template("A {x} text.")',
        "template of another library",
    ),
    "a last value": ('client.responses.create(input=f"Read {text}")', "it ends with text"),
    "a last value behind a number": ('client.responses.create(input="Read " + text + "\\n")', "it ends with text"),
}


@pytest.mark.parametrize(("code", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(code: str, reason: str, tmp_path: Path) -> None:
    source = f"{OPENAI}\ndef main(text, make=None):\n    {code}\n"
    project = Project(tmp_path, source)
    found = project.apply()
    assert not found.plan.proposals
    assert any(reason in refusal.reason for refusal in found.plan.refusals)
    assert all(refusal.place.source.location(refusal.place.start).line >= 5 for refusal in found.plan.refusals)
    assert project.file.read_bytes() == source.encode()


def test_one_refusal_does_not_keep_others_from_being_moved(tmp_path: Path) -> None:
    code = """
def main(text):
    client.chat.completions.create(
        messages=[{"role": "system", "content": "You are short."}, {"role": "user", "content": f"Read {text}"}]
    )
"""
    found = Project(tmp_path, OPENAI + code).apply()
    assert [one.form for one in found.plan.proposals] == ["text"]
    assert len(found.plan.refusals) == 1
    assert 'f"Read {text}"' in found.after


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("def (:\n", "src/app.py:1:5: cannot be parsed: invalid syntax", id="no Python"),
        pytest.param("# coding: utf-8\nx = '\xff'\n".encode("latin-1"), "is not the text", id="not its encoding"),
    ],
)
def test_what_is_no_python(source: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        Project(tmp_path, source).found()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            OPENAI + "from os.path import *\nclient.responses.create(input='A text.')\n", "may replace", id="star"
        ),
        pytest.param(
            OPENAI.replace("\n", "\r") + "client.responses.create(input='A text.')\r", "byte for byte", id="CR"
        ),
    ],
)
def test_files_that_cannot_be_rewritten(source: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Project(tmp_path, source).found()
    assert message in str(caught.value)
    assert "src/app.py" in str(caught.value)


def test_without_libcst_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "libcst", None)
    with pytest.raises(UsageError) as caught:
        Project(tmp_path, "x = 1\n").found()
    assert "pip install 'promptreg[extract]'" in str(caught.value)
