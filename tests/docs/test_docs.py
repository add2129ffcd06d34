"""The documentation is true: its commands print what it says, its links lead somewhere, its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Context

from promptreg import errors
from promptreg.cli.group import COMMANDS, cli
from promptreg.template import words
from promptreg.template.limits import Limits
from tests.docs.console import ROOT, Block, Session, agrees, blocks, commands

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
every_page = pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@every_page
def test_commands_print_what_the_page_shows(path: Path, tmp_path: Path) -> None:
    page = read(path)
    session = Session(tmp_path, page)
    wrong = []
    for block in blocks(page):
        if block.file:
            session.write(block)
        if block.runs:
            wrong += disagreements(block, session.run(block))
    hint = f"`python tests/docs/console.py {path.relative_to(ROOT)}` writes what is printed now into the page"
    assert not wrong, "\n".join([*wrong, hint])


def disagreements(block: Block, printed: list[str]) -> list[str]:
    wanted = commands(block.body)
    assert len(printed) == len(wanted), f"line {block.line}: a command ended the shell"
    return [
        f"line {block.line}: $ {command.text}--- on the page\n{command.expected}--- printed\n{output}"
        for command, output in zip(wanted, printed, strict=True)
        if not agrees(command.expected, output)
    ]


@every_page
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)", read(path))
    assert [target for target, _ in targets if not (path.parent / target).exists()] == []


@every_page
def test_anchors_exist(path: Path) -> None:
    broken = []
    for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", read(path)):
        other = path.parent / target if target else path
        if anchor not in anchors(read(other)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_file_blocks_are_not_shown_as_output(path: Path) -> None:
    assert [block.line for block in blocks(read(path)) if block.file and block.runs] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_described(name: str) -> None:
    page = read(ROOT / "docs/reference/commands.md")
    shared, section = page.partition("\n## ")[0], page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    command = cli.get_command(Context(cli), name)
    assert command is not None
    options = [spelled for param in command.params for spelled in param.opts if spelled.startswith("-")]
    assert section
    assert [spelled for spelled in options if f"`{spelled}" not in shared + section] == []


def test_every_error_code_is_explained() -> None:
    page = read(ROOT / "docs/reference/errors.md")
    classes = [getattr(errors, name) for name in errors.__all__]
    codes = [found.code for found in classes if isinstance(found, type) and issubclass(found, errors.PromptregError)]
    assert [code for code in codes if f"`{code}`" not in page] == []


@pytest.mark.parametrize(
    "table", ["ALLOWED_FILTERS", "ALLOWED_TESTS", "REFUSED_FILTERS", "REFUSED_TAGS", "REFUSED_TESTS"]
)
def test_every_word_of_the_dialect_is_listed(table: str) -> None:
    page = read(ROOT / "docs/reference/templates.md")
    assert [name for name, text in getattr(words, table).items() if f"| `{name}` | {text} |" not in page] == []


def test_every_limit_is_listed_with_its_default() -> None:
    page = read(ROOT / "docs/reference/templates.md")
    assert [name for name, most in Limits()._asdict().items() if f"| `{name}` | {most:,} |" not in page] == []


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        pytest.param("a\nb\n", "a\nb\n", True, id="equal"),
        pytest.param("a\nb\n", "a\nc\n", False, id="different"),
        pytest.param("a\n...\nd\n", "a\nb\nc\nd\n", True, id="left out"),
        pytest.param("a\n...\nd\n", "a\nd\n", True, id="nothing left out"),
        pytest.param("a\n...\n", "b\n", False, id="different before what is left out"),
        pytest.param("a.c\n", "abc\n", False, id="no pattern characters"),
        pytest.param(f"sha256:{'0' * 64}\n", f"sha256:{'f' * 64}\n", True, id="another digest"),
        pytest.param("sha256:00\n", "sha256:ff\n", False, id="no digest"),
    ],
)
def test_how_output_is_compared(expected: str, printed: str, same: bool) -> None:
    assert agrees(expected, printed) is same
