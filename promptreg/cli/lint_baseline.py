"""`promptreg lint --baseline` and `--update-baseline`: findings that were there when somebody drew the line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from promptreg.cli import streams
from promptreg.cli.session import Where
from promptreg.errors import UsageError
from promptreg.registry.moments import NOW

if TYPE_CHECKING:
    from promptreg.lint.report import Report
    from promptreg.lint.settings import Settings

__all__ = ["Drawing", "before_first", "over", "update"]


class Drawing(NamedTuple):
    """What the options say: the baseline file as it was given, and whether it is to be written."""

    file: str | None
    is_wanted: bool

    def check(self, where: Where, settings: Settings, *, diff: bool) -> None:
        """Refuse what cannot be done together."""
        if self.is_wanted and (where.moment != NOW or diff):
            raise UsageError(
                "--update-baseline writes the baseline of today: it goes without --at, --staged and --diff"
            )
        if self.is_wanted and settings.baseline is None:
            raise UsageError("--update-baseline wants the file: --baseline FILE, or the setting lint.baseline")


def over(settings: Settings, drawing: Drawing, root: str, registry: str | None) -> Settings:
    """The settings with the baseline that the option names, and the command that writes it for this `registry`."""
    if drawing.file is not None:
        path = os.path.relpath(os.path.abspath(drawing.file), root).replace(os.sep, "/")
        settings = settings._replace(baseline=path)
    given = (("--registry", registry), ("--baseline", drawing.file))
    words = [word for option, value in given if value is not None for word in (option, value)]
    if words:
        import shlex

        settings = settings._replace(update_baseline=f"promptreg lint {shlex.join(words)} --update-baseline")
    return settings


def before_first(settings: Settings, drawing: Drawing, root: str) -> Settings:
    """The settings for a run that is to write the baseline; there is none to hold anything before the first time."""
    if drawing.is_wanted and not os.path.lexists(os.path.join(root, settings.baseline or "")):
        return settings._replace(baseline=None)
    return settings


def update(report: Report, settings: Settings, root: str) -> Report:
    """Write the baseline, and give what it leaves to report.

    The first time it takes in every finding but secrets. From then on it only shrinks: what is no longer found goes
    out, nothing comes in. To draw the line anew, remove the file.
    """
    from promptreg.lint.baseline import draw, hold, read_baseline, tightened, write_baseline

    assert settings.baseline is not None
    file = os.path.join(root, settings.baseline)
    if os.path.lexists(file):
        old = read_baseline(file, settings.baseline)
        new = tightened(old, report.baselined, report.covered)
        gone = sum(entry.times for entry in old.values()) - sum(entry.times for entry in new.values())
        if new != old:
            write_baseline(file, new)
        streams.talk(f"{settings.baseline}: {gone} fewer" if gone else f"{settings.baseline}: nothing to tighten")
        return report._replace(notices=tuple(one for one in report.notices if "--update-baseline" not in one))
    baseline = draw(report.findings)
    write_baseline(file, baseline)
    streams.talk(f"{settings.baseline}: {sum(entry.times for entry in baseline.values())} taken in")
    held = hold(report.findings, baseline, report.covered)
    return report._replace(findings=held.reported, baselined=held.baselined)
