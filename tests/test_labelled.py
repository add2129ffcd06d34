"""Rendering by label: percentages by the caller's key, what is recorded, and what never is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import promptreg
from promptreg.api import Registry
from promptreg.errors import InputError, UsageError
from promptreg.registry.labels import bucket_of
from tests.cli.running import run
from tests.cli.schemas import valid
from tests.support.frozen import bump, freeze, history, prompt
from tests.support.registries import write_files

SECRET = "key-of-a-customer-4711"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    history(folder)
    return folder


@pytest.fixture(scope="module")
def registry(folder: Path) -> Registry:
    return promptreg.load(folder / "prompts")


def test_a_label_renders_the_release_with_its_pins(registry: Registry) -> None:
    rendered = registry.render("chat/reply@production")
    assert (rendered.prompt.version, rendered.prompt.ref) == ("1.0.0", "chat/reply@production")
    assert rendered.text == "You answer for Acme.\n\n- Say less.\n- Be kind.\n\nHi Ana."
    assert rendered.record()["label"] == {"label": "production", "bucket": None}


def test_callers_are_divided_and_stay_where_they_are(registry: Registry) -> None:
    keys = [f"user-{number}" for number in range(300)]
    first = {key: registry.render("chat/close@production", key=key).prompt.version for key in keys}
    assert first == {key: registry.render("chat/close@production", key=key).prompt.version for key in reversed(keys)}
    assert Counter(first.values())["1.1.0"] == sum(bucket_of("production", "chat/close", key) >= 90 for key in keys)
    assert set(first.values()) == {"1.0.0", "1.1.0"}


def test_the_bucket_is_recorded_and_the_key_is_not(registry: Registry) -> None:
    rendered = registry.render("chat/close@production", key=SECRET)
    bucket = bucket_of("production", "chat/close", SECRET)
    assert rendered.record()["label"] == {"label": "production", "bucket": bucket}
    assert rendered.attributes()["promptreg.label"] == "production"
    shown = json.dumps([rendered.record(), rendered.attributes(), rendered.document()])
    assert SECRET not in shown


def test_without_a_label_none_is_recorded(registry: Registry) -> None:
    rendered = registry.render("chat/reply@1.0.0", key=SECRET)
    assert rendered.record()["label"] is None
    assert "promptreg.label" not in rendered.attributes()


def test_percentages_need_a_key(registry: Registry) -> None:
    with pytest.raises(UsageError, match="give the key of the caller"):
        registry.render("chat/close@production")


def test_require_prepares_every_version_of_a_split(folder: Path) -> None:
    registry = promptreg.load(folder / "prompts")
    registry.require("chat/close@production")
    (folder / "prompts").rename(folder / "away")
    try:
        found = {registry.render("chat/close@production", key=str(number)).text for number in range(50)}
    finally:
        (folder / "away").rename(folder / "prompts")
    assert found == {"- Be kind.\n\nHi Ana.", "- Be very kind.\n\nHello Ana."}


def test_inputs_and_samples_are_those_of_the_version_that_the_key_gets(tmp_path: Path) -> None:
    """The second version renamed its input; each caller's version takes its own."""
    samples = "samples:\n  one: {}\n"
    folder = write_files(tmp_path, {"a.yaml": prompt(more=samples)})
    freeze(folder, "a")
    bump(folder, "a.yaml", "2.0.0", samples, "samples:\n  one: {name: Bo}\n")
    bump(folder, "a.yaml", "2.0.0", "who: {type", "name: {type")
    bump(folder, "a.yaml", "2.0.0", "{{ who }}", "{{ name }}")
    freeze(folder, "a")
    bump(folder, "a.yaml", "3.0.0", "name: {type", "nobody: {type")
    (folder / "labels.yaml").write_text("live: {a: {1.0.0: 50, 2.0.0: 50}}\n")
    old = next(key for key in map(str, range(99)) if bucket_of("live", "a", key) < 50)
    new = next(key for key in map(str, range(99)) if bucket_of("live", "a", key) >= 50)
    for key, name, text in ((old, "who", "Hi Ana."), (new, "name", "Hi Bo.")):
        assert run("render", "a@live", "--sample", "one", "--key", key, folder=tmp_path).out == text
        assert run("render", "a@live", "--key", key, "-v", f"{name}=7", folder=tmp_path).out == "Hi 7."
    registry = promptreg.load(folder)
    assert registry.component("a@live", key=new).inputs.keys() == {"name"}
    with pytest.raises(InputError):
        registry.render("a@live", {"who": "Cy"}, key=new)


# -- the command line


def test_the_key_on_the_command_line(folder: Path) -> None:
    result = run("render", "chat/close@production", "--key", SECRET, "--format", "json", folder=folder)
    assert result.code == 0
    bucket = bucket_of("production", "chat/close", SECRET)
    assert valid(result.out, "render")["prompt"]["version"] == ("1.0.0" if bucket < 90 else "1.1.0")
    assert SECRET not in result.out


def test_why_takes_the_key_too(folder: Path) -> None:
    new = next(key for key in map(str, range(999)) if bucket_of("production", "chat/close", key) >= 90)
    result = run("why", "chat/close@production", "--key", new, "--text", "very kind", "--format", "json", folder=folder)
    assert [segment["version"] for segment in valid(result.out, "why")["segments"]] == ["1.0.1"]


def test_a_missing_key_is_bad_input(folder: Path) -> None:
    result = run("render", "chat/close@production", folder=folder)
    assert (result.code, result.out) == (2, "")
    assert "(1.0.0: 90 %, 1.1.0: 10 %): give the key of the caller" in result.err


def test_a_label_to_nothing_is_exit_4(tmp_path: Path) -> None:
    folder = history(tmp_path)
    (folder / "labels.yaml").write_text("production:\n  chat/reply: 9.0.0\n")
    result = run("render", "chat/reply@production", folder=tmp_path)
    assert (result.code, result.out) == (4, "")
    message = "the label production points to chat/reply@9.0.0, which is not released"
    assert result.err == f"error: prompts/labels.yaml:2:3: {message}\n"
