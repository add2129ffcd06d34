"""Rules of installed packages: loaded from their metadata, checked, blamed by name, and off when they should be."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptreg.cli.lint_rules import every_rule
from promptreg.errors import PluginFailed, PluginInvalid
from promptreg.lint.engine import Active, run_rules
from promptreg.lint.plugins import load_plugin_rules
from promptreg.lint.settings import Settings
from tests.cli.running import run
from tests.lint.test_engine import workspace

CODE = """
from promptreg.lint.finding import Hit, Place
from promptreg.lint.rule import Rule


def check(template, options):
    at = template.body.text.text.find("SHOUT")
    if at >= 0:
        yield Hit("somebody shouts", template.place(at, at + 5))


RULE = Rule("acme-shout", "ACME001", "Somebody shouts.", "template", check, severity="error")
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages that Python looks into."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name, module in list(sys.modules.items()):
        if str(folder) in str(getattr(module, "__file__", "")):
            del sys.modules[name]


def install(folder: Path, code: str, *, package: str, value: str = "RULE", point: str = "acme") -> None:
    """A module and the metadata of a package that brings rules from it, as an installer leaves them."""
    module = package.replace("-", "_")
    (folder / f"{module}.py").write_text(code, "utf-8")
    metadata = folder / f"{module}-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n", "utf-8")
    (metadata / "entry_points.txt").write_text(f"[promptreg.rules]\n{point} = {module}:{value}\n", "utf-8")


@pytest.mark.parametrize("value", ["RULE", "RULES", "make"])
def test_a_rule_of_a_package_runs_like_any_other(value: str, site: Path, tmp_path: Path) -> None:
    install(
        site, f"{CODE}\nRULES = [RULE]\ndef make():\n    return RULE\n", package=f"acme-{value.lower()}", value=value
    )
    (made,) = load_plugin_rules()
    found, crashes = run_rules(workspace(tmp_path), ["rules/tone"], (), [Active(made, {})])
    assert [(one.rule, one.code, one.place.text, one.component) for one in found] == [
        ("acme-shout", "ACME001", "SHOUT", "rules/tone")
    ]
    assert crashes == []
    assert made.reach == "registry"


def test_plugins_can_be_switched_off(site: Path) -> None:
    install(site, "raise SystemExit(7)\n", package="acme-evil")
    names = {rule.name for rule in every_rule(str(site), Settings(), plugins=False)}
    assert "acme-shout" not in names
    with pytest.raises(PluginInvalid, match="cannot be imported"):
        every_rule(str(site), Settings())


def test_the_command_line_knows_them(site: Path, tmp_path: Path) -> None:
    install(site, CODE, package="acme-cli")
    workspace(tmp_path)
    result = run("lint", "--select", "acme-shout", folder=tmp_path)
    assert (result.code, "somebody shouts" in result.out) == (1, True)
    assert run("lint", "--select", "acme-shout", "--no-plugins", folder=tmp_path).code == 2
    assert "acme-shout" in run("rules", "list", folder=tmp_path).out
    assert "acme-shout" not in run("rules", "list", "--no-plugins", folder=tmp_path).out
    assert "A rule of an installed package." in run("rules", "explain", "acme-shout", folder=tmp_path).out


WHO = 'the rules "acme" of the package acme-bad 1.2'


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("acme-shout", "Acme Shout"), "name must be words in small letters joined by dashes"),
        (("ACME001", "acme"), "code must be capital letters and digits, such as ACME001"),
        (("ACME001", "TPL001"), "the group TPL belongs to promptreg"),
        (("ACME001", "TEAM"), "the group TEAM belongs to promptreg"),
        (('"template"', '"everything"'), "scope must be one of file, head, template"),
        (('"error"', '"fatal"'), "severity must be one of error, warning, note"),
        ((", check,", ", None,"), "check cannot be called"),
        (('"Somebody shouts."', '""'), "summary must be a text"),
        (("acme-shout", "unused-variable"), "its name is that of a rule of promptreg or of the team"),
        (("RULE = Rule(", "RULE = [3] or Rule("), "it is not made with promptreg.lint.rule.Rule"),
        (("RULE = Rule(", "RULE = 3 or Rule("), "is a int, not a Rule or a list of them"),
        (("RULE = ", "RULES = "), "AttributeError: module 'acme_bad' has no attribute 'RULE'"),
        (("yield Hit", "yield Hit("), "SyntaxError"),
    ],
    ids=[
        "name",
        "code",
        "group",
        "team",
        "scope",
        "severity",
        "check",
        "summary",
        "taken",
        "other",
        "number",
        "missing",
        "syntax",
    ],
)
def test_what_is_no_rule_is_refused_by_name(change: tuple[str, str], message: str, site: Path) -> None:
    assert change[0] in CODE
    install(site, CODE.replace(*change), package="acme-bad")
    with pytest.raises(PluginInvalid) as caught:
        load_plugin_rules(taken={"unused-variable"})
    assert WHO in str(caught.value)
    assert message in str(caught.value)


def test_two_packages_with_one_rule_are_named(site: Path) -> None:
    install(site, CODE, package="acme-one")
    install(site, CODE, package="acme-two")
    with pytest.raises(PluginInvalid, match=r"package acme-two 1\.2.*package acme-one 1\.2"):
        load_plugin_rules()


def test_a_function_that_raises_and_a_check_that_fails_are_blamed_on_the_package(site: Path, tmp_path: Path) -> None:
    install(site, "def RULE():\n    return 1 / 0\n", package="acme-start")
    with pytest.raises(PluginFailed, match="failed to start: ZeroDivisionError"):
        load_plugin_rules()
    (site / "acme_start.py").write_text(CODE.replace('yield Hit("somebody shouts", ', "yield ("), "utf-8")
    sys.modules.pop("acme_start", None)
    (made,) = load_plugin_rules()
    _, (crash, *_) = run_rules(workspace(tmp_path), ["rules/tone"], (), [Active(made, {})])
    assert "the package acme-start 1.2 gave a Place, not a Hit" in crash.error
