from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.testing import CHECKS, Check, CounterCase, assert_counter, check_counter, counter_cases
from promptreg.testing.shrink import shrink
from promptreg.testing.texts import HOSTILE, SPECIAL, texts
from promptreg.testing.trial import Trial, guarded_check
from promptreg.tokens import counter_names, get_counter
from promptreg.tokens.seams import seams_of
from tests.testing.counters import BROKEN, Clock, Letters, Slow, WithRule

SHIPPED = tuple(name for name in counter_names() if name != "approximate/unknown")


def found(check: str, counter: Any, **options: Any) -> Check:
    """What one check finds. Time stands still, so all texts are tried and nothing is too slow."""
    trial = Trial(
        **{
            "texts": 1_000,
            "seconds": 1.0,
            "megabyte_seconds": 10.0,
            "seed": 0,
            "like": None,
            "clock": Clock(),
            "counter": counter,
            "identity": (counter.id, counter.kind),
            **options,
        }
    )
    return guarded_check(CHECKS[check], trial)


@pytest.mark.parametrize(
    "case", [case for case in counter_cases(texts=400, seconds=60.0) if case.name != "hostile-text"], ids=str
)
@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_keeps_its_promises(name: str, case: CounterCase) -> None:
    case(get_counter(name))


def test_a_good_counter_passes() -> None:
    report = check_counter(Letters(), texts=200, clock=Clock())
    assert report.passed
    assert report.failures == ()
    assert [check.holds for check in report.checks] == [True] * (1 + len(CHECKS))
    assert str(report).startswith("letters keeps its promises\n  ok    it is a counter (1 tried)\n")
    assert_counter(Letters(), texts=20, clock=Clock())


@pytest.mark.parametrize(("kind", "check", "text"), BROKEN.values(), ids=BROKEN)
def test_a_broken_promise_is_noticed(kind: type[Letters], check: str, text: str | None) -> None:
    failure = found(check, kind())
    assert not failure.holds
    assert text in (None, failure.text)
    (case,) = [case for case in counter_cases(texts=1_000, clock=Clock()) if case.name == check]
    with pytest.raises(AssertionError, match="FAIL"):
        case(kind())


def test_a_report_names_every_broken_promise() -> None:
    kind, _, _ = BROKEN["surrogates are dropped"]
    report = check_counter(kind(), texts=200, clock=Clock())
    assert not report.passed
    assert str(report).startswith(f"letters breaks {len(report.failures)} of {len(report.checks)} promises\n")
    assert str(report).count("  FAIL  ") == len(report.failures) >= 1
    with pytest.raises(AssertionError, match="breaks"):
        assert_counter(kind(), texts=200, clock=Clock())


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"(?<=(?s:.))(?=(?s:.))", id="everywhere"),
        pytest.param(r"(?<=\n)(?=\S)", id="before a slash after a line end"),
        pytest.param(r"(?<=[a-z])(?=')", id="before an apostrophe"),
        pytest.param(r"(?<=[0-9])(?=[0-9])", id="between digits"),
        pytest.param(r"(?<= )(?=[a-z])", id="after a blank"),
        pytest.param(r"(?<=[.])(?=[A-Za-z])", id="after a full stop"),
    ],
)
def test_a_false_seam_rule_is_caught(pattern: str) -> None:
    failure = found("seams", WithRule(pattern))
    assert failure.name == "counts add up at every boundary of the seam rule"
    assert failure.text is not None
    assert len(failure.text) <= 12
    assert "tokens, but" in str(failure)


def test_a_rule_that_raises_or_points_outside_is_caught() -> None:
    class Outside:
        id = "outside/1"

        def first(self, text: str) -> int | None:
            return len(text)

        last = first

        def cuts(self, left: str, right: str) -> bool:
            raise KeyError(left[-1])

    counter = WithRule("x")
    counter.seam_rule = Outside()  # type: ignore[assignment]
    failure = found("seams", counter)
    assert "is no place inside of the text" in str(failure)
    Outside.first = Outside.last = lambda self, text: None  # type: ignore[method-assign, assignment]
    failure = found("seams", counter)
    assert "raised KeyError" in str(failure)


def test_a_rule_that_looks_at_the_text_alone_is_caught() -> None:
    """Its places add up as long as nothing stands before the text or after it."""

    class Alone:
        id = "alone/1"

        def first(self, text: str) -> int | None:
            for at in range(1, min(len(text), 4)):
                if counter.count(text) == counter.count(text[:at]) + counter.count(text[at:]):
                    return at
            return None

        last = first

        def cuts(self, left: str, right: str) -> bool:
            return False

    counter = WithRule("x")
    counter.seam_rule = Alone()  # type: ignore[assignment]
    assert not found("seams", counter).holds


def test_the_rule_that_ships_is_tried_at_thousands_of_boundaries() -> None:
    counter = WithRule("x")
    counter.seam_rule = seams_of("o200k_base")  # type: ignore[assignment]
    check = found("seams", counter, texts=2_000)
    assert check.holds
    assert check.tried > 2_000


