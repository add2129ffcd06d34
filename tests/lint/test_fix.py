"""Fixes: what is proven is made, what is not is refused, and fixing twice changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.fix import Fixed
from promptreg.lint.raise_version import bumps
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Head
from promptreg.lint.workspace import Workspace
from tests.lint.fixing import FILES, fixed, registry, replacing
from tests.support.frozen import history

TONE = "prompts/rules/tone.md"


def reasons(found: Fixed) -> list[str]:
    return [f"{one.finding.place.path}: {one.reason}" for one in found.refused]


def test_a_safe_fix_is_made_where_a_sample_executes_it(tmp_path: Path) -> None:
    found = fixed(registry(tmp_path), replacing(r"\{# why not #\}", ""))
    assert found.texts == {TONE: FILES["rules/tone.md"].replace("{# why not #}", "")}
    assert [one.place.path for one in found.made] == [TONE]
    assert reasons(found) == ["prompts/rules/unused.md: no sample executes what it changes"]


def test_nothing_is_written(tmp_path: Path) -> None:
    fixed(registry(tmp_path), replacing(r"\{# why not #\}", ""))
    assert (tmp_path / TONE).read_text(encoding="utf-8") == FILES["rules/tone.md"]


@pytest.mark.parametrize(
    ("pattern", "text", "reason"),
    [
        pytest.param("kind\\.", "mean.", "chat with the sample quiet would be another text", id="other text"),
        pytest.param("Speak", "Speak ", "chat with the sample quiet would be another text", id="one space"),
        pytest.param("Shout", "Cry", "no sample executes what it changes", id="branch without a sample"),
        pytest.param("loud: \\{type", "laud: {type", "no sample executes what it changes", id="front matter"),
        pytest.param("if loud", "if loud and true", "no sample executes", id="condition"),
        pytest.param("\\{% else %\\}", "{%  else %}", "it changes a tag", id="spaces in a tag"),
    ],
)
def test_a_fix_that_is_not_safe_is_refused_with_the_reason(
    pattern: str, text: str, reason: str, tmp_path: Path
) -> None:
    files = {name: content for name, content in FILES.items() if name != "rules/unused.md"}
    found = fixed(registry(tmp_path, files), replacing(pattern, text))
    assert found.texts == {}
    assert [one for one in reasons(found) if reason in one], reasons(found)


def test_a_branch_that_no_rendering_reaches_is_not_proven(tmp_path: Path) -> None:
    tone = FILES["rules/tone.md"].replace("if loud", "if loud and not loud").replace("Shout.", "Shout.{# loudly #}")
    found = fixed(registry(tmp_path, {**FILES, "rules/tone.md": tone}), replacing(r"\{# loudly #\}", ""))
    assert reasons(found) == [f"{TONE}: no sample executes what it changes"]


def test_a_value_that_no_sample_takes_is_not_proven(tmp_path: Path) -> None:
    tone = FILES["rules/tone.md"].replace("kind.", "{{ 'loud' if loud else 'kind' }}.")
    found = fixed(registry(tmp_path, {**FILES, "rules/tone.md": tone}), replacing("'loud' if", "'shrill' if"))
    assert reasons(found) == [f"{TONE}: it changes an expression that takes one of several values"]


def test_spaces_in_a_tag_that_prints_are_safe_to_change(tmp_path: Path) -> None:
    tone = FILES["rules/tone.md"].replace("kind.", "{{loud}}.")
    found = fixed(registry(tmp_path, {**FILES, "rules/tone.md": tone}), replacing(r"\{\{loud\}\}", "{{ loud }}"))
    assert found.texts == {TONE: tone.replace("{{loud}}", "{{ loud }}")}


def test_what_is_never_sent_needs_no_sample(tmp_path: Path) -> None:
    files = {**FILES, "rules/unused.md": FILES["rules/unused.md"].replace("kind: rule", "kind: rule  # odd")}
    files["rules/tone.md"] = files["rules/tone.md"].replace("Tone.", "Tone!")
    found = fixed(
        registry(tmp_path, files), replacing("  # odd", ""), replacing("Tone!", "Tone.", name="other-pattern")
    )
    assert sorted(found.texts) == [TONE, "prompts/rules/unused.md"]
    assert found.refused == ()


def test_one_bad_fix_of_many_holds_up_no_other(tmp_path: Path) -> None:
    tone = FILES["rules/tone.md"].replace(
        "- Be {# why not #}kind.", "- {# 1 #}{# 2 #}Be {# 3 #}kind{# 4 #}{# 5 #}{# 6 #}."
    )
    found = fixed(
        registry(tmp_path, {**FILES, "rules/tone.md": tone}),
        replacing(r"\{# \d #\}", ""),
        replacing("Speak", "Say", name="other-pattern"),
    )
    assert found.texts[TONE] == FILES["rules/tone.md"].replace("{# why not #}", "")
    assert len(found.made) == 6
    assert len(found.refused) == 1


def test_a_fix_that_makes_other_items_is_refused_where_a_budget_drops_them(tmp_path: Path) -> None:
    body = "".join(f"- Rule {number} is here and takes some tokens.\n" for number in range(9))
    files = {
        "rules/tone.md": f"---\nkind: rule\nversion: 1.0.0\n---\n{body}",
        "chat.yaml": "kind: prompt\nversion: 1.0.0\nbudget: {tokens: 60}\nmessages: [{role: system, parts: ["
        "{use: rules/tone, budget: {priority: 1, min_items: 1}}]}]\nsamples: {only: {}}\n",
    }
    found = fixed(registry(tmp_path, files), replacing(r"(?m)^- (Rule 8 is)", r"{{ '- ' }}\1"))
    assert reasons(found) == [f"{TONE}: chat with the sample only would be cut in another way to fit its budget"]


def test_unsafe_fixes_are_made_when_they_are_asked_for(tmp_path: Path) -> None:
    rule = replacing("Speak", "Say", "unsafe")
    assert fixed(registry(tmp_path), rule).texts == {}
    assert fixed(registry(tmp_path), rule, unsafe=True).texts == {TONE: FILES["rules/tone.md"].replace("Speak", "Say")}


@pytest.mark.parametrize(
    ("pattern", "text", "reason"),
    [
        pytest.param("\\{% endif %\\}", "", "the template of rules/tone would be broken", id="template"),
        pytest.param(
            "loud: \\{type", "laud: {type", "chat with the sample quiet could not be rendered any more", id="name"
        ),
        pytest.param("kind: rule", "kind: rul", "the file could not be read any more", id="file"),
        pytest.param("version: 1.0.0", "version: 2.0.0", "chat would be broken: no version", id="version"),
    ],
)
def test_an_unsafe_fix_that_breaks_a_file_is_refused(pattern: str, text: str, reason: str, tmp_path: Path) -> None:
    files = {name: content for name, content in FILES.items() if name != "rules/unused.md"}
    files["chat.yaml"] = (
        files["chat.yaml"].replace("use: rules/tone", "use: rules/tone@^1").replace("version: 1", "version: 3")
    )
    found = fixed(registry(tmp_path, files), replacing(pattern, text, "unsafe"), unsafe=True)
    assert found.texts == {}
    assert reason in reasons(found)[0]


def test_advice_is_not_made(tmp_path: Path) -> None:
    assert fixed(registry(tmp_path), replacing("Speak", "Say", "display"), unsafe=True).texts == {}


def test_a_comment_that_takes_a_line_end_along_is_not_safe_to_remove(tmp_path: Path) -> None:
    tone = FILES["rules/tone.md"].replace("kind.", "kind.{# why #}")
    found = fixed(registry(tmp_path, {**FILES, "rules/tone.md": tone}), replacing(r"\{# why #\}", ""))
    assert reasons(found) == [f"{TONE}: chat with the sample quiet would be another text"]


def test_of_overlapping_fixes_one_is_made_and_the_other_looked_at_again(tmp_path: Path) -> None:
    found = fixed(
        registry(tmp_path),
        replacing("not #}kind", "not #}nice", "unsafe"),
        replacing("kind\\.", "fair.", "unsafe", "other-pattern"),
        unsafe=True,
    )
    assert "nice." in found.texts[TONE]
    assert "fair" not in found.texts[TONE]


def test_a_fix_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    def check(head: Head, options: Mapping[str, Any]) -> Iterator[Hit]:
        """One comment out, and a word changed that is rendered."""
        if head.name == "rules/tone":
            spans = [re.search(pattern, head.source.text) for pattern in (r"\{# why not #\}", "Speak")]
            places = [Place(head.source, *found.span()) for found in spans if found]
            yield Hit("both", places[0], fix=Fix("safe", "Both", tuple(Edit(place, "") for place in places)))

    found = fixed(registry(tmp_path), Rule("both-at-once", "ZZZ001", "A test.", "head", check))
    assert found.texts == {}
    assert len(found.refused) == 1


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    files = {name: text.replace("\n", "\r\n") for name, text in FILES.items()}
    found = fixed(registry(tmp_path, files), replacing(r"\{# why not #\}", ""))
    assert found.texts == {TONE: files["rules/tone.md"].replace("{# why not #}", "")}


# -- coming to an end


def test_a_fix_that_leaves_its_finding_is_refused(tmp_path: Path) -> None:
    found = fixed(registry(tmp_path), replacing("Speak", "Speak up, Speak", "unsafe"), unsafe=True)
    assert found.texts == {}
    assert reasons(found) == [f"{TONE}: what it mends is still found after it"]


def test_fixes_that_undo_each_other_are_refused(tmp_path: Path) -> None:
    rules = (replacing("Speak", "Talk", "unsafe"), replacing("Talk", "Speak", "unsafe", "other-pattern"))
    found = fixed(registry(tmp_path), *rules, unsafe=True)
    assert found.texts == {}
    assert set(reasons(found)) == {f"{TONE}: others change it back"}


def test_fixes_that_grow_for_ever_are_given_up(tmp_path: Path) -> None:
    rules = (replacing("Speak", "xTalk", "unsafe"), replacing("Talk", "xSpeak", "unsafe", "other-pattern"))
    assert fixed(registry(tmp_path), *rules, unsafe=True).texts == {}


words = st.sampled_from(["a", "b", "c", "ab", "ba", "", "{# x #}", "aa"])
changes = st.tuples(words.filter(bool), words, st.sampled_from(["safe", "unsafe"]))


@settings(max_examples=40)
@given(st.lists(words, min_size=1, max_size=8), st.lists(changes, min_size=1, max_size=4), st.booleans())
def test_fixing_ends_and_fixing_twice_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, body: list[str], wanted: list[Any], unsafe: bool
) -> None:
    rules = [
        replacing(re.escape(old) + "(?=.*!)", new.replace("\\", ""), level, f"found-{number}")
        for number, (old, new, level) in enumerate(wanted)
    ]
    text = f"---\nkind: rule\nversion: 1.0.0\n---\nDo: {' '.join(body)}!\n"
    workspace = registry(tmp_path_factory.mktemp("fix"), {"rules/tone.md": text, "chat.yaml": CHAT})
    once = fixed(workspace, *rules, unsafe=unsafe)
    again = fixed(Workspace(workspace.registry.with_texts(once.texts)), *rules, unsafe=unsafe)
    assert again.texts == {}
    if not unsafe:
        before, after = (one.registry.render("chat", sample="only").messages for one in (workspace, once.workspace))
        assert before == after


CHAT = "kind: prompt\nversion: 1.0.0\nmessages: [{role: user, parts: [{use: rules/tone}]}]\nsamples: {only: {}}\n"


# -- versions


def test_a_changed_release_needs_a_version_and_is_told_which(tmp_path: Path) -> None:
    history(tmp_path)
    import promptreg

    workspace = Workspace(promptreg.load(tmp_path / "prompts"))
    path = workspace.head("rules/tone").source.path
    found = fixed(workspace, replacing(r"(?<!Always\.)\n\Z", " Always.\n", "unsafe"), unsafe=True)
    assert path in found.texts
    (bump,) = bumps(found.workspace, [path])
    assert (bump.name, bump.before, bump.after) == ("rules/tone", "2.0.0", "2.0.1")


def test_a_draft_needs_no_version(tmp_path: Path) -> None:
    found = fixed(registry(tmp_path), replacing("Speak", "Say", "unsafe"), unsafe=True)
    assert bumps(found.workspace, found.texts) == ()
