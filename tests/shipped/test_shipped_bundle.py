"""A bundle of the shipped prompts gives what their folder gives, character for character."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import promptreg
from tests.support.bundles import bundled, release_all

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shipped") / "prompts"
    shutil.copytree(PROMPTS, folder)
    return release_all(folder)


def test_every_sample_of_every_prompt_renders_to_the_same_document(released: Path) -> None:
    folder = promptreg.load(released, locked=True)
    bundle = promptreg.load_bundle(bundled(released))
    prompts = [entry for entry in folder.items() if entry.kind == "prompt"]
    assert [entry for entry in bundle.items() if entry.kind == "prompt"] == prompts
    for entry in prompts:
        assert entry.samples == bundle.samples(entry.name)
        for sample in entry.samples:
            one, two = folder.render(entry.name, sample=sample), bundle.render(entry.name, sample=sample)
            assert one.document() == two.document()
            assert one.record() == two.record()
            assert one.attributes() == two.attributes()


def test_a_bundle_holds_the_texts_as_they_were_frozen(released: Path) -> None:
    folder = promptreg.load(released, locked=True)
    bundle = promptreg.load_bundle(bundled(released))
    for entry in bundle.items():
        assert bundle.source_text(entry.name) == folder.source_text(entry.name)
        assert bundle.closure(entry.name).pin == folder.closure(entry.name).pin
        assert bundle.tree(entry.name) == folder.tree(entry.name)
