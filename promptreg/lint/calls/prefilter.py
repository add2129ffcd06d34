"""Which Python files are worth parsing, decided on their bytes.

The filter never loses a finding: everything that is reported needs a name that the filter looks for. Names are resolved
through imports, so the library must stand in the file, and of a model library the last word of the function, too.
"""

from __future__ import annotations

from promptreg.lint.calls.sinks import mentions_sink

__all__ = ["METHODS", "is_worth_parsing"]

METHODS = ("render", "require", "check_output", "samples", "sample", "worst_case", "component", "source_text",
           "closure", "tree", "bundle", "verify", "outdated")  # fmt: skip
"""The methods of a registry that take refs."""


def is_worth_parsing(data: bytes) -> bool:
    """Whether a file can hold a call that is checked; of one that names promptreg, people want to know if it parses."""
    return b"promptreg" in data or mentions_sink(data)
