"""Required and banned components: by glob and version, in a role, and always."""

from __future__ import annotations

import pytest

from tests.lint.team.written import findings, rule

REQUIRED = "kind: required\nmessage: '{prompt} lacks {component}'\ncomponents: ['rules/safe@^1']\nrole: system\n"
SAFE = "---\nkind: rule\nversion: %s\n---\n- Be safe.\n"
INPUTS = "inputs: {on: {type: boolean, default: true}}\n"


def prompt(*parts: str, role: str = "system") -> str:
    return (
        f"kind: prompt\nversion: 1.0.0\n{INPUTS}messages:\n"
        f"  - {{role: {role}, parts: [{{text: Hello.}}, {', '.join(parts)}]}}\nsamples: {{one: {{}}}}\n"
    )


def wrapper(body: str) -> str:
    return f"---\nkind: rule\nversion: 1.0.0\n{INPUTS}---\n{body}\n"


@pytest.mark.parametrize(
    ("part", "files", "doubt"),
    [
        ("{use: rules/safe}", {}, None),
        ("{use: rules/safe@1.4.0}", {"rules/safe.md": SAFE % "1.4.0"}, None),
        ("{use: rules/safe, when: on}", {}, "only where its condition holds"),
        ("{use: rules/safe, budget: {priority: 3}}", {}, "may be left out for the budget"),
        ("{use: rules/safe, budget: {variants: [Be safe.]}}", {}, "a shorter form may take its place"),
        ("{use: rules/all}", {"rules/all.md": wrapper('{% include "rules/safe@^1" %}')}, None),
        (
            "{use: rules/all}",
            {"rules/all.md": wrapper('{% with on = 1 %}{%- include "rules/safe" -%}{% endwith %}')},
            None,
        ),
        (
            "{use: rules/all}",
            {"rules/all.md": wrapper('{% if on %}{% include "rules/safe" %}{% endif %}')},
            "only where a condition holds",
        ),
        (
            "{use: rules/all}",
            {"rules/all.md": wrapper('{% set x %}{% include "rules/safe" %}{% endset %}{{ x }}')},
            "only where a condition holds",
        ),
        ("{text: '{% include \"rules/safe\" %}'}", {}, None),
        ("{text: '{% if on %}{% include \"rules/safe\" %}{% endif %}'}", {}, "only where a condition holds"),
        ("{text: Nothing.}", {}, ""),
        ("{use: rules/safe}", {"rules/safe.md": SAFE % "2.0.0"}, ""),
    ],
    ids=[
        "use",
        "pin",
        "when",
        "priority",
        "variant",
        "include",
        "with",
        "if",
        "set",
        "inline",
        "inline-if",
        "none",
        "version",
    ],
)
def test_a_required_component_is_always_there(part: str, files: dict[str, str], doubt: str | None) -> None:
    found = findings(rule(REQUIRED), {"rules/safe.md": SAFE % "1.2.0", **files, "a/b.yaml": prompt(part)})
    if doubt is None:
        assert found == []
        return
    (one,) = found
    assert (one.message, one.component, one.place.text) == ("a/b lacks rules/safe@^1", "a/b", "messages")
    assert [related.message for related in one.related] == ([doubt] if doubt else [])
    loose = findings(
        rule(f"{REQUIRED}always: false\n"), {"rules/safe.md": SAFE % "1.2.0", **files, "a/b.yaml": prompt(part)}
    )
    assert len(loose) == (0 if doubt else 1)


def test_what_is_in_another_role_does_not_count_and_is_named() -> None:
    files = {"rules/safe.md": SAFE % "1.2.0", "a/b.yaml": prompt("{use: rules/safe}", role="user")}
    (one,) = findings(rule(REQUIRED), files)
    assert [related.message for related in one.related] == ["here it is in the role user"]
    assert findings(rule(REQUIRED.replace("role: system\n", "")), files) == []


def test_globs_choose_prompts_and_components() -> None:
    files = {"rules/safe.md": SAFE % "1.0.0", "a/b.yaml": prompt("{text: No.}"), "c/d.yaml": prompt("{text: No.}")}
    made = f"{REQUIRED}names: ['a/**']\n".replace("rules/safe@^1", "rules/s*")
    assert [one.component for one in findings(rule(made), files)] == ["a/b"]


BANNED = "kind: banned\nmessage: '{prompt} uses {component}'\ncomponents: ['rules/o*']\n"


def test_a_banned_component_is_told_at_each_ref_that_leads_to_it() -> None:
    files = {
        "rules/old.md": SAFE % "1.0.0",
        "rules/all.md": wrapper('{% include "rules/old" %}'),
        "a/b.yaml": prompt("{use: rules/old}", "{use: rules/all}"),
        "c/d.yaml": prompt("{use: rules/all}"),
        "e/f.yaml": prompt("{text: No.}"),
    }
    assert [(one.message, one.component, one.place.text) for one in findings(rule(BANNED), files)] == [
        ("a/b uses rules/o*", "a/b", "rules/old"),
        ("a/b uses rules/o*", "rules/all", "rules/old"),
        ("c/d uses rules/o*", "rules/all", "rules/old"),
    ]
    assert findings(rule(f"{BANNED}role: user\n"), files) == []


def test_what_is_found_does_not_change_once_templates_are_compiled() -> None:
    from promptreg.api import Registry
    from promptreg.lint.engine import Active, run_rules
    from promptreg.lint.team.case_tree import CaseTree
    from promptreg.lint.team.checks import as_rule
    from promptreg.lint.workspace import Workspace
    from promptreg.registry.config import Config

    files = {
        "rules/safe.md": SAFE % "1.0.0",
        "rules/all.md": wrapper('{% include "rules/safe" %}'),
        "a/b.yaml": prompt("{use: rules/all}"),
    }
    workspace = Workspace(Registry(Config("/", "/prompts"), CaseTree(files)))
    assert workspace.rendered("a/b")
    assert run_rules(workspace, ["a/b"], (), [Active(as_rule(rule(REQUIRED)), {})]) == ([], [])
