"""How the rewritten file looks: only what must change does, and the registry is opened once."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

import promptreg
from promptreg.interop.extract.plan import Wishes
from tests.interop.extract.programs import Project, sent_by
from tests.interop.extract.test_same_text import OPENAI


def changed(project: Project) -> list[str]:
    """The lines that went and came."""
    found = project.apply()
    diff = difflib.ndiff(found.before.splitlines(), found.after.splitlines())
    return [line for line in diff if line[:2] in ("- ", "+ ")]


def test_only_the_text_and_the_new_statements_change(tmp_path: Path) -> None:
    source = (
        OPENAI + "\n\ndef main( ) :  # odd\n\tx = {'a':1 ,}\n\tclient.responses.create( input = 'A text.' ) # end\n"
    )
    assert changed(Project(tmp_path, source)) == [
        "+ from pathlib import Path",
        "+ import promptreg",
        "+ ",
        '+ PROMPTS = promptreg.load(Path(__file__).resolve().parents[1] / "prompts")',
        "- \tclient.responses.create( input = 'A text.' ) # end",
        '+ \tclient.responses.create( input = PROMPTS.render("app/main").text ) # end',
    ]


def test_comments_inside_of_a_text_are_kept(tmp_path: Path) -> None:
    source = OPENAI + (
        "client.responses.create(\n"
        '    input="One "  # first\n'
        "    # second\n"
        '    "two."\n'
        ")\n"
        "client.responses.create(\n"
        "    input=(\n"
        "        # above\n"
        '        "Three "  # third\n'
        '        "four."\n'
        "    ),\n"
        ")\n"
    )
    project = Project(tmp_path, source)
    before = sent_by(project.file)
    after = project.apply().after
    assert sent_by(project.file) == before
    for comment in ("# first", "# second", "# above", "# third"):
        assert after.count(comment) == 1
    assert after.endswith(
        "client.responses.create(\n"
        "    input=(\n"
        "        # above\n"
        "        # third\n"
        '        PROMPTS.render("app/prompt-user").text\n'
        "    ),\n"
        ")\n"
    )


def test_a_registry_that_is_there_already_is_used(tmp_path: Path) -> None:
    source = (
        "import promptreg\nfrom openai import OpenAI\n\n"
        'reg = promptreg.load("prompts")\n'
        'OpenAI().responses.create(input="A text.")\n'
    )
    after = Project(tmp_path, source).apply().after
    assert after == source.replace('"A text."', 'reg.render("app/prompt").text')


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('reg = promptreg.load("others")', id="another registry"),
        pytest.param('reg = promptreg.load("prompts", locked=True)', id="releases only"),
        pytest.param('reg = promptreg.load("prompts")\nreg = None', id="bound twice"),
        pytest.param('reg = promptreg.load("prompts")\ndef f(reg): ...', id="shadowed"),
        pytest.param('def f():\n    reg = promptreg.load("prompts")', id="in a function"),
    ],
)
def test_a_registry_that_may_be_another_one_is_not_used(line: str, tmp_path: Path) -> None:
    source = f'import promptreg\nimport openai\n{line}\nopenai.responses.create(input="A text.")\n'
    assert 'PROMPTS.render("app/prompt").text' in Project(tmp_path, source).apply().after


def test_a_registry_that_is_opened_too_late_is_not_used(tmp_path: Path) -> None:
    source = (
        'import promptreg\nimport openai\nopenai.responses.create(input="A text.")\nreg = promptreg.load("prompts")\n'
    )
    assert 'PROMPTS.render("app/prompt").text' in Project(tmp_path, source).apply().after


def test_imports_that_are_there_are_used(tmp_path: Path) -> None:
    source = 'from pathlib import Path\nimport promptreg\nimport openai\nopenai.responses.create(input="A text.")\n'
    after = Project(tmp_path, source).apply().after
    assert after.count("import Path") == after.count("import promptreg") == 1


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("app.py", 'Path(__file__).resolve().parent / "prompts"'),
        ("src/deep/er/app.py", 'Path(__file__).resolve().parents[3] / "prompts"'),
        ("prompts/tools/app.py", "Path(__file__).resolve().parents[1]"),
    ],
)
def test_the_registry_is_found_from_the_file(name: str, folder: str, tmp_path: Path) -> None:
    project = Project(tmp_path, OPENAI + 'client.responses.create(input="A text.")\n', name)
    before = sent_by(project.file)
    assert f"PROMPTS = promptreg.load({folder})" in project.apply().after
    assert sent_by(project.file) == before


def test_names_come_from_the_code_and_are_new(tmp_path: Path) -> None:
    source = OPENAI + (
        'SYSTEM_TEXT = "You are short."\n'
        "class Bot:\n"
        "    def reply(self, user):\n"
        '        client.responses.create(instructions=SYSTEM_TEXT, input=f"Hello {user.name}.")\n'
        '        client.responses.create(instructions="Be kind.", input=f"{self.tone} {user[0]} {user[\'a b\']}.")\n'
    )
    project = Project(tmp_path, source, "src/myBot.py")
    (tmp_path / "prompts/my-bot").mkdir()
    (tmp_path / "prompts/my-bot/reply.yaml").write_text(
        "kind: prompt\nversion: 1.0.0\nmessages:\n  - {role: user, parts: [{text: Hi}]}\n"
    )
    plan = project.found().plan
    names = [one.name for one in plan.proposals]
    assert names == ["my-bot/system-text", "my-bot/reply-user", "my-bot/reply-system", "my-bot/reply-user-2"]
    assert [one.name for one in plan.proposals[3].inputs] == ["tone", "user_0", "user_a_b"]
    assert project.found(Wishes("team", min_length=1)).plan.proposals[0].name == "team/system-text"


def test_lines_and_lengths_choose(tmp_path: Path) -> None:
    source = OPENAI + 'client.responses.create(input="Short.")\nclient.responses.create(input="Rather longer.")\n'
    project = Project(tmp_path, source)
    assert [one.place.text for one in project.found(Wishes(min_length=10)).plan.proposals] == ['"Rather longer."']
    assert [one.place.text for one in project.found(Wishes(None, (4,), 1)).plan.proposals] == ['"Short."']
    assert project.found(Wishes()).data == project.file.read_bytes()


def test_the_new_registry_is_clean(tmp_path: Path) -> None:
    from promptreg.lint.run import lint
    from promptreg.lint.settings import Settings
    from promptreg.lint.workspace import Workspace

    source = OPENAI + (
        "def main(page: str, n: int):\n"
        '    client.responses.create(instructions="You are a careful reader of pages, and short.",\n'
        '        input=f"Read the page below, then give {n} reasons.\\n\\n{page}\\n\\nThese are the {n} reasons:")\n'
    )
    project = Project(tmp_path, source)
    project.apply()
    registry = promptreg.load(tmp_path / "prompts")
    assert registry.problems == ()
    report = lint(Workspace(registry), None, Settings(python=("src",)))
    assert [finding.message for finding in report.findings] == []
