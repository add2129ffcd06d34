"""Every reason promptreg can refuse something: one class per reason, with the data as fields.

A `Problem` is one complaint with a place. An exception carries one or more of them, so a file with five mistakes
reports five. Nothing here reads files or knows exit codes; the command line maps classes to exit codes.
"""

# Annotations are not deferred here: NamedTuple would compile each of them from text, at every start.

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

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
    "ReleaseRefused",
    "RenderError",
    "TemplateInvalid",
    "TokenizerMissing",
    "UnknownName",
    "UnsatisfiableRef",
    "UsageError",
    "VersionConflict",
    "WriteFailed",
    "nearest",
    "together",
]


class Problem(NamedTuple):
    """One complaint: what is wrong, where, and the nearest valid choice.

    `line` and `column` start at 1; `key` is a key path such as `messages[0].parts[2].use`.
    """

    code: str
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        place = self.path or ""
        if self.path and self.line is not None:
            place += f":{self.line}" + (f":{self.column}" if self.column is not None else "")
        text = f"{place}: " if place else ""
        if self.key:
            text += f"{self.key}: "
        text += self.message
        if self.suggestion:
            text += f' (did you mean "{self.suggestion}"?)'
        return text


class PromptregError(Exception):
    """The root of all errors; `problems` is never empty."""

    code = "error"

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = (Problem(code=self.code, message=problems),)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def at(
        cls,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        key: str | None = None,
        suggestion: str | None = None,
    ) -> "PromptregError":
        """Build the error from a single complaint."""
        return cls([Problem(cls.code, message, path, line, column, key, suggestion)])


class UsageError(PromptregError):
    """The caller asked for something that makes no sense (a bad option, a missing folder)."""

    code = "usage"


class InvalidFile(PromptregError):
    """A registry, configuration or input file breaks the format; all its problems are listed."""

    code = "invalid-file"


class TemplateInvalid(PromptregError):
    """A template breaks the dialect: refused syntax, an unknown filter, an undefined variable."""

    code = "template"


class RenderError(PromptregError):
    """Evaluating a template failed on these inputs (a missing key, a null that would be printed)."""

    code = "render"


class LimitExceeded(RenderError):
    """A template crossed an evaluation limit; `limit` names it and `allowed` is its value."""

    code = "limit"

    def __init__(self, problems: Iterable[Problem] | str, *, limit: str = "", allowed: int = 0) -> None:
        super().__init__(problems)
        self.limit = limit
        self.allowed = allowed


class InputError(PromptregError):
    """Inputs are missing, extra, ill-typed, null or out of range; all of them are listed."""

    code = "input"


class ConditionFailed(PromptregError):
    """A `requires` pre-condition of the prompt is false for these inputs."""

    code = "condition"


class BudgetError(PromptregError):
    """The required parts do not fit the token budget, or no budget can hold one of them.

    `smallest` is the smallest budget that would do (for `--budget`, the reserve included), None when none would;
    `largest` are the largest of the required parts in their shortest forms: (part id, tokens), falling.
    """

    code = "budget"

    def __init__(
        self,
        problems: Iterable[Problem] | str,
        *,
        smallest: int | None = None,
        largest: Iterable[tuple[str, int]] = (),
    ) -> None:
        super().__init__(problems)
        self.smallest = smallest
        self.largest = tuple(largest)


class RecountDiffers(PromptregError):
    """A planned total is not what the messages have: the counter, or its seam rule, does not count alike each time."""

    code = "recount"


class OutputInvalid(PromptregError):
    """A model's answer breaks the prompt's `output` schema or an `ensures` post-condition."""

    code = "output"


class UnknownName(PromptregError):
    """A ref names a component, prompt, sample or label that the registry does not hold."""

    code = "unknown-name"


class UnsatisfiableRef(PromptregError):
    """No version of the component fits the ref."""

    code = "unsatisfiable"


class VersionConflict(PromptregError):
    """Two chains of one prompt want versions of a component that cannot both hold."""

    code = "conflict"


class CycleError(PromptregError):
    """Components include each other in a circle; the message prints the circle."""

    code = "cycle"


class ReleaseRefused(PromptregError):
    """A head cannot be released as it is: released already, too low a version, parts that are no releases."""

    code = "release"


class WriteFailed(PromptregError):
    """The registry could not be written (a full disk, a read-only folder); it is as it was before."""

    code = "write"


class IntegrityError(PromptregError):
    """Stored bytes differ from their digest, or a pin is missing (exit code 4)."""

    code = "integrity"


class TokenizerMissing(PromptregError):
    """Exact counting was asked for and no rank file with the right hash was found."""

    code = "tokenizer"


class PluginInvalid(PromptregError):
    """An installed plug-in cannot be imported, or is not what it says it is; the message names its distribution."""

    code = "plugin"


class PluginFailed(PromptregError):
    """The code of a plug-in raised, or gave what makes no sense, while it was used (exit code 3)."""

    code = "plugin-failed"


class MatcherLost(PromptregError):
    """The process that matches patterns of team rules could not be started, or failed by itself (exit code 3)."""

    code = "matcher"


class PatternStopped(PromptregError):
    """A pattern of a team rule was stopped because matching it took too long (exit code 3)."""

    code = "pattern-stopped"

    def __init__(self, problems: Iterable[Problem] | str, *, pattern: str = "") -> None:
        super().__init__(problems)
        self.pattern = pattern


def together(errors: Sequence[PromptregError]) -> PromptregError:
    """One error for all of them, with each problem once, of the class of the first.

    An IntegrityError among them wins: of several faults, the one with the highest exit code decides.
    """
    if len(errors) == 1 and len(set(errors[0].problems)) == len(errors[0].problems):
        return errors[0]
    worst = next((error for error in errors if isinstance(error, IntegrityError)), errors[0])
    kind: type[PromptregError] = next(kind for kind in type(worst).__mro__ if _takes_problems(kind))
    return kind(dict.fromkeys(problem for error in errors for problem in error.problems))


def _takes_problems(kind: type) -> bool:
    """Whether an error of this class can be made of problems alone."""
    return next(one for one in kind.__mro__ if "__init__" in vars(one)) in (
        PromptregError,
        BudgetError,
        LimitExceeded,
        PatternStopped,
    )


def nearest(word: str, choices: Sequence[str] | Iterable[str]) -> str | None:
    """The choice that looks most like `word`, or None when nothing is close (difflib ratio of at least 0.6)."""
    return _nearest(word, tuple(choices))


@lru_cache(maxsize=64)  # a name that is missing is looked for by everything that is made with what refers to it
def _nearest(word: str, choices: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    found = get_close_matches(word, choices, n=1, cutoff=0.6)
    return found[0] if found else None
