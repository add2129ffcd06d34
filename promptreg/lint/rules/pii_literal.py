"""Personal data that is written into a prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head

__all__ = ["RULE"]

_EMAIL = re.compile(r"(?<![\w.+$:/-])([A-Za-z0-9][\w.+-]*)@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})(?![\w-])")
_CARD = re.compile(r"(?<![\w.-])[3-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_RESERVED = re.compile(
    r"(?:^|\.)(?:example|test|invalid|localhost|local|internal)$|(?:^|\.)(?:example|test|noreply|contoso|fabrikam|acme|company|domain|email)\.\w+$",
    re.IGNORECASE,
)
_ROLES = frozenset(
    ("admin", "billing", "careers", "contact", "contracts", "hello", "help", "hr", "info", "jobs", "legal", "mail",
     "marketing", "news", "noreply", "no-reply", "office", "press", "privacy", "sales", "security", "service",
     "support", "team", "user", "username", "you", "your", "name", "someone", "user1", "git", "abuse", "postmaster",
     "webmaster")
)  # fmt: skip
_SAMPLES = frozenset(("4111111111111111", "4242424242424242", "5555555555554444", "378282246310005", "4012888888881881",
                      "6011111111111117", "5105105105105100", "30569309025904", "DE89370400440532013000",
                      "GB29NWBK60161331926819", "GB82WEST12345698765432", "FR1420041010050500013M02606",
                      "NL91ABNA0417164300", "AT611904300234573201", "CH9300762011623852957"))  # fmt: skip


def _check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = head.source.text
    if "@" in text:
        for found in _EMAIL.finditer(text):
            if not _RESERVED.search(found.group(2)) and found.group(1).lower() not in _ROLES:
                yield _hit(head, found, "the e-mail address of somebody")
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if 13 <= len(digits) <= 19 and _is_luhn(digits) and digits not in _SAMPLES and len(set(digits)) > 4:
            yield _hit(head, found, "the number of a payment card")
    for found in _IBAN.finditer(text):
        number = found.group().replace(" ", "")
        if 15 <= len(number) <= 34 and _is_iban(number) and number not in _SAMPLES:
            yield _hit(head, found, "the number of a bank account")


def _hit(head: Head, found: re.Match[str], what: str) -> Hit:
    return Hit(f"the file holds {what}", Place(head.source, found.start(), found.end()), secret=True)


def _is_luhn(digits: str) -> bool:
    total = 0
    for number, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if number % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_iban(number: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as numbers from 10; the remainder by 97 is 1."""
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


RULE = Rule(
    name="pii-literal",
    code="SEC004",
    summary="An e-mail address, card or account number of somebody is written into a component or prompt.",
    scope="head",
    check=_check,
    severity="note",
    standing="off",
)
