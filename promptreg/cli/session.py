"""The registry that a command works on, and the render that `render` and `why` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptreg.cli import streams
from promptreg.cli.boundary import BAD_INPUT
from promptreg.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptreg.api import Registry
    from promptreg.cli.inputs import Given
    from promptreg.render.rendered import Rendered

__all__ = ["open_registry", "render", "report_problems"]


def open_registry(folder: str | None, *, locked: bool = False) -> Registry:
    """The registry in `folder`, or the one that the configuration names from here upwards; `locked`: releases only."""
    from pathlib import Path

    from promptreg.api import open_registry as open_configured
    from promptreg.registry.config import find_registry

    return open_configured(find_registry(Path.cwd(), folder), locked=locked)


def render(registry: Registry, ref: str, given: Given) -> Rendered:
    """The prompt with the inputs that the options gave; a refusal of no inputs at all names the samples."""
    from promptreg.cli.inputs import gather

    inputs = gather(registry, ref, given)
    try:
        return registry.render(ref, inputs)
    except InputError as error:
        samples = registry.samples(ref)
        if given.is_empty and samples:
            error.add_note(f"hint: to try the prompt, use one of its samples: --sample {' | '.join(samples)}")
        raise


def report_problems(problems: Sequence[Problem]) -> int:
    """Say on standard error what is wrong with the registry as a whole; the exit code for it."""
    if not problems:
        return 0
    streams.flush()
    streams.complain(problems)
    return BAD_INPUT
