"""For those who extend promptreg: whether a token counter of your own keeps the promises that budgets rely on.

`check_counter` gives a report, `assert_counter` raises AssertionError with it, and `counter_cases` are the checks one
by one, for `pytest.mark.parametrize`. Nothing here needs pytest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from promptreg.testing import counter_checks, seam_checks, time_checks
from promptreg.testing.report import Check, Report
from promptreg.testing.trial import Trial, guarded_check
from promptreg.tokens.counter import Counter

__all__ = ["CHECKS", "Check", "CounterCase", "Report", "assert_counter", "check_counter", "counter_cases"]

CHECKS: dict[str, Callable[[Trial], Check]] = {
    "empty-text": counter_checks.empty_text,
    "bounds": counter_checks.bounds,
    "repetition": counter_checks.repetition,
    "control-tokens": counter_checks.control_tokens,
    "surrogates": counter_checks.surrogates,
    "identity": counter_checks.identity,
    "agreement": counter_checks.agreement,
    "seams": seam_checks.seams,
    "threads": counter_checks.threads,
    "hostile-text": time_checks.hostile_text,
}
"""The checks by name, in the order in which they run."""


_DEFAULTS: dict[str, Any] = {
    "texts": 2_000,
    "seconds": 10.0,
    "megabyte_seconds": 10.0,
    "seed": 0,
    "like": None,
    "clock": time.process_time,
}


def check_counter(
    counter: Counter,
    *,
    texts: int = 2_000,
    seconds: float = 10.0,
    megabyte_seconds: float = 10.0,
    seed: int = 0,
    like: Counter | None = None,
    clock: Callable[[], float] = time.process_time,
) -> Report:
    """Try a counter on everything that promptreg relies on, and say what breaks it, with the smallest text that does.

    Each check draws `texts` texts from `seed`, and stops early after `seconds`: a slow machine tries fewer of the same
    texts. A megabyte of one thing may take `megabyte_seconds`. The `clock` is the processor's, so that a
    busy machine fails nobody. With `like`, the counter must give the counts of that
    one: the way to prove an engine. Never raises because of what the counter does; only a counter that does not come
    back at all holds it up.
    """
    trial = Trial(counter, texts, seconds, megabyte_seconds, seed, like, clock, _identity(counter))
    first = counter_checks.protocol(trial)
    checks = [first]
    if first.holds:
        checks += [guarded_check(check, trial) for check in CHECKS.values()]
    return Report(str(getattr(counter, "id", type(counter).__name__)), tuple(checks))


def assert_counter(counter: Counter, **options: Any) -> None:
    """Raise AssertionError with the report unless the counter passes `check_counter`, which takes the same options."""
    report = check_counter(counter, **options)
    if not report.passed:
        raise AssertionError(str(report))


class CounterCase(NamedTuple):
    """One check, to be called with a counter; its name is the id that pytest shows."""

    name: str
    options: dict[str, Any]

    def __call__(self, counter: Counter) -> None:
        """Raise AssertionError with what was found, or do nothing."""
        trial = Trial(counter=counter, identity=_identity(counter), **{**_DEFAULTS, **self.options})
        for check in (counter_checks.protocol, CHECKS[self.name]):
            found = guarded_check(check, trial)
            if not found.holds:
                raise AssertionError(str(found))

    def __str__(self) -> str:
        return self.name


def counter_cases(**options: Any) -> tuple[CounterCase, ...]:
    """All checks one by one: `@pytest.mark.parametrize("case", counter_cases(), ids=str)`, then `case(my_counter)`.

    Options are those of `check_counter`.
    """
    return tuple(CounterCase(name, options) for name in CHECKS)


def _identity(counter: Counter) -> tuple[str, str]:
    return getattr(counter, "id", ""), getattr(counter, "kind", "")
