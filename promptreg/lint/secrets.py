"""Secrets in a text: tokens with a known form, private keys, signed tokens, passwords in addresses.

Each form has what tells a real one from a sample: a checksum where there is one, else the disorder of its characters.
Sources: the token formats that the services document (GitHub's carry a CRC-32 since 2021, npm's too).
"""

from __future__ import annotations

import json
import math
import re
from base64 import urlsafe_b64decode
from binascii import crc32
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["Secret", "secrets_in"]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAMPLE = re.compile(
    r"example|sample|dummy|fake|placeholder|your|test|xxxx|0000|1234|abcd|qwer|redacted|changeme|secret|password"
    r"|(.)\1{4}",
    re.IGNORECASE,
)


class Secret(NamedTuple):
    """A secret at `start:end`, and what it is in words."""

    start: int
    end: int
    what: str


class _Form(NamedTuple):
    what: str
    needle: str
    pattern: re.Pattern[str]
    is_real: Callable[[str], bool]


def secrets_in(text: str) -> Iterator[Secret]:
    """Every secret in a text, form by form; of those that overlap the first form that finds it."""
    taken: list[tuple[int, int]] = []
    for form in _FORMS:
        if form.needle not in text:
            continue
        for found in form.pattern.finditer(text):
            start, end = found.span(found.lastindex or 0)
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            if form.is_real(text[start:end]):
                taken.append((start, end))
                yield Secret(start, end, form.what)


def _bits(text: str) -> float:
    """Shannon entropy of the characters of a text, in bits a character."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values())


def _is_random(text: str) -> bool:
    """Whether the characters of a token are in disorder, and no word says that it is a sample.

    Drawn at random from 62 characters, 99.9 % of tokens of 20 characters have at least 3.4 bits; of 16 characters
    from 32, 99.9 % have at least 2.9.
    """
    return _bits(text) >= (3.2 if len(text) >= 20 else 2.9) and not _SAMPLE.search(text)


def _after(prefix: str) -> Callable[[str], bool]:
    return lambda text: _is_random(text.removeprefix(prefix))


def _has_checksum(text: str) -> bool:
    """Tokens of GitHub and npm end in the CRC-32 of what stands between prefix and checksum, in base 62."""
    body = text.split("_", 1)[1]
    number, digits = crc32(body[:-6].encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits == body[-6:]


def _is_signed(text: str) -> bool:
    """A JSON Web Token: header and payload are JSON objects, and it is not the one that every manual shows."""
    try:
        header, payload = (json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in text.split(".")[:2])
    except ValueError:
        return False
    return isinstance(header, dict) and "alg" in header and isinstance(payload, dict) and _is_own(payload)


def _is_own(payload: dict[str, object]) -> bool:
    return payload.get("name") != "John Doe" and payload.get("sub") != "1234567890"


def _is_key(text: str) -> bool:
    body = "".join(text.split("-----")[2].split())
    return len(body) >= 64 and _bits(body) >= 4.5 and not _SAMPLE.search(body[:40])


def _is_password(text: str) -> bool:
    plain = text.lower()
    return len(text) >= 8 and _bits(text) >= 2.75 and plain not in ("password", "username") and _is_random_word(text)


def _is_random_word(text: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return sum(any(map(kind, text)) for kind in kinds) >= 2 and not _SAMPLE.search(text)


def _form(what: str, needle: str, pattern: str, is_real: Callable[[str], bool] | None = None) -> _Form:
    return _Form(what, needle, re.compile(pattern), is_real or _after(needle))


_FORMS = (
    _form(
        "a private key",
        "PRIVATE KEY-----",
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{60,20000}-----END (?:[A-Z]+ )?PRIVATE KEY-----",
        _is_key,
    ),
    _form("an access key of AWS", "AKIA", r"(?<![A-Z0-9])AKIA[A-Z2-7]{16}(?![A-Z0-9])"),
    *(
        _form("a token of GitHub", f"gh{kind}_", rf"\bgh{kind}_[A-Za-z0-9]{{36}}(?![A-Za-z0-9])", _has_checksum)
        for kind in "pousr"
    ),
    _form("a token of GitHub", "github_pat_", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])"),
    _form("a token of npm", "npm_", r"\bnpm_[A-Za-z0-9]{36}(?![A-Za-z0-9])", _has_checksum),
    _form("a token of GitLab", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20}(?![A-Za-z0-9_-])"),
    _form("a key of Anthropic", "sk-ant-", r"\bsk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{80,120}(?![A-Za-z0-9_-])"),
    _form("a key of OpenAI", "T3BlbkFJ", r"\bsk-[A-Za-z0-9_-]{16,120}T3BlbkFJ[A-Za-z0-9_-]{16,120}(?![A-Za-z0-9_-])"),
    _form("a key of Stripe", "_live_", r"\b[sr]k_live_[A-Za-z0-9]{24,99}(?![A-Za-z0-9])"),
    _form("a key of Google", "AIza", r"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _form("a token of Slack", "xox", r"\bxox[abeprs]-(?:[0-9]{8,14}-){1,3}[A-Za-z0-9]{20,64}(?![A-Za-z0-9])"),
    _form("a token of Hugging Face", "hf_", r"\bhf_[A-Za-z]{34}(?![A-Za-z0-9])"),
    _form("a key of SendGrid", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    _form("a signed token", "eyJ", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}", _is_signed),
    _form(
        "a password in an address", "://", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@{}<>\"'`]+:([^\s/:@{}<>\"'`$]+)@(?=[\w.-])",
        _is_password,
    ),
)  # fmt: skip
