"""Which texts reach a model."""

# ruff: noqa: E501  (a program is one line of a table)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.lint.calls.sinks import TABLE, find_sink, mentions_sink
from tests.lint.calls.reading import read, sent_of

START = "from openai import OpenAI\nclient = OpenAI()\n"
SEND = "client.chat.completions.create(messages=m)"

FOUND = {
    "azure": ("import openai\nopenai.AzureOpenAI().responses.create(input='T')", [("OpenAI", "user", "T")]),
    "with": ("import openai\nwith openai.OpenAI() as c:\n    c.completions.create(prompt='T')", [("OpenAI", "user", "T")]),
    "old": ("import openai\nopenai.ChatCompletion.create(messages=[{'role': 'system', 'content': 'T'}])",
            [("OpenAI", "system", "T")]),
    "options": (START + "client.with_options(timeout=3).responses.create(input='T')", [("OpenAI", "user", "T")]),
    "raw response": (START + "client.responses.with_raw_response.create(input='T')", [("OpenAI", "user", "T")]),
    "bound method": (START + "send = client.responses.create\nsend(input='T')", [("OpenAI", "user", "T")]),
    "self": ("import anthropic\nclass A:\n    def __init__(self, c: anthropic.Anthropic | None = None):\n"
             "        self.c = c or anthropic.Anthropic()\n    def f(self):\n        self.c.messages.create(system='T')",
             [("Anthropic", "system", "T")]),
    "parts": (START + "m = [{'role': 'user', 'content': [{'type': 'text', 'text': 'T'}, {'type': 'image_url'}]}]\n" + SEND,
              [("OpenAI", "user", "T")]),
    "appended": (START + "m = []\nm.append({'role': 'user', 'content': 'T'})\nm.extend([{'role': 'system', 'content': 'U'}])\n"
                 + SEND, [("OpenAI", "user", "T"), ("OpenAI", "system", "U")]),
    "message by name": (START + "one = {'role': 'user', 'content': 'T'}\nm = [one]\n" + SEND, [("OpenAI", "user", "T")]),
    "added lists": (START + "m = [{'role': 'user', 'content': 'T'}] + more\n" + SEND, [("OpenAI", "user", "T")]),
    "starred list": (START + "x = [{'role': 'user', 'content': 'T'}]\nm = [*x]\n" + SEND, [("OpenAI", "user", "T")]),
    "either": (START + "client.responses.create(input=[{'role': 'user', 'content': 'T'}])", [("OpenAI", "user", "T")]),
    "helper of a helper": (START + "def a(t):\n    b(text=t)\ndef b(text):\n    client.responses.create(input=text)\na('T')",
                           [("OpenAI", "user", "T")]),
    "method": (START + "class A:\n    def ask(self, t, *, s='S'):\n        client.responses.create(input=t, instructions=s)\n"
               "    def go(self):\n        self.ask('T')", [("OpenAI", "system", "S"), ("OpenAI", "user", "T")]),
    "attribute": (START + "class A:\n    S = 'T'\n    def __init__(self):\n        self.p = 'U'\n    def f(self):\n"
                  "        client.responses.create(input=self.p, instructions=A.S)",
                  [("OpenAI", "system", "T"), ("OpenAI", "user", "U")]),
    "pairs": ("from langchain_core.prompts import ChatPromptTemplate as C\nC.from_messages([('system', 'T'), ('human', 'U')])",
              [("LangChain", "system", "T"), ("LangChain", "user", "U")]),
    "chat model": ("from langchain_openai import ChatOpenAI\nChatOpenAI().invoke('T')", [("LangChain", "user", "T")]),
    "litellm positions": ("import litellm\nlitellm.completion('m', [{'role': 'user', 'content': 'T'}])",
                          [("LiteLLM", "user", "T")]),
    "google": ("from google import genai\nc = genai.Client()\nc.models.generate_content(contents=['T', image])",
               [("Google", "user", "T")]),
    "recursion": (START + "def f(t):\n    f(t + 'x')\n    client.responses.create(input=t)\nf('T')",
                  [("OpenAI", "user", "x"), ("OpenAI", "user", "T")]),
}  # fmt: skip

SILENT = {
    "another client": "import openai\nfrom mine import Client\nClient().responses.create(input='T')",
    "no import": "client = OpenAI()  # of openai\nclient.responses.create(input='T')",
    "untyped parameter": "import openai\ndef f(client):\n    client.responses.create(input='T')",
    "other argument": START + "client.responses.create(model='T', input=x)",
    "embedding": START + "client.embeddings.create(input='T')",
    "no role": START + "m = [{'content': 'T'}]\n" + SEND,
    "a value alone": START + "client.responses.create(input=f(x))",
}


@pytest.mark.parametrize(("source", "expected"), FOUND.values(), ids=FOUND.keys())
def test_found(source: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert sent_of(source) == expected


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT.keys())
def test_silent(source: str) -> None:
    assert sent_of(source) == []


SHAPES = {
    "plain": "'a' 'b' + 'c' + client2",
    "f-string": "f'a {x} b'",
    "concatenation": "'a ' + x",
    "percent": "'a %s' % x",
    "format": "'a {}'.format(x)",
    "join": "' '.join(['a', x])",
}


@pytest.mark.parametrize(("how", "code"), SHAPES.items(), ids=SHAPES.keys())
def test_shapes(how: str, code: str) -> None:
    [sent] = read(f"{START}client2 = 'constant'\nclient.responses.create(input={code})").sent
    assert sent.text.how == how


def test_attributes_that_are_changed_grow() -> None:
    code = "class A:\n    def f(self):\n        self.p = 'U'\n        self.p += 'V'\n        client.responses.create(input=self.p)"
    assert [one.is_grown for one in read(START + code).sent] == [True]


@given(st.data())
def test_the_filter_knows_every_function_of_the_table(data: st.DataObject) -> None:
    pattern, sink = data.draw(st.sampled_from(TABLE))
    path = data.draw(st.from_regex(pattern, fullmatch=True).filter(str.isascii))
    assert find_sink(path) is not None
    assert mentions_sink(f"x = {path}".encode()), sink


def test_what_grows_says_so() -> None:
    sent = read(START + "p = 'a'\np += 'b'\nclient.responses.create(input=p)").sent
    assert [one.is_grown for one in sent] == [True, True]
