"""Secrets are told from samples by checksums and disorder."""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from binascii import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.lint.secrets import secrets_in

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def signed(prefix: str, body: str) -> str:
    number, digits = crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return f"{prefix}{body}{digits}"


def token(size: int, alphabet: str = BASE62) -> str:
    return "".join(random.Random(size).choices(alphabet, k=size))


def web_token(payload: bytes) -> str:
    parts = [urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256"}', payload)]
    return ".".join([*parts, token(43)])


KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + token(128) + "\n-----END RSA PRIVATE KEY-----"
REAL = {
    "github": signed("ghp_", token(30)),
    "npm": signed("npm_", token(30)),
    "aws": "AKIA" + token(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "gitlab": "glpat-" + token(20),
    "google": "AIza" + token(35),
    "stripe": "sk_live_" + token(30),
    "anthropic": "sk-ant-api03-" + token(95),
    "openai": "sk-proj-" + token(40) + "T3BlbkFJ" + token(41),
    "slack": "xoxb-927364518203-" + token(24),
    "huggingface": "hf_" + token(34, BASE62[10:]),
    "web-token": web_token(b'{"sub":"81734","scope":"all"}'),
    "private-key": KEY,
    "address": "postgres://reader:k7Rq92vTmZ@db.acme.io/sales",
}
SAMPLES = {
    "aws-manual": "AKIAIOSFODNN7EXAMPLE",
    "crossed-out": "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
    "web-token-of-the-manuals": web_token(b'{"sub":"1234567890","name":"John Doe"}'),
    "address-of-the-manuals": "https://user:password@example.org",
    "variable-in-an-address": "https://user:$PASSWORD@db.acme.io and https://user:{{ password }}@db",
    "short-key": "-----BEGIN PRIVATE KEY-----\nMIIEv...\n-----END PRIVATE KEY-----",
    "hash": "https://github.com/a/b/commit/3f2a9c41d07b88e65f13a2b4c9d0e7f6a1b2c3d4",
    "longer-word": "xAKIA" + token(20, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_ones_are_found_whole(name: str) -> None:
    text = f"before {REAL[name]} after"
    (found,) = secrets_in(text)
    assert text[found.start : found.end] in REAL[name]
    assert found.what


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_not(name: str) -> None:
    assert list(secrets_in(SAMPLES[name])) == []


@given(st.text(BASE62, min_size=36, max_size=36))
def test_a_token_without_its_checksum_is_none(body: str) -> None:
    expected = signed("ghp_", body[:30]) == f"ghp_{body}"
    assert bool(list(secrets_in(f"ghp_{body}"))) == expected


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in secrets_in(text))
