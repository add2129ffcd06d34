"""`promptreg lsp` where it cannot start; tests/serve talks to it."""

from __future__ import annotations

import sys

import pytest

from tests.cli.running import run


@pytest.mark.parametrize("missing", ["pygls", "lsprotocol"])
def test_without_the_extra_it_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("pygls", "lsprotocol")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)  # type: ignore[arg-type]
    found = run("lsp")
    assert (found.code, found.out) == (2, "")
    assert found.err == f"error: the language server needs {missing}: pip install 'promptreg[lsp]'\n"
