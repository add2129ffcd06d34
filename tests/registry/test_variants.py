"""Variants of parts belong to what a prompt is made of: refs, pins, releases, bundles, digests, contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

import promptreg
from promptreg.errors import IntegrityError, InvalidFile, PromptregError, TemplateInvalid
from promptreg.registry.outdated import outdated
from promptreg.registry.resolve import resolve, resolve_release
from promptreg.registry.tree import Node
from promptreg.registry.verify import verify
from tests.registry.releasing import edit, refused, released, releases, store_of
from tests.support.bundles import bundled
from tests.support.registries import component, load_files

TONE = component("- Be kind, patient and clear.\n- Never blame {{ who }}.\n", "{who: {type: string}}", kind="rule")
SHORT = component("- Be kind to {{ who }}.\n", "{who: {type: string}}", kind="rule")
PROMPT = """\
kind: prompt
version: 1.0.0
inputs: {name: {type: string}}
messages:
  - role: system
    parts:
      - use: rules/tone
        with: {who: $name}
        budget:
          priority: 10
          variants:
            - rules/short@^1
            - text: "{% include 'rules/tiny' %}"
            - Be kind, {{ name }}.
"""
FILES = {
    "p.yaml": PROMPT,
    "rules/tone.md": TONE,
    "rules/short.md": SHORT,
    "rules/tiny.md": component("Be kind.\n", kind="rule"),
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return edit(tmp_path, FILES)


def names(node: Node) -> list[str]:
    return [f"{child.name} {child.ref}" for child in node.children]


def test_variants_are_parts_of_the_closure_and_the_tree(tmp_path: Path) -> None:
    registry = load_files(tmp_path, FILES)
    assert names(registry.tree("p")) == [
        "rules/tone rules/tone",
        "rules/short rules/short@^1",
        "rules/tiny rules/tiny",
    ]
    assert names(registry.tree("rules/short", dependants=True)) == ["p rules/short@^1"]
    assert sorted(registry.closure("p").pins) == ["rules/short", "rules/tiny", "rules/tone"]


def test_a_changed_variant_is_another_closure(shop: Path) -> None:
    before = resolve("p", store_of(shop)).pin
    edit(shop, {"rules/short.md": SHORT.replace("kind to", "good to")})
    after = resolve("p", store_of(shop)).pin
    assert before.digest != after.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [("rules/short@^1", "rules/short"), ("Be kind, {{", "Be nice, {{"), ("            - Be kind, {{ name }}.\n", "")],
    ids=["another ref", "another text", "one less"],
)
def test_a_variant_is_text_of_the_prompt(shop: Path, old: str, new: str) -> None:
    before = store_of(shop).head("p")
    edit(shop, {"p.yaml": PROMPT.replace(old, new)})
    after = store_of(shop).head("p")
    assert before.body_digest != after.body_digest
    assert before.contract_digest == after.contract_digest


def test_releases_freeze_and_pin_variants(shop: Path) -> None:
    assert releases(released(shop, "p", with_parts=True)) == [
        "rules/tone@1.0.0",
        "rules/short@1.0.0",
        "rules/tiny@1.0.0",
        "p@1.0.0",
    ]
    entry = store_of(shop).releases.lock["p", resolve("p", store_of(shop)).root.version]
    assert [pin.name for pin in entry.pins] == ["rules/short", "rules/tiny", "rules/tone"]
    assert verify(store_of(shop)).problems == ()


def test_a_release_waits_for_its_variants(shop: Path) -> None:
    released(shop, "rules/tone", "rules/tiny")
    (reason,) = refused(shop, "p")
    assert "parts are not released: rules/short 1.0.0" in reason


def test_a_touched_variant_breaks_the_release_and_is_found(shop: Path) -> None:
    released(shop, "p", with_parts=True)
    frozen = shop / "prompts/.versions/rules/short/1.0.0.md"
    frozen.write_text(frozen.read_text().replace("kind to", "rude to"))
    store = store_of(shop)
    with pytest.raises(IntegrityError):
        resolve_release("p", store.head("p").version, store)
    assert any("rules/short" in (problem.path or "") for problem in verify(store).problems)


def test_the_contract_of_a_variant_counts_for_the_next_version(shop: Path) -> None:
    released(shop, "p", with_parts=True)
    text = SHORT.replace("{type: string}", "{type: string, maxLength: 9}")
    edit(shop, {"rules/short.md": text, "p.yaml": PROMPT.replace("rules/short@^1", "rules/short")})
    outcome = released(shop, "p", bump="auto", with_parts=True)
    assert releases(outcome) == ["rules/short@2.0.0", "p@2.0.0"]


def test_bundles_hold_variants(shop: Path) -> None:
    released(shop, "p", with_parts=True)
    loaded = promptreg.load_bundle(bundled(shop / "prompts"), preload=True)
    assert sorted(loaded.closure("p").pins) == ["rules/short", "rules/tiny", "rules/tone"]
    assert loaded.component("p").messages == store_of(shop).head("p").messages  # type: ignore[union-attr]


def test_a_newer_variant_makes_a_release_outdated(shop: Path) -> None:
    released(shop, "p", with_parts=True)
    edit(shop, {"rules/short.md": SHORT.replace("kind to", "good to")})
    released(shop, "rules/short", bump="auto")
    (aged,) = [aged for aged in outdated(store_of(shop)).releases if aged.name == "p"]
    assert [(part.name, str(part.latest)) for part in aged.parts] == [("rules/short", "1.0.1")]


def prompt(variants: str, more: str = "") -> dict[str, str]:
    part = f"      - {{text: long, budget: {{priority: 1, variants: {variants}}}{more}}}\n"
    head = "kind: prompt\nversion: 1.0.0\ninputs: {name: {type: integer}}\nmessages:\n  - role: user\n    parts:\n"
    return {**FILES, "p.yaml": head + part}


@pytest.mark.parametrize(
    ("variants", "reason"),
    [
        ("[rules/shrt]", '7:55: the registry holds nothing named "rules/shrt" (did you mean "rules/short"?)'),
        ("[rules/short@2]", "7:55: "),
        ("[p]", '7:55: "p" is a prompt'),
    ],
    ids=["unknown", "no version fits", "a prompt"],
)
def test_a_ref_that_leads_nowhere_is_a_problem_of_the_registry(tmp_path: Path, variants: str, reason: str) -> None:
    store = store_of(edit(tmp_path, prompt(variants)))
    with pytest.raises(PromptregError) as caught:
        resolve("p", store)
    (found,) = caught.value.problems
    assert str(found).startswith(f"prompts/p.yaml:{reason}")


@pytest.mark.parametrize(
    ("variants", "error", "reason"),
    [
        ('["{{ nme }}"]', TemplateInvalid, '7:59: undefined variable "nme"'),
        ("[{use: rules/short}]", InvalidFile, "7:61: "),
        ("[rules/tone]", InvalidFile, "7:55: "),
    ],
    ids=["a template that is none", "an input nobody binds", "the same, written short"],
)
def test_a_variant_that_cannot_be_rendered_is_refused_by_require(
    tmp_path: Path, variants: str, error: type[PromptregError], reason: str
) -> None:
    with pytest.raises(PromptregError) as caught:
        load_files(tmp_path, prompt(variants)).require("p")
    (found,) = caught.value.problems
    assert str(found).startswith(f"prompts/p.yaml:{reason}"), found


def test_a_variant_takes_what_it_declares_of_the_bindings(tmp_path: Path) -> None:
    text = "      - {use: rules/tone, with: {who: $name}, budget: {variants: [rules/tiny, rules/short]}}\n"
    head = "kind: prompt\nversion: 1.0.0\ninputs: {name: {type: string}}\nmessages:\n  - role: user\n    parts:\n"
    load_files(tmp_path, {**FILES, "p.yaml": head + text}).require("p")
