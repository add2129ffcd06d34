"""Releasing: which version, what is frozen, what is refused, and that a release stays what it was."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from promptreg.errors import (
    IntegrityError,
    InvalidFile,
    ReleaseRefused,
    TemplateInvalid,
    UnknownName,
    UnsatisfiableRef,
    UsageError,
    WriteFailed,
)
from promptreg.model.digest import text_digest
from promptreg.model.lock import lock_text, parse_lock
from promptreg.model.version import Version
from promptreg.registry.resolve import resolve_release
from tests.registry.releasing import edit, files, refused, released, releases, rule, store_of

LOCK = "prompts/promptreg.lock"
PROMPT = """\
kind: prompt
version: {version}
inputs:
  name: {{type: string}}
messages:
  - role: system
    parts:
      - use: rules/tone{wish}
      - use: rules/limits
  - role: user
    parts:
      - text: "{text}{{{{ name }}}}"
"""


def prompt(version: str = "1.0.0", *, wish: str = "@^1", text: str = "") -> str:
    return PROMPT.format(version=version, wish=wish, text=text)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A prompt of two rules, none of them released."""
    return edit(
        tmp_path,
        {
            "reply.yaml": prompt(),
            "rules/tone.md": rule("1.0.0"),
            "rules/limits.md": rule("0.3.0", "- Promise nothing.\n"),
        },
    )


def lock(folder: Path) -> dict[str, list[str]]:
    """The releases in the lock, each with its pins."""
    entries = parse_lock((folder / LOCK).read_text(encoding="utf-8"), LOCK)
    return {str(entry): [f"{pin.name}@{pin.version}" for pin in entry.pins] for entry in entries.values()}


# -- what a release is


def test_a_release_is_a_frozen_copy_and_a_lock_entry(shop: Path) -> None:
    outcome = released(shop, "rules/tone")
    frozen = shop / "prompts/.versions/rules/tone/1.0.0.md"
    assert frozen.read_bytes() == (shop / "prompts/rules/tone.md").read_bytes()
    (entry,) = parse_lock((shop / LOCK).read_text(), LOCK).values()
    assert str(entry) == "rules/tone@1.0.0"
    assert entry.file == text_digest(frozen.read_text())
    assert entry == outcome.steps[0].entry
    assert store_of(shop).is_clean(store_of(shop).head("rules/tone"))


def test_a_release_pins_its_whole_closure(shop: Path) -> None:
    edit(shop, {"rules/tone.md": rule("1.0.0", '{% include "rules/deep" %}\n'), "rules/deep.md": rule("2.1.0")})
    outcome = released(shop, "reply", with_parts=True)
    assert releases(outcome) == ["rules/deep@2.1.0", "rules/tone@1.0.0", "rules/limits@0.3.0", "reply@1.0.0"]
    assert lock(shop)["reply@1.0.0"] == ["rules/deep@2.1.0", "rules/limits@0.3.0", "rules/tone@1.0.0"]
    store = store_of(shop)
    assert resolve_release("reply", Version(1, 0, 0), store).pin.digest == outcome.steps[-1].entry.closure


def test_line_ends_are_frozen_as_they_are(shop: Path) -> None:
    data = rule("1.0.0").replace("\n", "\r\n").encode()
    (shop / "prompts/rules/tone.md").write_bytes(data)
    released(shop, "rules/tone")
    assert (shop / "prompts/.versions/rules/tone/1.0.0.md").read_bytes() == data


def test_an_output_schema_in_a_file_is_frozen_too(shop: Path) -> None:
    schema = '{"type": "object"}\n'
    with_schema = prompt() + "output: {schema: schemas/reply.json}\n"
    edit(shop, {"reply.yaml": with_schema, "schemas/reply.json": schema})
    released(shop, "reply", with_parts=True)
    assert (shop / "prompts/.versions/reply/1.0.0.schema.json").read_text() == schema
    edit(shop, {"schemas/reply.json": '{"type": "string"}\n'})
    assert "the output schema changed in reply" in refused(shop, "reply")[0]
    assert releases(released(shop, "reply", bump="auto")) == ["reply@2.0.0"]


