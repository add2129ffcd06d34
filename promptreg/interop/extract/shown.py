"""What `promptreg extract` found: as JSON, and as text with a diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from promptreg.interop.extract.extraction import Extraction
from promptreg.interop.extract.plan import Proposal, Refusal
from promptreg.interop.extract.rewrite import call_code
from promptreg.lint.calls.shown import excerpt

__all__ = ["document", "text"]


def document(found: Extraction, registry: str, *, written: bool) -> dict[str, Any]:
    """The JSON form of `promptreg/extract/1`; paths are from the project root, `registry` is that of the registry."""
    proposals, refusals = found.plan.proposals, found.plan.refusals
    texts = [_proposed(one, found, registry, written=written) for one in proposals]
    texts += [_refused(one) for one in refusals]
    return {
        "schema": "promptreg/extract/1",
        "path": found.path,
        "texts": sorted(texts, key=lambda one: (one["line"], one["column"])),
        "files": [{"path": f"{registry}/{path}", "text": content} for path, content in found.files.items()],
        "diff": "".join(_diff(found.path, found.before, found.after)),
        "summary": {
            "proposed": 0 if written else len(proposals),
            "written": len(proposals) if written else 0,
            "refused": len(refusals),
        },
    }


def _proposed(one: Proposal, found: Extraction, registry: str, *, written: bool) -> dict[str, Any]:
    return {
        "state": "written" if written else "proposed",
        **one.place.as_dict(),
        "library": one.sent[0].library,
        "form": one.form,
        "prompt": one.name,
        "messages": [
            {"role": role, "how": sent.text.how, "drops_line_ends": draft.trims}
            for role, sent, draft in zip(one.roles, one.sent, one.drafts, strict=True)
        ],
        "inputs": [{"name": value.name, "type": value.type, "code": value.code} for value in one.inputs],
        "files": [f"{registry}/{path}" for path in one.files],
        "code": call_code(one, found.loading.name),
        "reason": None,
    }


def _refused(one: Refusal) -> dict[str, Any]:
    return {
        "state": "refused",
        **one.place.as_dict(),
        "library": one.sent.library,
        "form": "text",
        "prompt": None,
        "messages": [{"role": one.sent.role, "how": one.sent.text.how, "drops_line_ends": False}],
        "inputs": [],
        "files": [],
        "code": None,
        "reason": one.reason,
    }


def text(found: Extraction, registry: str, *, written: bool) -> str:
    """A line for each text, and before it is written, new files and the changed one as a diff."""
    proposals, refusals = found.plan.proposals, found.plan.refusals
    if not proposals and not refusals:
        return f"{found.path}: no prompt text found\n"
    rows = [(one.place.start, list(_row(one))) for one in proposals]
    rows += [(one.place.start, list(_reason(one))) for one in refusals]
    lines = [line for _, group in sorted(rows, key=lambda row: row[0]) for line in group]
    if written:
        lines += [f"wrote {registry}/{path}" for path in found.files]
        lines += [f"wrote {found.path}"] if proposals else []
        return "\n".join(lines) + "\n"
    parts = ["\n".join(lines) + "\n"]
    if proposals:
        parts.append("\n")
        for path, content in found.files.items():
            parts.extend(_diff(f"{registry}/{path}", "", content, is_new=True))
        parts.extend(_diff(found.path, found.before, found.after))
    return "".join(parts)


def _row(one: Proposal) -> Iterator[str]:
    roles = " and ".join(one.roles)
    words = excerpt(one.sent[0].text)
    start = one.place.source.location(one.place.start)
    yield f"{start}: {roles} text for {one.sent[0].library} -> {one.name}  {words}"
    for value in one.inputs:
        yield f"    {value.name} ({value.type}) = {value.code}"
    for draft in one.drafts:
        if draft.trims:
            last = draft.pieces[-1]
            name = last if isinstance(last, str) else last.name
            yield f"    line ends at the end of {name} will not be sent any more"


def _reason(one: Refusal) -> Iterator[str]:
    start = one.place.source.location(one.place.start)
    yield f"{start}: stays in the code: {one.reason}  {excerpt(one.sent.text)}"


def _diff(path: str, before: str, after: str, *, is_new: bool = False) -> Iterator[str]:
    """A unified diff that patch and git apply take."""
    if before == after:
        return
    old = "/dev/null" if is_new else f"a/{path}"
    for line in difflib.unified_diff(_lines(before), _lines(after), old, f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: str) -> list[str]:
    """The lines of a text with their ends; only LF ends a line."""
    return [f"{line}\n" for line in content.split("\n")[:-1]] + [line for line in content.split("\n")[-1:] if line]
