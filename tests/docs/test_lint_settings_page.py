"""The page about the linter's settings has them all."""

from __future__ import annotations

from promptreg.lint.settings import FolderSettings, Settings
from tests.docs.console import ROOT

PAGE = (ROOT / "docs/reference/lint-settings.md").read_text(encoding="utf-8")


def test_every_setting_is_described() -> None:
    names = [name.replace("_", "-") for name in Settings._fields if name not in ("source", "update_baseline")]
    assert [name for name in names if f"| `{name}` |" not in PAGE] == []


def test_every_setting_of_folders_is_described() -> None:
    section = PAGE.partition("## Folders")[2].partition("\n## ")[0]
    assert [name for name in FolderSettings._fields if name != "folder" and f"`{name}`" not in section] == []
