"""Python files: the byte filter, places in awkward files, suppressions, and which files are looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import promptreg
from promptreg.lint.calls.prefilter import is_worth_parsing
from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.report import Report
from promptreg.lint.run import lint
from promptreg.lint.settings import Settings
from promptreg.lint.workspace import Workspace
from promptreg.text import Source
from tests.lint.calls.reading import CHAT, read, workspace
from tests.lint.calls.test_resolving import FOUND
from tests.lint.calls.test_sent import FOUND as SENT

BAD = "import promptreg\nreg = promptreg.load()\nreg.render('chatt')\n"


def every_source() -> list[str]:
    return [*FOUND.values(), *(source for source, _ in SENT.values())]


@pytest.mark.parametrize("source", every_source())
def test_the_filter_keeps_every_file_with_a_finding(source: str) -> None:
    assert is_worth_parsing(source.encode())


@pytest.mark.parametrize("path", sorted(Path(promptreg.__file__).parent.rglob("*.py"))[::7], ids=lambda path: path.name)
def test_what_the_filter_leaves_out_has_nothing(path: Path) -> None:
    data = path.read_bytes()
    if not is_worth_parsing(data):
        file = PythonFile(workspace(), Source("x.py", data.decode()))
        assert (file.calls, file.sent) == ((), ())


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        pytest.param("import promptreg as p; ü = 'é😀'; p.load().render('x')", 1, 50, id="other scripts"),
        pytest.param("\ufeffimport promptreg as p; p.load().render('x')", 1, 41, id="byte order mark"),
        pytest.param("import promptreg as p\r\n\r\np.load().render('x')", 3, 17, id="CRLF"),
        pytest.param("import promptreg as p\n\x0cp.load().render('x')", 2, 18, id="form feed"),
        pytest.param("'''\n'''; import promptreg as p\np.load().render(\n  'x')", 4, 3, id="several lines"),
    ],
)
def test_places(source: str, line: int, column: int) -> None:
    file = read(source)
    [call] = file.calls
    place = file.place(call.refs[0].node)
    assert place.text == "'x'"
    assert place.source.location(place.start)[1:] == (line, column)


def test_encodings_are_read_as_declared() -> None:
    source = "# coding: latin-1\nimport promptreg as p; ü = 1; p.load().render('é')\n"
    [call] = read(source.encode("latin-1")).calls
    assert call.refs[0].text == "é"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("import promptreg\nx.render(", "was never closed", id="syntax"),
        pytest.param("import promptreg\n\x00render", "null", id="null byte"),
        pytest.param("import promptreg; render\nx = " + "(" * 300 + ")" * 300, "cannot be parsed", id="parentheses"),
        pytest.param("import promptreg; render\nx = " + "-" * 100_000 + "1", "cannot be parsed", id="deep"),
    ],
)
def test_what_cannot_be_parsed_is_told(source: str, message: str) -> None:
    problem = read(source).problem
    assert problem is not None
    assert message in problem.message


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "promptreg.toml").touch()
    (tmp_path / "prompts/chat.yaml").write_text(CHAT)
    (tmp_path / "prompts/other.yaml").write_text(CHAT)
    return tmp_path


def linted(project: Path, targets: list[str] | None = None, **settings: object) -> Report:
    return lint(Workspace(promptreg.load(project / "prompts")), targets, Settings(**settings))  # type: ignore[arg-type]


def rules(report: Report) -> list[tuple[str, str]]:
    return [(one.rule, one.place.path) for one in report.findings]


def test_files_are_looked_at_by_name_folder_or_glob(project: Path) -> None:
    (project / "src/app.py").write_text(BAD)
    (project / "src/.hidden").mkdir()
    (project / "src/.hidden/app.py").write_text(BAD)
    found = [("unknown-prompt", "src/app.py")]
    assert rules(linted(project)) == []
    assert rules(linted(project, ["src/app.py"])) == found
    assert rules(linted(project, [str(project / "src")])) == found
    assert rules(linted(project, python=("src/**/*.py",))) == found
    assert rules(linted(project, python=("src",))) == found
    assert rules(linted(project, python=("lib",))) == []
    assert rules(linted(project, ["prompts/chat.yaml"], python=("src",))) == []
    assert linted(project, ["src/app.py"]).files == 1


def test_calls_of_a_changed_prompt_are_looked_at_again(project: Path) -> None:
    (project / "src/app.py").write_text(
        "import promptreg\nreg = promptreg.load()\nreg.render('chat')\nreg.render('other')\nreg.render('nothing')\n"
    )
    report = linted(project, ["prompts/chat.yaml"], python=("src",))
    assert [(one.rule, one.place.source.location(one.place.start).line) for one in report.findings] == [
        ("missing-input", 3)
    ]


def test_suppressions_in_comments(project: Path) -> None:
    (project / "src/app.py").write_text(
        "import promptreg\n"
        "reg = promptreg.load()\n"
        "reg.render('a')  # promptreg: ignore[unknown-prompt] on purpose\n"
        "# promptreg: ignore[CAL001] on purpose\n"
        "reg.render(\n"
        "    'b',\n"
        ")\n"
        "reg.render(\n"
        "    'c',\n"
        ")  # promptreg: ignore[unknown-prompt] behind\n"
        "text = '# promptreg: ignore[unknown-prompt] in a text'; reg.render('d')\n"
        "# promptreg: ignore[unknown-prompt] for nothing\n"
        "x = 1\n"
    )
    report = linted(project, ["src"])
    places = [(one.rule, one.place.source.location(one.place.start).line) for one in report.findings]
    assert places == [("unknown-prompt", 11), ("unused-suppression", 12)]
    assert len(report.suppressed) == 3


def test_a_suppression_of_the_whole_file(project: Path) -> None:
    (project / "src/app.py").write_text(BAD + "# promptreg: ignore-file[CAL] generated\n")
    report = linted(project, ["src"])
    assert (rules(report), len(report.suppressed)) == ([], 1)


def test_a_file_that_is_not_its_encoding_is_told(project: Path) -> None:
    (project / "src/app.py").write_bytes(b"import promptreg\nreg.render('\xff')\n")
    assert rules(linted(project, ["src"])) == [("unreadable-python", "src/app.py")]


def test_nothing_is_imported_for_python_before_there_is_a_file() -> None:
    code = (
        "import sys; from promptreg.lint.catalogue import builtin_rules; import promptreg.lint.run; builtin_rules(); "
        "print(*sorted(name for name in sys.modules if name.startswith('promptreg.lint.calls')))"
    )
    root = Path(promptreg.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["promptreg.lint.calls", "promptreg.lint.calls.files", "promptreg.lint.calls.shown"]