def test_an_engine_must_agree_with_the_counter_it_stands_for() -> None:
    assert found("agreement", WithRule("x"), like=get_counter("o200k_base")).holds
    failure = found("agreement", Letters(), like=get_counter("o200k_base"))
    assert failure.problem == "the count is 2, but o200k_base counts 1"


GROWS = "the time grows with the length to the power of"


@pytest.mark.parametrize(
    ("seconds", "power", "says"),
    [
        (0.3, 1.0, None),
        (0.9, 2.0, None),
        (3.0, 1.1, None),
        (3.0, 2.0, f"{GROWS} 2.0: 0.01 s for 62,500 bytes, 3.00 s for a megabyte"),
        (40.0, 1.0, "3,906 bytes take 0.16 s, so a megabyte takes 40 s or more"),
        (10_000.0, 2.0, "3,906 bytes take 0.15 s, so a megabyte takes 39 s or more"),
    ],
)  # fmt: skip
def test_time_that_a_megabyte_takes(seconds: float, power: float, says: str | None) -> None:
    clock = Clock()
    counter = Slow(clock, seconds, power)
    case = next(case for case in counter_cases(clock=clock) if case.name == "hostile-text")
    if says is None:
        case(counter)
    else:
        with pytest.raises(AssertionError) as caught:
            case(counter)
        assert str(caught.value).endswith(f"one letter: {says}")


def test_a_slow_counter_is_not_waited_for() -> None:
    """It is found out with a few kilobytes."""
    clock = Clock()
    counter = Slow(clock, 1_000_000.0, 2.0)
    assert not check_counter(counter, texts=1, clock=clock).passed
    assert counter.longest < 5_000


def test_a_slow_machine_tries_fewer_of_the_same_texts() -> None:
    seen: list[str] = []

    class Ticks(Letters):
        def count(self, text: str) -> int:
            clock.now += 1.0
            seen.append(text)
            return super().count(text)

    clock = Clock()
    case = next(case for case in counter_cases(texts=1_000, seconds=20.0, clock=clock) if case.name == "bounds")
    case(Ticks())
    assert 5 < len(set(seen)) < 30


@pytest.mark.parametrize("attribute", ["id", "kind", "count", "bounds"])
def test_what_is_no_counter_is_said_at_once(attribute: str) -> None:
    kind = type("Bad", (Letters,), {attribute: None})
    report = check_counter(kind(), clock=Clock())
    assert [check.name for check in report.checks] == ["it is a counter"]
    assert attribute in str(report)


def test_a_counter_that_fails_in_odd_ways_does_not_fail_the_suite() -> None:
    class Odd(Letters):
        def count(self, text: str) -> int:
            raise RecursionError

        def bounds(self, text: str) -> Any:
            return None

    report = check_counter(Odd(), texts=20, clock=Clock())
    assert len(report.failures) >= 6
    assert all("raised RecursionError" in str(check) for check in report.failures)


def test_texts_are_the_same_for_the_same_seed_and_hold_every_oddity() -> None:
    def first(seed: int) -> list[str]:
        drawn = texts(seed)
        return [next(drawn) for _ in range(1_500)]

    assert first(3) == first(3) != first(4)
    everything = "".join(first(3))
    assert set(SPECIAL) <= {special for special in SPECIAL if special in everything}
    for letter in "\x00\x1b\ud800\udfff\u0301\u200d\u3000\r\n\t👍的한ア":
        assert letter in everything
    assert len(HOSTILE) >= 15


@given(text=st.text(max_size=60), needle=st.text(min_size=1, max_size=3))
def test_shrinking_keeps_failing_and_leaves_nothing_out_that_could_be(text: str, needle: str) -> None:
    text = text[: len(text) // 2] + needle + text[len(text) // 2 :]
    small = shrink(text, lambda part: needle in part)
    assert small == needle


def test_shrinking_leaves_out_much_at_once() -> None:
    tried: list[str] = []
    assert (
        shrink("x" * 5_000 + "needle" + "y" * 5_000, lambda part: bool(tried.append(part)) or "needle" in part)
        == "needle"
    )
    assert len(tried) < 200


def test_shrinking_goes_round_until_nothing_is_left_to_leave_out() -> None:
    assert shrink("abc", lambda part: part in {"abc", "ab", "b"}) == "b"


def test_shrinking_ends() -> None:
    tried: list[str] = []
    shrink("x" * 100_000, lambda part: bool(tried.append(part)), most=500)
    assert len(tried) == 500


def test_invisible_texts_are_shown_in_ascii_and_long_ones_are_cut() -> None:
    assert str(Check("n", 1, "p", "\u200b")) == "FAIL  n: '\\u200b': p"
    assert str(Check("n", 1, "p", "x" * 100)).endswith("and 20 more characters: p")


def test_the_suite_needs_no_pytest() -> None:
    code = "import sys, promptreg.testing; sys.exit('pytest' in sys.modules or 'hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
