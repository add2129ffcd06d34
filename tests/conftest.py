"""Settings for all tests: no time limit per example, because a busy machine is no reason to fail.

`--hypothesis-profile=deep` runs every law on forty times as many examples.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("promptreg", deadline=None, print_blob=True)
settings.register_profile(
    "deep", deadline=None, print_blob=True, max_examples=1000, suppress_health_check=_SLOW, derandomize=False
)
settings.load_profile("promptreg")
