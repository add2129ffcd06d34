"""Patterns that keep a backtracking matcher busy for hours or years, each with a text that makes it so."""

from __future__ import annotations

__all__ = ["EVIL"]

A = "a" * 3_000 + "!"
WORDS = "word " * 500 + "!"

EVIL: tuple[tuple[str, str], ...] = (
    (r"(a+)+$", A),
    (r"x(a*)*$", "x" + A),
    (r"x(a|a)*$", "x" + A),
    (r"(a|aa)+$", A),
    (r"(.*a){20}$", A),
    (r"(\w+\s?)+$", WORDS),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", A),
    (r"(x+x+)+y", "x" * 3_000),
    (r"!([a-zA-Z]+)*$", "!" + "a" * 3_000 + "1"),
    (r"(?:a?){30}a{30}$", "a" * 29 + "b" + "a" * 28 + "!"),
    (r"(\d+|\d+x)*z", "1" * 3_000),
    (r"(?:\s*\w*)*:", WORDS),
    (r"((a{1,10}){1,10}){1,10}$", A),
    (r"(a+a+)+b", A),
    (r"(.+)+\n\n!", A),
    (r"(?=(a+)+$)a", A),
    (r"(?<!x)(a+)+$", A),
    (r"(a+)\1+$", "a" * 20_000 + "!"),
    (r"(.*)(.*)(.*)(.*)(.*)(.*)z$", A),
    (r"\s+$.*\S", "x" + " " * 30_000 + "x"),
    (r"(ab|a|b)*c", "ab" * 1_500),
    (r"(?:(?:a|b)+c?)+d", "ab" * 1_500),
    (r"(\S+\s*)*\S+\?\?$", WORDS),
    (r"<(\w+\s*=?\s*)*>", "<a " + "b" * 1_500),
    (r"(([^,]*),?)*;", "a," * 1_500),
    (r"(?i:(A+)+)$", A),
    (r"y((?:a+)?)+$", "y" + A),
    (r"(a+){2,}b", A),
    (r"([ab]*a[ab]*)*c", "ab" * 1_500),
    (r"(?:(\w)+\W?)+\1{3}$", "abcd" * 700 + "!"),
    (r"(?:a+?)+?$", A),
    (r"^(?:(?:[a-z]+)-?)+#", "abc-" * 700),
)
