"""Settings for all tests: no time limit per example, because a busy machine is no reason to fail."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("promptreg", deadline=None, print_blob=True)
settings.load_profile("promptreg")