def test_several_names_are_released_in_the_order_of_their_needs(shop: Path) -> None:
    outcome = released(shop, "reply", "rules/limits", "rules/tone", "rules/tone")
    assert releases(outcome) == ["rules/limits@0.3.0", "rules/tone@1.0.0", "reply@1.0.0"]


def test_a_dry_run_says_the_same_and_writes_nothing(shop: Path) -> None:
    before = files(shop)
    planned = released(shop, "reply", with_parts=True, dry_run=True)
    assert files(shop) == before
    assert not (shop / "prompts/.versions").exists()
    assert released(shop, "reply", with_parts=True) == planned


# -- which version


def test_the_version_in_the_head_is_released(shop: Path) -> None:
    released(shop, "rules/tone")
    edit(shop, {"rules/tone.md": rule("1.7.0", "- Be kinder.\n")})
    (step,) = released(shop, "rules/tone").steps
    assert (str(step.entry), step.verdict.level, step.verdict.previous) == (
        "rules/tone@1.7.0",
        "patch",
        Version(1, 0, 0),
    )


REQUIRED = "inputs:\n  locale: {type: string}\n"
OPTIONAL = "inputs:\n  locale: {type: string, default: en}\n"


@pytest.mark.parametrize(
    ("before", "after", "bump", "version", "reasons"),
    [
        pytest.param("", "", "auto", "1.0.1", [], id="text only"),
        pytest.param("", OPTIONAL, "auto", "1.1.0", ['optional input "locale" was added'], id="optional input"),
        pytest.param("", REQUIRED, "auto", "2.0.0", ['input "locale" was added as required'], id="required input"),
        pytest.param(OPTIONAL, REQUIRED, "auto", "2.0.0", ['input "locale" became required'], id="newly required"),
        pytest.param("", "", "minor", "1.1.0", [], id="raised to minor"),
        pytest.param("", OPTIONAL, "major", "2.0.0", ['optional input "locale" was added'], id="raised to major"),
    ],
)
def test_bump_writes_the_next_version(
    tmp_path: Path, before: str, after: str, bump: str, version: str, reasons: list[str]
) -> None:
    edit(tmp_path, {"rules/tone.md": rule("1.0.0", more=before)})
    released(tmp_path, "rules/tone")
    edit(tmp_path, {"rules/tone.md": rule("1.0.0", "- Be kinder.\n", more=after)})
    (step,) = released(tmp_path, "rules/tone", bump=bump).steps
    assert str(step.entry.version) == version
    assert [str(change) for change in step.verdict.reasons] == [f"{reason} in rules/tone" for reason in reasons]
    head = (tmp_path / "prompts/rules/tone.md").read_text()
    assert head == rule(version, "- Be kinder.\n", more=after)
    assert (tmp_path / f"prompts/.versions/rules/tone/{version}.md").read_text() == head


@pytest.mark.parametrize("bump", [None, "patch", "minor"])
def test_the_contract_cannot_be_lowered(tmp_path: Path, bump: str | None) -> None:
    edit(tmp_path, {"rules/tone.md": rule("1.0.0", more=OPTIONAL)})
    released(tmp_path, "rules/tone")
    edit(tmp_path, {"rules/tone.md": rule("1.1.0", more=REQUIRED)})
    (message,) = refused(tmp_path, "rules/tone", bump=bump)
    assert message.startswith("prompts/rules/tone.md:3:10: rules/tone: 1.1.0 is too low after 1.0.0, at least 2.0.0: ")
    assert 'input "locale" became required in rules/tone' in message


def test_bump_keeps_a_version_that_the_author_raised_further(shop: Path) -> None:
    released(shop, "rules/tone")
    edit(shop, {"rules/tone.md": rule("3.0.0", "- Be kinder.\n")})
    assert releases(released(shop, "rules/tone", bump="auto")) == ["rules/tone@3.0.0"]


def test_bump_is_not_needed_for_a_first_release(shop: Path) -> None:
    assert releases(released(shop, "rules/limits", bump="major")) == ["rules/limits@0.3.0"]


