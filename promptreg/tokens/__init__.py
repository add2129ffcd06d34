"""Token counts: which counter a prompt gets, and what a chat costs beyond its text. Engines are imported when used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from promptreg.tokens.counter import Counter
    from promptreg.tokens.profile import Profile

__all__ = ["COUNTERS", "counter_for", "counter_names", "get_counter", "profile_doubt", "profile_for"]

COUNTERS = ("o200k_base", "cl100k_base", "o200k_harmony", "approximate")
"""The counters that ship; `approximate` also comes scaled to a family of models, as in `approximate/claude-4.7`."""


def counter_names() -> tuple[str, ...]:
    """Every name that `get_counter` knows here: what ships, then what installed packages bring."""
    from promptreg.tokens.plugins import plugin_names
    from promptreg.tokens.ratios import family_names

    families = tuple(f"approximate/{family}" for family in family_names())
    return (*COUNTERS, *families, *plugin_names())


def get_counter(
    name: str = "o200k_base", *, folder: str | os.PathLike[str] | None = None, lazy: bool = False
) -> Counter:
    """The counter of that name, ready to count; all but approximate ones are made once per process.

    `folder` is looked through for rank files before tiktoken's cache and installed packages. Raises UsageError for
    an unknown name, TokenizerMissing when exact counting is not possible here (it never turns into guessing), and
    PluginInvalid or PluginFailed for a counter of a package that does not work. With `lazy`, an exact counter of
    promptreg is loaded (and TokenizerMissing raised) by its first count.
    """
    if name == "approximate" or name.startswith("approximate/"):
        from promptreg.tokens.approximate import load_approximate

        return load_approximate(name)
    if name not in COUNTERS:
        from promptreg.tokens.plugins import load_plugin

        plugin = load_plugin(name)
        if plugin is None:
            raise _unknown(name)
        return plugin
    from pathlib import Path

    ranks = None if folder is None else Path(folder)
    if lazy:
        from promptreg.tokens.lazy_counter import LazyCounter

        return LazyCounter(name, ranks)
    from promptreg.tokens.tiktoken_counter import load_counter

    return load_counter(name, ranks)


def _unknown(name: str) -> Exception:
    from promptreg.errors import UsageError, nearest
    from promptreg.tokens.plugins import plugin_names

    plugins = plugin_names()
    brought = ", ".join(plugins) if plugins else "none"
    known = f"promptreg has {', '.join(COUNTERS)}; packages bring {brought}"
    return UsageError.at(f'there is no counter "{name}": {known}', suggestion=nearest(name, counter_names()))


def counter_for(
    model: str | None,
    default: str = "o200k_base",
    folder: str | os.PathLike[str] | None = None,
    *,
    lazy: bool = False,
) -> Counter:
    """The counter for a prompt: the model's own, or `default` for a prompt that names no model; `lazy` as above.

    A model whose tokenizer is not public gets an approximate counter, with the ratios of its family where they were
    measured and with `approximate/unknown` otherwise, since no exact count of its text exists here.
    """
    if model is None:
        return get_counter(default, folder=folder, lazy=lazy)
    from promptreg.tokens.models import counter_for_model

    return get_counter(counter_for_model(model) or "approximate/unknown", folder=folder, lazy=lazy)


def profile_for(model: str | None) -> Profile | None:
    """The chat profile for a model, or None when there is no model or its overhead is not known."""
    if model is None:
        return None
    from promptreg.tokens.models import profile_for_model
    from promptreg.tokens.profile import load_profile

    name = profile_for_model(model)
    return load_profile(name) if name else None


def profile_doubt(model: str | None) -> str | None:
    """A warning when the chat profile of a model was never verified for it; None when it was, or there is none."""
    profile = profile_for(model)
    if profile is None or model is None:
        return None
    from promptreg.tokens.models import bare_model

    if bare_model(model) in profile.verified_for:
        return None
    return f'chat overhead by the profile {profile.name}, unverified for "{model}"'
