"""`promptreg extract`: what it prints, what it writes, and when it refuses."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.schemas import valid

APP = """import openai


def ask(question: str, n: int) -> None:
    openai.responses.create(input=f"Give {n} rather short answers to this question: {question}?")
    openai.responses.create(input="Tell me a rather long and winding story about this: " + question)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def test_nothing_is_written_without_write(project: Path) -> None:
    done = run("extract", "app.py", folder=project)
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith(
        'app.py:5:35: user text for OpenAI -> app/ask  "Give {} rather short answers to this que…"\n'
        "    n (integer) = n\n"
        "    question (string) = question\n"
        "app.py:6:35: stays in the code: it ends with question, and line ends at the end of that value would not "
    )
    assert "\n+++ b/prompts/templates/app-ask.md\n" in done.out
    assert '\n+PROMPTS = promptreg.load(Path(__file__).resolve().parent / "prompts")\n' in done.out
    assert (project / "app.py").read_text() == APP
    assert list((project / "prompts").iterdir()) == []


def test_the_diff_is_one_that_git_applies(project: Path) -> None:
    diff = run("extract", "app.py", folder=project).out
    patch = diff[diff.index("--- /dev/null") :]
    subprocess.run(["git", "apply", "-"], cwd=project, input=patch.encode(), check=True, capture_output=True)
    applied = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    (project / "app.py").write_text(APP)
    for path in applied:
        if path.name != "app.py":
            path.unlink()
    assert run("extract", "app.py", "--write", folder=project).code == 1
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == applied


def test_json_before_and_after_writing(project: Path) -> None:
    before = valid(run("extract", "app.py", "--format", "json", folder=project).out, "extract")
    assert [text["state"] for text in before["texts"]] == ["proposed", "refused"]
    assert before["texts"][0]["code"] == 'PROMPTS.render("app/ask", {"n": n, "question": question}).text'
    assert before["texts"][1]["reason"].startswith("it ends with question")
    assert before["summary"] == {"proposed": 1, "written": 0, "refused": 1}
    after = valid(run("extract", "app.py", "--write", "--format", "json", folder=project).out, "extract")
    assert after["summary"] == {"proposed": 0, "written": 1, "refused": 1}
    assert after["diff"] == before["diff"]
    for file in after["files"]:
        assert (project / file["path"]).read_text() == file["text"]


def test_writing_keeps_the_mode_and_follows_links(project: Path) -> None:
    (project / "app.py").chmod(0o755)
    (project / "link.py").symlink_to("app.py")
    done = run("extract", "link.py", "--write", "--drop-line-ends", folder=project)
    assert done.code == 0
    assert (project / "link.py").is_symlink()
    assert stat.S_IMODE((project / "app.py").stat().st_mode) == 0o755
    assert (project / "app.py").read_text().count("PROMPTS.render(") == 2
    assert done.out.endswith("wrote link.py\n")
    again = run("extract", "app.py", folder=project)
    assert (again.code, again.out) == (0, "app.py: no prompt text found\n")


def test_rendered_prompts_are_linted_calls(project: Path) -> None:
    run("extract", "app.py", "--write", "--drop-line-ends", folder=project)
    done = run("lint", "app.py", folder=project)
    assert done.code == 0
    code = (project / "app.py").read_text()
    (project / "app.py").write_text(code.replace('"question": question}', '"qestion": question}', 1))
    found = run("lint", "app.py", "--format", "json", folder=project)
    rules = {finding["rule"] for finding in valid(found.out, "lint")["findings"]}
    assert (found.code, rules) == (1, {"unknown-input", "missing-input"})


def test_names_of_broken_files_are_taken(project: Path) -> None:
    way = project / "prompts/templates/app-ask.md"
    way.parent.mkdir()
    way.write_text("---\nkind: [\n")
    done = run("extract", "app.py", "--write", folder=project)
    assert "app-ask-2" in done.out  # a broken file has a name, which is not taken again


@pytest.mark.parametrize("way", ["templates", "app"])
def test_a_file_in_the_way_is_named_and_nothing_is_written(way: str, project: Path) -> None:
    (project / "prompts" / way).write_text("I am a file.")
    done = run("extract", "app.py", "--write", folder=project)
    assert (done.code, done.out) == (2, "")
    assert f"prompts/{way}/" in done.err
    assert "is in the way; nothing was written" in done.err
    assert (project / "app.py").read_text() == APP
    assert [path for path in (project / "prompts").rglob("*") if path.is_file()] == [project / "prompts" / way]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_cannot_be_replaced_leaves_no_new_files(project: Path) -> None:
    project.chmod(0o555)
    try:
        done = run("extract", "app.py", "--write", folder=project)
    finally:
        project.chmod(0o755)
    assert done.code != 0
    assert not list((project / "prompts").rglob("*.md"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.py"], "missing.py: cannot be read: No such file or directory"),
        (["."], ".: cannot be read: Is a directory"),
        (["app.py", "--area", "Not A Name"], '--area: "Not A Name" part "Not A Name" must be lower-case words'),
        (["app.py", "--line", "2"], "app.py: no prompt text was found on line 2; there are some on 5, 6"),
        (["broken.py"], "broken.py:1:3: cannot be parsed: invalid syntax"),
    ],
)
def test_what_makes_no_sense(arguments: list[str], message: str, project: Path) -> None:
    (project / "broken.py").write_text("a b\n")
    done = run("extract", *arguments, folder=project)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    as_json = run("extract", *arguments, "--format", "json", folder=project)
    assert as_json.code == 2
    assert valid(as_json.out, "error")["errors"]
