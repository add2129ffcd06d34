"""The registry that a command works on, and the render that `render` and `why` share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from promptreg.cli import streams
from promptreg.cli.boundary import exit_code
from promptreg.errors import InputError, Problem, RecountDiffers, UsageError
from promptreg.registry.moments import NOW, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptreg.api import Registry
    from promptreg.cli.inputs import Given
    from promptreg.render.rendered import Rendered

__all__ = ["Where", "checked", "hint_if_empty", "open_registry", "render", "report_problems"]


class Where(NamedTuple):
    """Which registry is read: a folder (None: the one that the configuration names), releases only, and its moment.

    Or else a bundle file.
    """

    folder: str | None
    locked: bool = False
    moment: Moment = NOW
    bundle: str | None = None


def open_registry(where: Where | str | None) -> Registry:
    """The registry that `where` or a folder names, or the one that the configuration names from here upwards."""
    from promptreg.api import open_registry as open_configured
    from promptreg.registry.config import find_registry

    if not isinstance(where, Where):
        where = Where(where)
    if where.bundle is not None:
        return _open_bundle(where.bundle, where)
    config = find_registry(os.getcwd(), where.folder, on_disk=where.moment == NOW)
    return open_configured(config, moment=where.moment, locked=where.locked)


def _open_bundle(file: str, where: Where) -> Registry:
    """The registry in a bundle file; how tokens are counted is what the configuration says here, if there is one."""
    from promptreg.api import load_bundle
    from promptreg.registry.config import find_registry

    if where.folder is not None or where.moment != NOW:
        raise UsageError("choose one: a bundle, or a registry folder with its revision")
    config = find_registry(os.getcwd(), ".")
    return load_bundle(file, counter=config.counter, ranks=config.ranks)


def render(
    registry: Registry, ref: str, given: Given, *, budget: int | None = None, counter: str | None = None
) -> Rendered:
    """The prompt with the inputs that the options gave; a refusal of no inputs at all names the samples.

    What was planned for a budget is counted again; raises RecountDiffers when that gives another total. Where all of
    it was known to fit, nothing is counted yet: see `checked`.
    """
    from promptreg.cli.inputs import explained, gather

    inputs = gather(registry, ref, given)
    try:
        rendered = registry.render(ref, inputs, key=given.key, budget=budget, counter=counter)
        return rendered if rendered.is_unshortened else checked(rendered)
    except InputError as error:
        samples = registry.samples(ref)
        if given.is_empty and samples:
            error.add_note(f"hint: to try the prompt, use one of its samples: --sample {' | '.join(samples)}")
        if given.assignments:
            error = InputError(explained(problem, given.assignments) for problem in error.problems)
        if given.sample is not None:
            from promptreg.registry.side_file import see_sample

            sample = registry.sample(ref, given.sample, key=given.key)
            error = see_sample(error, registry.component(ref, key=given.key).written, given.sample, sample, inputs)
        raise error from None
    except UsageError as error:
        if any(map(_is_argument, error.problems)):
            raise UsageError(problem._replace(key=f"--{problem.key}") for problem in error.problems) from None
        raise


def _is_argument(problem: Problem) -> bool:
    """Whether a problem speaks of an argument of the library, for which there is an option."""
    return problem.path is None and problem.key in ("budget", "counter")


def checked(rendered: Rendered) -> Rendered:
    """The same prompt, once its total was counted anew; without a budget nothing is counted."""
    if rendered.is_planned:
        total, again = rendered.tokens.total, rendered.recount()
        if total != again:
            message = f"{total} tokens were planned, and {again} are counted: is the counter {rendered.tokens.counter}"
            raise RecountDiffers(f"{message} the same for the same text, with a seam rule that holds?")
    return rendered


def hint_if_empty(registry: Registry) -> None:
    """Say on standard error what to do about a registry that holds nothing, not even a broken file."""
    if not registry.items() and not registry.file_problems:
        streams.flush()
        streams.talk("The registry is empty: `promptreg init --help` tells how to start one.")


def report_problems(problems: Sequence[Problem]) -> int:
    """Say on standard error what is wrong with the registry as a whole; the exit code for it."""
    if not problems:
        return 0
    streams.flush()
    streams.complain(problems)
    return exit_code(problems)
