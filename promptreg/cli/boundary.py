"""Where exceptions end: the only place that maps errors to exit codes, and the only one that catches everything."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence

import click

from promptreg.cli import streams
from promptreg.errors import (
    IntegrityError,
    MatcherLost,
    OutputInvalid,
    PatternStopped,
    PluginFailed,
    Problem,
    PromptregError,
    RecountDiffers,
    UsageError,
    WriteFailed,
    nearest,
)

__all__ = ["BAD_INPUT", "answer_shell", "exit_code", "guarded"]

FINDINGS, BAD_INPUT, NO_ANSWER, INTEGRITY, INTERRUPTED = 1, 2, 3, 4, 130

_EXIT_CODES: tuple[tuple[type[PromptregError], int], ...] = (
    (OutputInvalid, FINDINGS),
    (PluginFailed, NO_ANSWER),
    (PatternStopped, NO_ANSWER),
    (MatcherLost, NO_ANSWER),
    (RecountDiffers, NO_ANSWER),
    (WriteFailed, NO_ANSWER),
    (IntegrityError, INTEGRITY),
    (PromptregError, BAD_INPUT),
)
_USERS_PATH = (
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.EINVAL,
)
"""Operating system errors that speak about a path the user chose; all others are failures of the environment."""


def exit_code(problems: Sequence[Problem]) -> int:
    """The exit code of a command that lists problems beside its answer: the highest of theirs, 0 for none."""
    if not problems:
        return 0
    return INTEGRITY if any(problem.code == IntegrityError.code for problem in problems) else BAD_INPUT


def guarded(action: Callable[[], int], *, as_json: bool) -> int:
    """Run `action` and flush; the exit code. Errors are reported, a closed output pipe is not worth a word."""
    try:
        code = action()
        streams.flush()
        return code
    except BrokenPipeError:
        streams.silence()
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        return _report([Problem("interrupted", "interrupted")], INTERRUPTED, as_json=as_json)
    except click.ClickException as error:
        return _report_click(error, as_json=as_json)
    except Exception as error:  # the boundary: no traceback reaches a user, and PROMPTREG_DEBUG shows it
        return _report_error(error, as_json=as_json)


def _report_error(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("PROMPTREG_DEBUG"):
        from traceback import format_exception

        streams.talk("".join(format_exception(error)).rstrip("\n"))
    if isinstance(error, PromptregError):
        code = next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
        return _report(error.problems, code, as_json=as_json, notes=getattr(error, "__notes__", ()))
    if isinstance(error, OSError):
        code = BAD_INPUT if error.errno in _USERS_PATH else NO_ANSWER
        reason = (error.strerror or str(error) or type(error).__name__).lower()
        path = error.filename if isinstance(error.filename, str) else None
        return _report([Problem("io", reason, path)], code, as_json=as_json)
    message = f"unexpected {type(error).__name__}: {error} (PROMPTREG_DEBUG=1 shows where)"
    return _report([Problem("unexpected", message)], NO_ANSWER, as_json=as_json)


def _report_click(error: click.ClickException, *, as_json: bool) -> int:
    """Usage errors in our own words and format."""
    ctx = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    suggestion = None
    if isinstance(error, click.NoSuchOption):
        message = f"no option {error.option_name}"
        suggestion = nearest(error.option_name, _options(ctx))
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        message = f"missing {error.param.param_type_name} {error.param.human_readable_name}"
    message = message[:1].lower() + message[1:]
    if suggestion is None and ctx is not None:
        message += f' (see "{ctx.command_path} --help")'
    return _report([Problem("usage", message, suggestion=suggestion)], BAD_INPUT, as_json=as_json)


def _options(ctx: click.Context | None) -> list[str]:
    return [name for param in ctx.command.get_params(ctx) for name in param.opts] if ctx else []


def _report(problems: Sequence[Problem], code: int, *, as_json: bool, notes: Sequence[str] = ()) -> int:
    """Say what is wrong; a stream that cannot take it changes nothing about the exit code."""
    try:
        if as_json:
            from promptreg.output.documents import error_document

            streams.write_document(error_document(problems))
        else:
            streams.complain(problems)
            for note in notes:
                streams.talk(note)
        streams.flush()
    except (OSError, UsageError):
        streams.silence()
        if as_json:
            return _report(problems, code, as_json=False, notes=notes)
    return code


def answer_shell(cli: click.Command, variable: str, instruction: str) -> int:
    """Answer a completion request of the shell; silent on every error, because there is nowhere to say it."""
    from click.shell_completion import shell_complete

    try:
        code = shell_complete(cli, {}, "promptreg", variable, instruction)
        streams.flush()
        return code
    except (Exception, KeyboardInterrupt):
        streams.silence()
        return 0
