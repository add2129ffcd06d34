"""Token counts: which counter a prompt gets, and what a chat costs beyond its text. Engines are imported when used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from promptreg.tokens.counter import Counter
    from promptreg.tokens.profile import Profile

__all__ = ["COUNTERS", "counter_for", "get_counter", "profile_for"]

COUNTERS = ("o200k_base", "cl100k_base", "o200k_harmony", "approximate")
"""The names that `get_counter` knows."""


def get_counter(
    name: str = "o200k_base", *, folder: str | os.PathLike[str] | None = None, lazy: bool = False
) -> Counter:
    """The counter of that name, ready to count; the exact ones are loaded once per process.

    `folder` is looked through for rank files before tiktoken's cache and installed packages. Raises UsageError for
    an unknown name, and TokenizerMissing when exact counting is not possible here: it never turns into guessing.
    With `lazy`, an exact counter is loaded (and TokenizerMissing raised) by its first count.
    """
    if name == "approximate":
        from promptreg.tokens.approximate import ApproximateCounter

        return ApproximateCounter()
    if name not in COUNTERS:
        from promptreg.errors import UsageError, nearest

        known = ", ".join(COUNTERS)
        raise UsageError.at(f'there is no counter "{name}"; known are {known}', suggestion=nearest(name, COUNTERS))
    from pathlib import Path

    ranks = None if folder is None else Path(folder)
    if lazy:
        from promptreg.tokens.lazy_counter import LazyCounter

        return LazyCounter(name, ranks)
    from promptreg.tokens.tiktoken_counter import load_counter

    return load_counter(name, ranks)


def counter_for(
    model: str | None,
    default: str = "o200k_base",
    folder: str | os.PathLike[str] | None = None,
    *,
    lazy: bool = False,
) -> Counter:
    """The counter for a prompt: the model's own, or `default` for a prompt that names no model; `lazy` as above.

    A model whose tokenizer is not public gets the approximate counter, since no exact count of its text exists here.
    """
    if model is None:
        return get_counter(default, folder=folder, lazy=lazy)
    from promptreg.tokens.models import counter_for_model

    return get_counter(counter_for_model(model) or "approximate", folder=folder, lazy=lazy)


def profile_for(model: str | None) -> Profile | None:
    """The chat profile for a model, or None when there is no model or its overhead is not known."""
    if model is None:
        return None
    from promptreg.tokens.models import profile_for_model
    from promptreg.tokens.profile import load_profile

    name = profile_for_model(model)
    return load_profile(name) if name else None
