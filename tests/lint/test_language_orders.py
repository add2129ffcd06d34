"""Orders to use one language, and everything that looks like one."""

from __future__ import annotations

import pytest

from promptreg.lint.language_orders import orders_in
from promptreg.lint.plain import examples_in, plain_of, without
from promptreg.markdown.blocks import read_blocks


def found(text: str) -> list[str]:
    plain = without(plain_of(text, read_blocks(text)), examples_in(text))
    return [text[order.start : order.end] for order in orders_in(plain)]


ORDERS = {
    "Answer in English.": "English",
    "- Write your reply to the customer in plain English.": "English",
    "You answer questions about orders. Always respond in German, even if the customer writes in French.": "German",
    "You must reply only in Spanish": "Spanish",
    "Please answer all questions of the user in Brazilian Portuguese.": "Portuguese",
    "Think first, and then write the summary in French.": "French",
    "Your answers must be written in English only.": "English",
    "All output should be in English.": "English",
    "Use British English spelling.": "English",
    "The evaluation result should be written in English.": "English",
    "* The questions must be in French.": "French",
    "Speak Italian.": "Italian",
    "**Output language:** English": "English",
    "The language of your answer is Dutch.": "Dutch",
    "You are a friendly German-speaking assistant.": "German",
    "Translate the user's message into French.": "French",
    "<instructions>\nSummarize the text in English.\n</instructions>": "English",
    "3. Return the explanation in *English*.": "English",
    "Antworte immer auf Deutsch.": "Deutsch",
    "Répondez toujours en français.": "français",
    "请用中文回答。": "中文",
    "必ず日本語で回答してください。": "日本語",
    "Write clean, idiomatic Python code.": "Python",
    "You are an expert Python developer.": "Python",
    "You are a senior Java code reviewer. Be strict.": "Java",
    "Implement the function in Go.": "Go",
    "Review the following TypeScript code for defects.": "TypeScript",
    "Your code must be valid Python 3.12.": "Python",
    "Only write C++.": "C++",
    "Return the complete program in Rust": "Rust",
    "Explain the given Kotlin function step by step.": "Kotlin",
}

SILENT = (
    "Answer in English if the language is not known.",
    "Unless told otherwise, answer in English.",
    "Answer in the user's language. By default, write in English.",
    "Do not answer in English.",
    "Never write in German.",
    "Answer in English or German.",
    "The customer may write in German. Answer politely.",
    "The documents are written in English.",
    "Customers who write in French get a reply from the French team.",
    "Write function names in English.",
    "Write all comments and identifiers in English.",
    "Write the keys of the JSON object in English and the values in the language of the text.",
    "Translate the text from German.",
    "For example, answer in English.",
    "The user may ask: \"Answer in English please\"",
    "`Answer in English.`",
    "```\nAnswer in English.\n```",
    "<example>\nAnswer in English.\n</example>",
    "## Examples\n\nAnswer in English.\n",
    "User: Answer in English.\nAssistant: OK.",
    "Supported languages: English, German, French.",
    "This book explains English grammar in English lessons.",
    "If the user does not name a language:\n- Answer in English.",
    "Explain what the word means in English.",
    "You are an English teacher.",
    "Polish the answer. Then answer in polish words.",
    "In Python, indentation matters.",
    "Languages such as Python need a runtime. Write code in Python or Go.",
    "Python: mutable default arguments, late binding.",
    "Run the code with the Python tool.",
    "The text must be in English.",
    "JSON keys must be in English. Column names must be written in English.",
    "If the question is not in English, answer in the language used in the question.",
    "- If the prompt is in Chinese: write the entire report in Chinese.",
    "Translate the sentence to English if it is not in English.",
    "Keep technical terms like token in English.",
    "Use informal speech (du, not Sie, in German).",
    "Default to English if none exist.",
    "Go through the list and write the answer. Then go on.",
    "If the file ends in .py, write Python code.",
    "The Swift reply is appreciated. Write a swift answer.",
    "Use Python to compute the result.",
    "Compare the code with idiomatic Java code.",
    "Write a poem about Java coffee.",
)  # fmt: skip


@pytest.mark.parametrize(("text", "name"), ORDERS.items(), ids=list(ORDERS))
def test_an_order_is_found_with_the_name_of_its_language(text: str, name: str) -> None:
    assert set(found(text)) == {name}


@pytest.mark.parametrize("text", SILENT)
def test_what_is_no_order_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_word_is_the_place_and_translations_are_told_apart() -> None:
    text = "Be kind.\n- Translate it to *Spanish*."
    (order,) = orders_in(text)
    assert text[order.start : order.end] == "Spanish"
    assert (order.kind, order.task) == ("natural", "translate")
