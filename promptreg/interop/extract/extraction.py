"""Extraction as a whole: from a file and wishes to new files and a rewritten one, nothing written yet."""

from __future__ import annotations

from typing import NamedTuple

from promptreg.errors import InvalidFile, UsageError
from promptreg.interop.extract.loading import Loading, plan_loading
from promptreg.interop.extract.plan import Plan, Proposal, Refusal, Wishes, make_plan
from promptreg.interop.extract.prove import changes_nothing_else, render_fault
from promptreg.interop.extract.rewrite import require_libcst, rewrite
from promptreg.lint.calls.python_file import PythonFile, decode_python
from promptreg.lint.workspace import Workspace

__all__ = ["Extraction", "extract"]


class Extraction(NamedTuple):
    """What would be done to a file: `files` are new, by path below the registry; `data` is the file with the calls.

    `data` is what the file holds already when there is nothing to extract.
    """

    path: str
    plan: Plan
    loading: Loading
    files: dict[str, str]
    before: str
    after: str
    data: bytes


def extract(workspace: Workspace, path: str, data: bytes, wishes: Wishes, registry: str) -> Extraction:
    """What can be moved out of the Python file `data`; `registry` is the folder that it moves to, an absolute path.

    What is proposed was proven: the prompts rendered the texts, and the code differs in nothing else. Raises UsageError
    without LibCST and for a file that cannot be rewritten, InvalidFile for one that is no Python.
    """
    require_libcst()
    file = PythonFile(workspace, decode_python(data, path))
    if file.problem is not None:
        raise InvalidFile([file.problem])
    _check_lines(file, wishes)
    plan = _proven(make_plan(file, wishes))
    before = file.source.text
    if not plan.proposals:
        return Extraction(path, plan, Loading(""), {}, before, before, data)
    loading = plan_loading(file, min(one.node.lineno for one in plan.proposals), registry)
    rewritten = rewrite(file, data, plan.proposals, loading)
    assert file.tree is not None
    if not changes_nothing_else(file.tree, rewritten.text, plan.proposals, loading):
        raise UsageError.at("could not be rewritten without a change of other code; nothing was written", path=path)
    files = {name: text for one in plan.proposals for name, text in one.files.items()}
    after = rewritten.data.decode(_encoding_of(rewritten.data))
    return Extraction(path, plan, loading, files, before, after, rewritten.data)


def _check_lines(file: PythonFile, wishes: Wishes) -> None:
    """Raise UsageError for a line that is asked for and has no text."""
    spans = [(one.text.node.lineno, one.text.node.end_lineno or 0) for one in file.sent]
    for line in wishes.lines or ():
        if not any(first <= line <= last for first, last in spans):
            known = ", ".join(str(first) for first, _ in spans[:9])
            message = f"no prompt text was found on line {line}" + (f"; there are some on {known}" if known else "")
            raise UsageError.at(message, path=file.source.path)


def _proven(plan: Plan) -> Plan:
    """The plan with proposals that do not render the text of the code turned into refusals."""
    kept: list[Proposal] = []
    refused = list(plan.refusals)
    for proposal in plan.proposals:
        fault = render_fault(proposal)
        if fault is None:
            kept.append(proposal)
        else:
            refused += [Refusal(one, plan.file.place(one.text.node), fault) for one in proposal.sent]
    return plan._replace(proposals=tuple(kept), refusals=tuple(sorted(refused, key=lambda one: one.place.start)))


def _encoding_of(data: bytes) -> str:
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return "utf-8" if encoding == "utf-8-sig" else encoding