def test_the_contract_of_a_part_counts_for_the_prompt(shop: Path) -> None:
    edit(shop, {"reply.yaml": prompt(wish="")})
    released(shop, "reply", with_parts=True)
    edit(shop, {"rules/tone.md": rule("1.0.0", "- Be {{ name }}.\n", "inputs:\n  name: {type: string}\n")})
    outcome = released(shop, "reply", bump="auto", with_parts=True)
    assert releases(outcome) == ["rules/tone@2.0.0", "reply@2.0.0"]
    assert [str(change) for change in outcome.steps[1].verdict.reasons] == [
        'input "name" was added as required in rules/tone'
    ]


def test_newer_parts_alone_make_a_new_release(shop: Path) -> None:
    released(shop, "reply", with_parts=True)
    edit(shop, {"rules/tone.md": rule("1.0.1", "- Be kinder.\n")})
    released(shop, "rules/tone")
    assert "1.0.0 is released already, and its parts have changed since" in refused(shop, "reply")[0]
    outcome = released(shop, "reply", bump="auto")
    assert (releases(outcome), outcome.steps[0].verdict.level) == (["reply@1.0.1"], "patch")


def test_parts_get_what_their_own_contract_demands(shop: Path) -> None:
    released(shop, "reply", with_parts=True)
    edit(shop, {"rules/tone.md": rule("1.0.0", "- Other.\n")})
    assert releases(released(shop, "reply", with_parts=True, bump="major")) == ["rules/tone@1.0.1", "reply@2.0.0"]


