"""promptreg: a registry of versioned prompt components that compose into traceable prompts.

`promptreg.load(folder)` gives the `Registry` that applications hold. Everything is imported on first use.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from promptreg.api import Registry, load, load_bundle
    from promptreg.errors import (
        BudgetError,
        ConditionFailed,
        CycleError,
        InputError,
        IntegrityError,
        InvalidFile,
        LimitExceeded,
        MatcherLost,
        OutputInvalid,
        PatternStopped,
        PluginFailed,
        PluginInvalid,
        Problem,
        PromptregError,
        RecountDiffers,
        ReleaseRefused,
        RenderError,
        TemplateInvalid,
        TokenizerMissing,
        UnknownName,
        UnsatisfiableRef,
        UsageError,
        VersionConflict,
        WriteFailed,
    )
    from promptreg.render.rendered import Rendered
    from promptreg.render.segment import Segment

__version__ = "0.1.0"

__all__ = [
    "BudgetError",
    "ConditionFailed",
    "CycleError",
    "InputError",
    "IntegrityError",
    "InvalidFile",
    "LimitExceeded",
    "MatcherLost",
    "OutputInvalid",
    "PatternStopped",
    "PluginFailed",
    "PluginInvalid",
    "Problem",
    "PromptregError",
    "RecountDiffers",
    "Registry",
    "ReleaseRefused",
    "RenderError",
    "Rendered",
    "Segment",
    "TemplateInvalid",
    "TokenizerMissing",
    "UnknownName",
    "UnsatisfiableRef",
    "UsageError",
    "VersionConflict",
    "WriteFailed",
    "__version__",
    "load",
    "load_bundle",
]

_HOMES = {
    "Registry": "promptreg.api",
    "load": "promptreg.api",
    "load_bundle": "promptreg.api",
    "Rendered": "promptreg.render.rendered",
    "Segment": "promptreg.render.segment",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES.get(name, "promptreg.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
