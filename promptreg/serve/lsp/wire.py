"""Our values as those of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lsprotocol import types as lsp

from promptreg.lint.finding import Finding, Place, Severity
from promptreg.serve.lsp.findings import Trouble
from promptreg.serve.lsp.lines import Encoding, Lines, Position
from promptreg.text import Source

__all__ = ["Wire"]

_SEVERITIES: dict[Severity, lsp.DiagnosticSeverity] = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
_SOURCE = "promptreg"


class Wire:
    """Converts for one client: its encoding of positions, and `uri`, which names the file at a shown path."""

    def __init__(self, encoding: Encoding, uri: Callable[[str], str]) -> None:
        self._encoding = encoding
        self._uri = uri
        self._lines: dict[int, tuple[str, Lines]] = {}

    def lines(self, text: str) -> Lines:
        """The lines of a text, cut once for all that is said about it."""
        found = self._lines.get(id(text))
        if found is None:
            found = self._lines[id(text)] = (text, Lines(text, self._encoding))
        return found[1]

    def range(self, text: str, start: int, end: int) -> lsp.Range:
        """Code points `start:end` of a text."""
        lines = self.lines(text)
        return lsp.Range(lsp.Position(*lines.position(start)), lsp.Position(*lines.position(end)))

    def offset(self, text: str, position: lsp.Position) -> int:
        """The code point of a text at a position."""
        return self.lines(text).offset(Position(position.line, position.character))

    def place(self, place: Place) -> lsp.Location:
        """Where a place is."""
        return lsp.Location(self._uri(place.path), self.range(place.source.text, place.start, place.end))

    def diagnostics(self, findings: Iterable[Finding], troubles: Iterable[Trouble]) -> list[lsp.Diagnostic]:
        """What is shown in one file."""
        return [*map(self.diagnostic, findings), *map(self._trouble, troubles)]

    def diagnostic(self, finding: Finding) -> lsp.Diagnostic:
        """A finding with the places that took part. Its `data` is the code of the rule."""
        related = [lsp.DiagnosticRelatedInformation(self.place(one.place), one.message) for one in finding.related]
        unused = finding.rule.startswith("unused-")
        return lsp.Diagnostic(
            range=self.range(finding.place.source.text, finding.place.start, finding.place.end),
            message=finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.rule,
            source=_SOURCE,
            tags=[lsp.DiagnosticTag.Unnecessary] if unused else None,
            related_information=related or None,
            data=finding.code,
        )

    def _trouble(self, trouble: Trouble) -> lsp.Diagnostic:
        at = lsp.Position(trouble.line - 1, trouble.column - 1)
        return lsp.Diagnostic(
            lsp.Range(at, at), trouble.message, severity=lsp.DiagnosticSeverity.Error, code="no-answer", source=_SOURCE
        )

    def edit(self, source: Source, start: int, end: int, text: str) -> lsp.TextEdit:
        """Replace code points `start:end` of a file."""
        return lsp.TextEdit(self.range(source.text, start, end), text)