@pytest.mark.parametrize(
    ("head", "raised"),
    [
        pytest.param("version: 1.0.0 # the next one", "version: 1.0.1 # the next one", id="comment"),
        pytest.param('version:   "1.0.0"', 'version:   "1.0.1"', id="double quotes"),
        pytest.param("version: '1.0.0'", "version: '1.0.1'", id="single quotes"),
        pytest.param('"version": 1.0.0', '"version": 1.0.1', id="quoted key"),
        pytest.param("version: |-\n  1.0.0", "version: |-\n  1.0.1", id="block"),
        pytest.param(r'version: "1.0\x2e0" # odd', "version: 1.0.1 # odd", id="escapes"),
        pytest.param("# version: 1.0.0\nversion: 1.0.0", "# version: 1.0.0\nversion: 1.0.1", id="in a comment too"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_only_the_version_is_rewritten(tmp_path: Path, head: str, raised: str, end: str) -> None:
    def text(line: str, body: str) -> bytes:
        return f"---\nkind: rule\n{line}\nsummary: v1.0.0\n---\n{body}\n".replace("\n", end).encode()

    edit(tmp_path, {})
    file = tmp_path / "prompts/tone.md"
    file.write_bytes(text(head, "- Is 1.0.0."))
    released(tmp_path, "tone")
    file.write_bytes(text(head, "- Is still 1.0.0."))
    file.chmod(0o640)
    released(tmp_path, "tone", bump="patch")
    assert file.read_bytes() == text(raised, "- Is still 1.0.0.")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_version_in_flow_style_is_rewritten(tmp_path: Path) -> None:
    def text(version: str, word: str) -> str:
        parts = f"[{{role: user, parts: [{{text: {word}}}]}}]"
        return f"{{kind: prompt, version: {version}, messages: {parts}}}\n"

    edit(tmp_path, {"p.yaml": text("1.0.0", "a")})
    released(tmp_path, "p")
    edit(tmp_path, {"p.yaml": text("1.0.0", "b")})
    released(tmp_path, "p", bump="minor")
    assert (tmp_path / "prompts/p.yaml").read_text() == text("1.1.0", "b")


# -- what is refused


def test_releasing_twice_is_refused(shop: Path) -> None:
    released(shop, "rules/tone")
    for bump in (None, "auto", "major"):
        (message,) = refused(shop, "rules/tone", bump=bump)
        assert message.endswith("rules/tone: already released as 1.0.0, and nothing has changed since")


def test_releasing_a_changed_head_under_the_same_number_is_refused(shop: Path) -> None:
    released(shop, "rules/tone")
    edit(shop, {"rules/tone.md": rule("1.0.0", more=REQUIRED)})
    (message,) = refused(shop, "rules/tone")
    assert "1.0.0 is released already, and the head has changed since: raise the version to at least 2.0.0" in message
    assert 'input "locale" was added as required in rules/tone' in message


def test_releasing_an_older_number_is_refused(shop: Path) -> None:
    edit(shop, {"rules/tone.md": rule("1.2.0")})
    released(shop, "rules/tone")
    edit(shop, {"rules/tone.md": rule("1.1.9", "- Other.\n")})
    assert "1.1.9 is older than the last release, 1.2.0" in refused(shop, "rules/tone")[0]
    assert releases(released(shop, "rules/tone", bump="auto")) == ["rules/tone@1.2.1"]


def test_a_lowered_number_alone_is_nothing_to_release(shop: Path) -> None:
    released(shop, "reply", with_parts=True)
    edit(shop, {"rules/tone.md": rule("1.2.0"), "reply.yaml": prompt("1.4.0")})
    released(shop, "rules/tone", "reply")
    edit(shop, {"rules/tone.md": rule("1.1.0").replace("\n", "\r\n"), "reply.yaml": prompt("1.3.9")})
    for bump in (None, "auto", "patch", "major"):
        for with_parts in (False, True):
            (message,) = refused(shop, "rules/tone", bump=bump, with_parts=with_parts)
            assert message == (
                "prompts/rules/tone.md:3:10: rules/tone: 1.1.0 is older than the last release, 1.2.0, and nothing else "
                "has changed: there is nothing to release; write 1.2.0 back"
            )
    edit(shop, {"rules/tone.md": rule("1.1.0", more="summary: Other.\n")})
    assert releases(released(shop, "rules/tone", bump="auto")) == ["rules/tone@1.2.1"]
    assert releases(released(shop, "reply", bump="auto")) == ["reply@1.4.1"]  # it is made of another part now


def test_a_prompt_of_heads_is_refused(shop: Path) -> None:
    released(shop, "rules/tone")
    (message,) = refused(shop, "reply")
    assert message.endswith(
        "reply: parts are not released: rules/limits 0.3.0; release them first, or use --with-parts"
    )


def test_a_prompt_with_a_changed_part_is_refused(shop: Path) -> None:
    released(shop, "reply", with_parts=True)
    edit(shop, {"rules/tone.md": rule("1.0.0", "- Other.\n")})
    assert "parts are changed since their release: rules/tone 1.0.0" in refused(shop, "reply")[0]
    (message,) = refused(shop, "reply", with_parts=True)
    assert message.startswith("prompts/rules/tone.md:3:10: rules/tone: 1.0.0 is released already")
    outcome = released(shop, "reply", with_parts=True, bump="auto")
    assert releases(outcome) == ["rules/tone@1.0.1", "reply@1.0.1"]


def test_a_part_that_would_outgrow_its_ref_is_refused(shop: Path) -> None:
    released(shop, "reply", with_parts=True)
    edit(shop, {"rules/tone.md": rule("1.0.0", more=REQUIRED), "reply.yaml": prompt("1.1.0", text="Hi ")})
    (message,) = refused(shop, "reply", with_parts=True, bump="auto")
    assert message.startswith("prompts/reply.yaml:8:14: rules/tone has to become 2.0.0")
    assert releases(released(shop, "rules/tone", bump="auto")) == ["rules/tone@2.0.0"]
    assert releases(released(shop, "reply")) == ["reply@1.1.0"]
    assert lock(shop)["reply@1.1.0"] == ["rules/limits@0.3.0", "rules/tone@1.0.0"]


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        pytest.param("reply", "kind: prompt\n", InvalidFile, id="a file that cannot be read"),
        pytest.param("reply", prompt(wish="@^4"), UnsatisfiableRef, id="a ref that nothing fits"),
        pytest.param("reply", prompt(text="{{ gone }}"), InvalidFile, id="a template that does not compile"),
        pytest.param("rules/tone", rule("1.0.0", "{{ gone }}\n"), TemplateInvalid, id="a component that does not"),
        pytest.param("other", "", UnknownName, id="an unknown name"),
        pytest.param("rules/tone@1.0.0", "", UsageError, id="a version"),
    ],
)
def test_a_head_that_does_not_hold_is_refused(shop: Path, name: str, text: str, error: type[Exception]) -> None:
    if text:
        edit(shop, {f"{name}.{'md' if name.startswith('rules') else 'yaml'}": text})
    before = files(shop)
    with pytest.raises(error):
        released(shop, name, with_parts=True)
    assert files(shop) == before


def test_all_names_are_released_or_none(shop: Path) -> None:
    edit(shop, {"rules/bad.md": rule("1.0.0", "{{ gone }}\n"), "rules/worse.md": rule("1.0.0", "{{ lost }}\n")})
    messages = refused(shop, "rules/bad", "rules/tone", "rules/worse")
    assert len(messages) == 2


# -- what stays as it was


def test_a_release_is_the_same_after_its_parts_have_moved_on(shop: Path) -> None:
    released(shop, "reply", with_parts=True)
    before = resolve_release("reply", Version(1, 0, 0), store_of(shop))
    edit(shop, {"rules/tone.md": rule("1.4.0", "- Other.\n")})
    released(shop, "rules/tone")
    (shop / "prompts/rules/limits.md").unlink()
    (shop / "prompts/reply.yaml").write_text("broken: [")
    after = resolve_release("reply", Version(1, 0, 0), store_of(shop))
    assert (after.pin, after.pins) == (before.pin, before.pins)


def test_a_lock_that_is_lost_stops_everything(shop: Path) -> None:
    released(shop, "rules/tone")
    (shop / LOCK).unlink()
    with pytest.raises(IntegrityError, match=r"promptreg\.lock: is missing, but there are versions"):
        released(shop, "rules/limits")


def test_a_release_whose_frozen_file_differs_stops_the_next_one(shop: Path) -> None:
    released(shop, "rules/tone")
    (shop / "prompts/.versions/rules/tone/1.0.0.md").write_text(rule("1.0.0", "- Forged.\n"))
    edit(shop, {"rules/tone.md": rule("1.0.1")})
    before = files(shop)
    with pytest.raises(IntegrityError, match="is not the one that was released"):
        released(shop, "rules/tone")
    assert files(shop) == before


def test_a_forged_part_is_not_released_with_even_where_its_head_was_forged_too(shop: Path) -> None:
    released(shop, "rules/tone", "rules/limits")
    edit(shop, dict.fromkeys(("rules/tone.md", ".versions/rules/tone/1.0.0.md"), rule("1.0.0", "- Forged.\n")))
    before = files(shop)
    with pytest.raises(IntegrityError, match="is not the one that was released"):
        released(shop, "reply")
    assert files(shop) == before


# -- what killed releases leave


def test_what_a_killed_release_left_is_adopted_or_removed(shop: Path) -> None:
    released(shop, "rules/limits")
    left = edit(
        shop,
        {
            ".versions/rules/tone/1.0.0.md": rule("1.0.0"),
            ".versions/rules/tone/1.1.0.md": rule("1.1.0"),
            ".versions/gone/1.0.0.schema.json": "{}",
            ".versions/rules/tone/.promptreg-tmp-1.0.0.md-1-a": "half",
        },
    )
    inode = os.stat(left / "prompts/.versions/rules/tone/1.0.0.md").st_ino
    outcome = released(shop, "rules/tone")
    assert os.stat(left / "prompts/.versions/rules/tone/1.0.0.md").st_ino == inode
    assert sorted(outcome.removed) == [
        "prompts/.versions/gone/1.0.0.schema.json",
        "prompts/.versions/rules/tone/1.1.0.md",
    ]
    assert [path for path in files(shop) if ".versions" in path] == [
        "prompts/.versions/rules/limits/0.3.0.md",
        "prompts/.versions/rules/tone/1.0.0.md",
    ]


def test_left_over_bytes_under_the_number_to_release_are_replaced(shop: Path) -> None:
    released(shop, "rules/limits")
    edit(shop, {".versions/rules/tone/1.0.0.md": rule("1.0.0", "- Half an idea.\n")})
    released(shop, "rules/tone")
    assert (shop / "prompts/.versions/rules/tone/1.0.0.md").read_text() == rule("1.0.0")
    assert set(lock(shop)) == {"rules/limits@0.3.0", "rules/tone@1.0.0"}


def test_a_head_that_is_saved_in_between_is_not_overwritten(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released(shop, "rules/tone")
    edit(shop, {"rules/tone.md": rule("1.0.0", "- Second.\n")})
    from promptreg.registry import release as module

    real = module.plan

    def slow(*args: object) -> object:
        steps = real(*args)  # type: ignore[arg-type]
        edit(shop, {"rules/tone.md": rule("1.0.0", "- Third.\n")})
        return steps

    monkeypatch.setattr(module, "plan", slow)
    with pytest.raises(ReleaseRefused, match="was changed while it was being released"):
        released(shop, "rules/tone", bump="auto")
    assert (shop / "prompts/rules/tone.md").read_text() == rule("1.0.0", "- Third.\n")
    assert set(lock(shop)) == {"rules/tone@1.0.0"}


def test_frozen_folders_that_lead_out_of_the_registry_are_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (shop / "prompts/.versions").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntegrityError, match="leads out of the registry"):
        released(shop, "rules/tone")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (shop / LOCK).exists()


@pytest.mark.parametrize("link", [".versions", ".versions/rules", ".versions/rules/tone"])
def test_frozen_folders_that_are_links_are_refused(shop: Path, link: str) -> None:
    place = shop / "prompts" / link
    place.parent.mkdir(parents=True, exist_ok=True)
    (shop / "prompts/elsewhere").mkdir()
    place.symlink_to(shop / "prompts/elsewhere")
    with pytest.raises(IntegrityError, match=f"prompts/{link}: is a link, or behind one"):
        released(shop, "rules/tone")
    assert list((shop / "prompts/elsewhere").iterdir()) == []
    assert not (shop / LOCK).exists()


def test_a_lock_that_is_a_link_stays_one(shop: Path) -> None:
    released(shop, "rules/tone")
    (shop / LOCK).rename(shop / "prompts/real.lock")
    (shop / LOCK).symlink_to("real.lock")
    released(shop, "rules/limits")
    assert (shop / LOCK).is_symlink()
    assert set(lock(shop)) == {"rules/tone@1.0.0", "rules/limits@0.3.0"}


class Refusing:
    """Refuses one call of the operating system, the n-th that changes the disk."""

    def __init__(self, call: int) -> None:
        self.left = call

    def wrap(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            self.left -= 1
            if self.left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **options)

        return call


@pytest.mark.parametrize("fresh", [True, False], ids=["first release", "next release"])
def test_whatever_the_disk_refuses_nothing_is_lost(shop: Path, monkeypatch: pytest.MonkeyPatch, fresh: bool) -> None:
    if not fresh:
        released(shop, "reply", with_parts=True)
        edit(shop, {"rules/tone.md": rule("1.0.0", "- Other.\n")})
    before = files(shop)
    refusals = call = 0
    refusing = Refusing(1)
    while refusing.left <= 0 or not call:
        call += 1
        refusing = Refusing(call)
        folder = shop / f"copy-{call}"
        shutil.copytree(shop / "prompts", folder / "prompts")
        reason = ""
        with monkeypatch.context() as patch:
            for name in ("link", "replace", "mkdir", "fsync"):
                patch.setattr(os, name, refusing.wrap(getattr(os, name)))
            try:
                released(folder, "reply", bump="auto", with_parts=True)
            except WriteFailed as error:
                reason = str(error)
        if reason:
            refusals += 1
            assert reason.endswith("no space left on device; nothing was released")
            after = files(folder)
            if fresh and after.get(LOCK) == lock_text(()).encode():
                del after[LOCK]  # an empty lock is as good as none
            assert after == before
        else:  # refused was what may fail: a cache, making sure of what is done
            assert "reply@1.0.0" in lock(folder)
    assert refusals > 8
