"""Limits on lengths: what they are on, and when two of them cannot both hold."""

from __future__ import annotations

import pytest

from promptreg.lint.limits import Limit, limits_in

FOUND = {
    "Keep the summary under 50 words.": ("summary", "word", None, 49),
    "- Answer in at most 3 sentences.": ("answer", "sentence", None, 3),
    "The title must not exceed 60 characters.": ("title", "character", None, 60),
    "Use at most 1,500 words for the summary.": ("summary", "word", None, 1500),
    "Write a summary of exactly twenty words.": ("summary", "word", 20, 20),
    "Each bullet: 16 words max": ("bullet", "word", None, 16),
    "Limit your response to 3 sentences.": ("answer", "sentence", None, 3),
    "Your reply should be 2-3 sentences long.": ("answer", "sentence", 2, 3),
    "The executive summary has at least 4 paragraphs.": ("executive summary", "paragraph", 4, None),
}

SILENT = (
    "Up to 5 words.",
    "If the question is simple, keep the answer under 50 words.",
    "For example, keep the answer under 50 words.",
    "Ideally, the answer has at most 3 sentences.",
    "The title of the summary has at most 60 characters.",
    "Read to 3 pages of the answer.",
    "It costs less than 3 lines of code in the answer file.",
)


@pytest.mark.parametrize(("text", "wanted"), FOUND.items(), ids=list(FOUND))
def test_a_limit_says_what_it_is_on(text: str, wanted: tuple[str, str, int | None, int | None]) -> None:
    (limit,) = limits_in(text)
    assert (limit.about, limit.unit, limit.low, limit.high) == wanted


@pytest.mark.parametrize("text", SILENT)
def test_a_sentence_with_a_condition_or_without_a_subject_sets_no_limit(text: str) -> None:
    assert list(limits_in(text)) == []


def limit(text: str) -> Limit:
    (found,) = limits_in(text)
    return found


@pytest.mark.parametrize(
    ("one", "two", "wanted"),
    [
        ("Keep the answer under 50 words.", "Keep the answer under 60 words.", True),
        ("Keep the answer under 50 words.", "The reply has at most 49 words.", False),
        ("The answer has at least 5 lines.", "The answer has at most 4 lines.", True),
        ("The answer has at least 4 lines.", "The answer has at most 5 lines.", False),
        ("The answer has exactly 4 lines.", "The answer has exactly 5 lines.", True),
        ("The answer has exactly 4 lines.", "The answer has at most 5 lines.", False),
        ("The answer has 2-3 lines.", "The answer has 4-5 lines.", True),
        ("The answer has 2-3 lines.", "The answer has 3-5 lines.", False),
        ("The answer has at least 4 lines.", "The answer has at least 5 lines.", False),
        ("The answer has at most 4 lines.", "The answer has at most 5 words.", False),
        ("The answer has at most 4 lines.", "The title has at most 5 lines.", False),
    ],
)
def test_limits_conflict_when_they_cannot_both_be_meant(one: str, two: str, wanted: bool) -> None:
    assert limit(one).conflicts(limit(two)) is wanted
    assert limit(two).conflicts(limit(one)) is wanted
