"""A registry read from git is the registry of the checkout, at every moment, whatever is in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptreg.errors import InvalidFile, PromptregError, UsageError
from promptreg.registry import git_tree
from promptreg.registry.config import Config
from promptreg.registry.files import find_root
from promptreg.registry.git import GitError, MissingObject, NoRepository, TooLarge, open_repository
from promptreg.registry.git_files import TreeFiles
from promptreg.registry.git_tree import GitTree, commit_tree, folder_in_commits, staged_tree
from promptreg.registry.moments import NOW, Moment, open_source
from promptreg.registry.source_tree import FolderTree, SourceTree
from promptreg.registry.store import Store, load_store
from tests.registry.folders import scan, text_component
from tests.registry.git.repositories import Work, snapshot

PROMPT = """kind: prompt
version: 1.0.0
inputs: {x: {type: string, default: y}}
messages: [{role: user, parts: [{use: a}, {text: "{{ x }}"}]}]
samples: {s: {file: data/s.yaml}, t: {file: link.yaml}}
"""
LOCK_LIKE = '{"schema": "promptreg/lock/1", "releases": {\n}}\n'


def config_of(work: Work, folder: str = "prompts") -> Config:
    registry = work.top / folder
    return Config(find_root(registry), registry)


def at(work: Work, rev: str = "HEAD", folder: str = "prompts") -> GitTree:
    return commit_tree(config_of(work, folder), work.open(), rev)


def staged(work: Work, folder: str = "prompts") -> GitTree:
    return staged_tree(config_of(work, folder), work.open())


def on_disk(work: Work, folder: str = "prompts") -> FolderTree:
    config = config_of(work, folder)
    return FolderTree(config.registry, config.root)


def told(tree: SourceTree) -> dict[str, Any]:
    """Everything that a registry says, from one way of reading it."""
    store = load_store(tree, scan)
    return {
        "heads": {name: _head(store, name) for name in store.heads},
        "broken": {name: [str(problem) for problem in error.problems] for name, error in store.broken.items()},
        "problems": [str(problem) for problem in store.problems],
        "found": [(item.name, item.file, item.path) for item in tree.listing().found],
        "others": set(tree.listing().others),
        "releases": {name: _releases(store, name) for name in store.releases.names()},
        "lock": _try(lambda: sorted(map(str, store.releases.lock))),
        "labels": _try(lambda: dict(store.labels.table)),
        "sides": {side: _try(lambda side=side: _side(store, side)) for side in SIDES},
    }


SIDES = (
    "data/s.yaml",
    "link.yaml",
    "data",
    "gone.json",
    "../outside.md",
    "../prompts/a.md",
    "..",
    ".",
    "/etc/hostname",
)


def _head(store: Store, name: str) -> tuple[object, ...]:
    head = store.head(name)
    digests = (head.body_digest, head.contract_digest, store.is_clean(head))
    return head.path, str(head.version), head.written.source.text, digests


def _releases(store: Store, name: str) -> list[object]:
    return [
        (str(version), _try(lambda v=version: store.releases.source(name, v).text))
        for version in store.releases.versions(name)
    ]


def _side(store: Store, relative: str) -> tuple[str, str]:
    source = store.side_file(relative)
    return source.path, source.text


def _try(ask: Any) -> object:
    try:
        return ask()
    except PromptregError as error:
        return type(error).__name__, str(error)


# -- the law ----------------------------------------------------------------------------------------------------------

CONTENTS = st.sampled_from(
    (
        text_component(),
        text_component("Other.\n", version="1.2.0"),
        text_component('{% include "a" %}\n', kind="instruction"),
        text_component().replace("\n", "\r\n"),
        text_component(version="1.x"),
        text_component("é\u2028\n"),
        PROMPT,
        PROMPT.replace("data/s.yaml", "../outside.md"),
        "x: 1\n",
        "[",
        "",
        b"kind: \xff\n",
        "\ufeffkind: rule\n",
        LOCK_LIKE,
        "production: {p: 1.0.0}\n",
    )
)  # fmt: skip
PATHS = st.sampled_from(
    ("a.md", "a.yaml", "b.md", "p.yaml", "p.yml", "Up.md", "x y.md", "notes.txt", "README", "data/s.yaml", "link.yaml",
     "data/deep/c.md", "data/.hidden.md", ".git-like/x.md", "labels.yaml", "x/labels.yaml", "promptreg.lock",
     "x/y/z.md", ".versions/a/1.0.0.md", ".versions/a/1.1.0.md", ".versions/x/y/2.0.0.yaml", ".versions/p/1.0.0.yaml",
     ".versions/p/1.0.0.schema.json", ".versions/a/1.0.md", ".versions/Up/1.0.0.md", ".versions/1.0.0.md",
     "é.md", "-o.md", ":x.md", "dir.md/x.md")
)  # fmt: skip
LINKS = st.sampled_from(
    ("link.md", "l/ink.md", "link.yaml", "link.yml", "link", "data/link", "loop", "up", "link.txt", "x/y", "b.md",
     ".versions/a/3.0.0.md", ".versions/a/3.1.0.md", ".versions/b", ".versions/b/1.0.0.md", ".versions",
     "promptreg.lock", "labels.yaml")
)  # fmt: skip
TARGETS = st.sampled_from(
    ("a.md", "./b.md", "data", "data/s.yaml", "../prompts/a.md", "../prompts", "..", ".", "../..", "gone", "gone.md",
     "link", "loop", "link.md", "../outside.md", "../outside", "../outside/back/a.md", "../outside/back", "x/../a.md",
     "data/link/s.yaml", "../a.md", "../../../beyond.md", "../../../beyond", "../loops/1", "b.md/",
     "data//s.yaml", "../../a.md", "../../../outside.md", "../../../prompts", "a", "3.1.0.md")
)  # fmt: skip
FILES = st.dictionaries(PATHS, CONTENTS, max_size=8)
LINKED = st.dictionaries(LINKS, TARGETS, max_size=5)


def place(top: Path, files: Mapping[str, str | bytes], links: Mapping[str, str]) -> None:
    """Write files and links below `prompts`; what does not go together is left out."""
    for name, content in files.items():
        _place(
            top / "prompts" / name,
            lambda file, data=content: file.write_bytes(data if isinstance(data, bytes) else data.encode()),
        )
    for name, target in links.items():
        outside = "beyond" in target or (target == "../.." and "/" not in name)
        if outside and ("." in name) is not target.endswith(".md"):
            continue  # what is beyond the repository is told by the name of the link
        if target.startswith("../../") and not outside and not name.startswith(".versions/a/"):
            continue  # and beyond it this is, for others
        _place(top / "prompts" / name, lambda file, target=target: file.symlink_to(target))


def _place(file: Path, write: Any) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(file) and os.path.realpath(file.parent) == str(file.parent):
            write(file)
    except OSError:
        return


def surroundings(work: Work) -> None:
    """Fill a repository anew, with something beside the registry, and beside the repository."""
    for entry in work.top.iterdir():
        if entry.name != ".git":
            entry.unlink() if entry.is_symlink() or entry.is_file() else shutil.rmtree(entry)
    for outer in (work.top.parent, work.top.parent.parent):
        (outer / "beyond").mkdir(exist_ok=True)
        (outer / "beyond.md").write_text("beyond")
    work.write("prompts/a.md", text_component())
    work.write("prompts/.versions/a/1.0.0.md", text_component())
    work.write("outside.md", "kind: out")
    work.write("outside/x.md", "out")
    (work.top / "outside/back").symlink_to("../prompts")
    (work.top / "loops").mkdir()
    for number in range(3):
        (work.top / f"loops/{number}").symlink_to(f"{(number + 1) % 3}")


@pytest.fixture(scope="session")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """One repository, two folders deep, that every example fills anew."""
    return Work.create(tmp_path_factory.mktemp("laws").resolve() / "inner" / "work")


@settings(max_examples=25)
@given(FILES, LINKED)
@example(
    {"a.md": text_component(), "x/labels.yaml": text_component()},
    {"link": "data", "up": "..", "link.md": "../outside/back/a.md"},
)
@example({}, {"link.yaml": "../loops/1", "link": "loop", "loop": "link"})
@example({}, {"link.yaml": "loop", "loop": "link.yaml"})
@example({}, {".versions/a/3.0.0.md": "../../../outside.md", "labels.yaml": "../outside.md"})
@example({}, {".versions/a/3.0.0.md": "../../a.md", "promptreg.lock": "../outside.md", ".versions/b": "a"})
@example({"x/labels.yaml": "p: {a: 1.0.0}\n"}, {"labels.yaml": "x/labels.yaml", ".versions/a/3.0.0.md": "3.1.0.md"})
@example({}, {"promptreg.lock": "../loops/1", "labels.yaml": "loop", "loop": "labels.yaml"})
@example({}, {"link": "../../../beyond", "link.md": "../../../beyond.md", "loop": "loop", "l/ink.md": "../loop"})
def test_a_commit_is_its_checkout(inner: Work, files: dict[str, str | bytes], links: dict[str, str]) -> None:
    surroundings(inner)
    place(inner.top, files, links)
    inner.commit("One")
    expected = told(on_disk(inner))
    assert told(at(inner)) == expected
    assert told(staged(inner)) == expected


def test_the_law_is_not_about_empty_registries(inner: Work) -> None:
    surroundings(inner)
    files = {"p.yaml": PROMPT, "data/s.yaml": "x: 1\n", "Up.md": ""}
    place(inner.top, files, {"link.yaml": "data/s.yaml", "up": ".."})
    inner.commit("One")
    found = told(at(inner))
    assert sorted(found["heads"]) == ["a", "p"]
    assert found["broken"].keys() == {"Up", "up/", "data/s", "link"}
    assert found["releases"].keys() == {"a"}
    assert found["sides"]["link.yaml"] == ("prompts/link.yaml", "x: 1\n")
    assert found["heads"]["a"][-1][-1] is True


def test_links_lead_out_of_no_registry(inner: Work) -> None:
    surroundings(inner)
    (inner.top / "prompts/.versions/a/1.0.0.md").unlink()
    links = {".versions/a/1.0.0.md": "../../../outside.md", "promptreg.lock": "../outside.md"}
    place(inner.top, {}, {**links, "labels.yaml": "../outside.md"})
    inner.commit("One")
    for tree in (on_disk(inner), at(inner), staged(inner)):
        found = told(tree)
        leaves = ("InvalidFile", "prompts/.versions/a/1.0.0.md: leaves the registry")
        assert found["releases"] == {"a": [("1.0.0", leaves)]}
        assert found["lock"] == ("IntegrityError", "prompts/promptreg.lock: leaves the registry")
        assert found["labels"] == ("InvalidFile", "prompts/labels.yaml: leaves the registry")


def test_a_revision_stays_what_it_was(work: Work) -> None:
    first = work.commit("One", {"prompts/a.md": text_component("One.\n"), "prompts/old.md": text_component()})
    before = told(on_disk(work))
    work.git("rm", "-q", "prompts/old.md")
    work.commit("Two", {"prompts/a.md": text_component("Two.\n"), "prompts/new.md": text_component()})
    work.write("prompts/a.md", text_component("Three.\n"))
    for rev in ("HEAD~1", "main~1", first, first[:9]):
        assert told(at(work, rev)) == before
    assert at(work, "HEAD").cache_key == at(work, "HEAD~1").cache_key


def test_what_is_staged_is_neither_committed_nor_on_disk(work: Work) -> None:
    work.commit("One", {"prompts/a.md": text_component("One.\n")})
    work.write("prompts/a.md", text_component("Two.\n"))
    work.write("prompts/b.md", text_component())
    work.git("add", "-A")
    expected = told(on_disk(work))
    work.write("prompts/a.md", text_component("Three.\n"))
    (work.top / "prompts/b.md").unlink()
    assert told(staged(work)) == expected
    assert sorted(load_store(at(work), scan).heads) == ["a"]


def test_a_path_in_conflict_is_the_only_one_that_is_broken(work: Work) -> None:
    work.commit("Base", {"prompts/a.md": text_component(), "prompts/b.md": text_component()})
    work.git("checkout", "-q", "-b", "side")
    work.commit("Side", {"prompts/a.md": text_component("Side.\n")})
    work.git("checkout", "-q", "main")
    work.commit("Main", {"prompts/a.md": text_component("Main.\n")})
    assert work.try_git("merge", "side").returncode == 1
    store = load_store(staged(work), scan)
    assert sorted(store.heads) == ["b"]
    assert [str(problem) for problem in store.problems] == [
        "prompts/a.md: is in conflict: nothing is staged until the merge is finished"
    ]
    assert load_store(at(work, "HEAD"), scan).head("a").body.text == "Main.\n"


# -- where the registry is --------------------------------------------------------------------------------------------


def test_a_registry_may_be_the_whole_repository(work: Work) -> None:
    work.commit("One", {"a.md": text_component(), "x/b.md": text_component()})
    (work.top / "up").symlink_to("..")
    (work.top / "back.md").symlink_to("x/../a.md")
    work.commit("Two")
    config = Config(work.top.parent, work.top)
    tree = commit_tree(config, work.open(), "HEAD")
    assert told(tree) == told(FolderTree(config.registry, config.root))
    assert sorted(load_store(tree, scan).heads) == ["a", "back", "x/b"]


def test_a_registry_may_be_a_link_and_below_links(work: Work) -> None:
    work.commit("One", {"real/deep/prompts/a.md": text_component(), "real/deep/prompts/x/b.md": text_component()})
    (work.top / "prompts").symlink_to("real/deep/prompts")
    (work.top / "short").symlink_to("real/deep")
    (work.top / "real/deep/prompts/c.md").symlink_to("../../../prompts/a.md")
    work.commit("Two")
    for folder in ("prompts", "short/prompts", "real/deep/prompts"):
        expected = told(on_disk(work, folder))
        assert sorted(expected["heads"]) == ["a", "c", "x/b"]
        assert told(at(work, folder=folder)) == expected, folder


def test_a_registry_may_be_reached_by_a_link_from_elsewhere(work: Work, tmp_path: Path) -> None:
    work.commit("One", {"sub/prompts/a.md": text_component()})
    (tmp_path / "elsewhere").symlink_to(work.top / "sub")
    (tmp_path / "direct").symlink_to(work.top / "sub/prompts")
    for registry in (tmp_path / "elsewhere/prompts", tmp_path / "direct"):
        config = Config(tmp_path, registry)
        tree = commit_tree(config, open_repository(registry), "HEAD")
        assert told(tree) == told(FolderTree(registry, tmp_path))
        assert folder_in_commits(work.open(), str(registry)) == "sub/prompts"


def test_a_folder_that_is_gone_today_is_found_in_the_past(work: Work) -> None:
    work.commit("One", {"old/prompts/a.md": text_component()})
    work.git("mv", "old", "new")
    work.commit("Two")
    assert sorted(load_store(at(work, "HEAD~1", "old/prompts"), scan).heads) == ["a"]
    with pytest.raises(UsageError) as caught:
        at(work, "HEAD~1", "new/prompts")
    assert str(caught.value) == "new/prompts: the registry does not exist in revision HEAD~1"


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        pytest.param(lambda top: (top / "prompts").write_text("x"), "is not a folder", id="a file"),
        pytest.param(lambda top: (top / "prompts").symlink_to("prompts"), "cannot be read", id="a link to itself"),
        pytest.param(lambda top: (top / "prompts").symlink_to("gone"), "does not exist", id="a link to nothing"),
        pytest.param(lambda top: (top / "prompts").symlink_to("../x"), "does not exist", id="a link out of it"),
        pytest.param(lambda top: (top / "x").write_text("x"), "does not exist", id="nothing"),
    ],
)
def test_what_is_no_folder_is_no_registry(work: Work, make: Any, fault: str) -> None:
    make(work.top)
    work.commit("One")
    with pytest.raises(UsageError, match=rf"^prompts: the registry {fault}.* in revision main"):
        at(work, "main")
    with pytest.raises(UsageError, match=rf"^prompts: the registry {fault}.* in the index"):
        staged(work)


def test_a_submodule_is_named_as_what_it_is(work: Work, tmp_path: Path) -> None:
    inner = Work.create(tmp_path / "inner")
    inner.commit("One", {"b.md": text_component()})
    work.commit("One", {"prompts/a.md": text_component()})
    work.git("submodule", "--quiet", "add", f"file://{inner.top}", "prompts/shared")
    work.git("submodule", "--quiet", "add", f"file://{inner.top}", "whole")
    work.commit("Two")
    store = load_store(at(work), scan)
    assert sorted(store.heads) == ["a"]
    message = "prompts/shared: cannot be read: it is a submodule, whose files are in a repository of their own"
    assert [str(problem) for problem in store.problems] == [message]
    with pytest.raises(InvalidFile, match="it is a submodule"):
        store.head("shared/b")
    repository = work.open()
    with pytest.raises(UsageError, match="the registry is a submodule in revision HEAD"):
        commit_tree(config_of(work, "whole"), repository, "HEAD")
    assert sorted(load_store(open_source(config_of(work, "whole"), Moment(at="HEAD")), scan).heads) == ["b"]


# -- limits and faults ------------------------------------------------------------------------------------------------


def test_a_large_file_is_refused_and_hides_no_other(work: Work) -> None:
    files = {"prompts/big.md": text_component("x" * 1_000_001), "prompts/good.md": text_component()}
    work.commit("One", {**files, "prompts/same.md": files["prompts/good.md"]})
    expected = told(on_disk(work))
    assert expected["problems"] == ["prompts/big.md: is larger than 1,000,000 bytes"]
    assert told(at(work)) == expected
    assert told(staged(work)) == expected


def test_few_objects_cannot_stand_for_endless_text(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.commit("One", {f"prompts/{number}.md": text_component("x" * 1_000) for number in range(9)})
    monkeypatch.setattr(git_tree, "MAX_TOTAL_BYTES", 9_000)
    with pytest.raises(TooLarge, match="hold more than 9,000 bytes"):
        load_store(at(work), scan)
    monkeypatch.setattr(git_tree, "MAX_TOTAL_BYTES", 10_000)
    assert len(load_store(at(work), scan).heads) == 9


def test_a_long_chain_of_links_ends(work: Work) -> None:
    work.commit("One", {"prompts/a.md": text_component()})
    for number in range(60):
        (work.top / f"prompts/l{number}.md").symlink_to(f"l{number + 1}.md" if number < 59 else "a.md")
    (work.top / "prompts/long.md").symlink_to("x" * 200 + "/" + "y" * 200)
    work.commit("Two")
    store = load_store(at(work), scan)
    assert {"a", "l59", "l20"} <= set(store.heads)
    assert "l0" not in store.heads
    assert "prompts/l0.md: is a link that leads nowhere" in map(str, store.problems)


@pytest.mark.parametrize("target", [b"a\0b", b"x" * 5_001, b"", b"\xff\xfe"], ids=["NUL", "long", "empty", "no UTF-8"])
def test_links_that_no_system_would_make_lead_nowhere(work: Work, target: bytes) -> None:
    work.commit("One", {"prompts/a.md": text_component()})
    blob = work.git("hash-object", "-w", "--stdin", given=target)
    work.git("update-index", "--add", "--cacheinfo", f"120000,{blob},prompts/bad.md")
    work.git("commit", "-q", "-m", "Two")
    store = load_store(at(work), scan)
    assert sorted(store.heads) == ["a"]
    assert [str(problem) for problem in store.problems] == ["prompts/bad.md: is a link that leads nowhere"]


def test_an_absolute_link_leaves_the_registry_wherever_the_checkout_is(work: Work) -> None:
    work.commit("One", {"prompts/a.md": text_component()})
    (work.top / "prompts/abs.md").symlink_to(work.top / "prompts/a.md")
    work.commit("Two")
    store = load_store(at(work), scan)
    assert [str(problem) for problem in store.problems] == ["prompts/abs.md: is a link that leaves the registry"]


def test_outside_of_a_huge_repository_everything_leaves(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.commit("One", {"prompts/a.md": text_component(), "out/b.md": "x"})
    for name, target in (("in.md", "../prompts/a.md"), ("out.md", "../out/b.md"), ("gone.md", "../out/gone.md")):
        (work.top / "prompts" / name).symlink_to(target)
    work.commit("Two")
    config, repository = config_of(work), work.open()

    def files(folder: str) -> Any:
        if not folder:
            raise TooLarge("too many files")
        return repository.tree(repository.resolve("HEAD"), folder)

    store = load_store(GitTree(config, repository, files, "now", None), scan)
    assert sorted(store.heads) == ["a", "in"]
    assert {problem.message for problem in store.problems} == {"is a link that leaves the registry"}


def test_other_files_are_listed_only_when_a_link_leads_there(work: Work) -> None:
    work.commit("One", {"prompts/a.md": text_component()})
    repository = work.open()
    asked = []

    def files(folder: str) -> Any:
        asked.append(folder)
        return repository.tree(repository.resolve("HEAD"), folder)

    tree = GitTree(config_of(work), repository, files, "now", None)
    told(tree)
    assert asked == ["prompts", ""]  # for "../outside.md", which `told` asks for
    asked.clear()
    load_store(GitTree(config_of(work), repository, files, "now", None), scan)
    assert asked == ["prompts"]


def test_all_heads_are_read_in_one_go(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"prompts/{number}.md": text_component(f"{number}\n") for number in range(9)}
    work.commit("One", {**files, "prompts/same.md": text_component("1\n")})
    tree = at(work)
    asked: list[list[str]] = []
    read = tree.repository.read

    def counted(ids: Any, **options: Any) -> Any:
        asked.append(list(ids))
        return read(asked[-1], **options)

    monkeypatch.setattr(tree.repository, "read", counted)
    assert len(load_store(tree, scan).heads) == 10
    assert [len(ids) for ids in asked] == [9, 1]  # the second file of the same content is asked for again


def test_a_clone_that_lacks_a_file_says_so(work: Work) -> None:
    work.commit("One", {"prompts/a.md": text_component(), "prompts/lost.md": text_component("Lost.\n")})
    lost = work.id("HEAD:prompts/lost.md")
    (work.top / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(MissingObject, match=lost):
        load_store(at(work), scan)


def test_folders_and_files_that_claim_the_same_name_do_no_harm() -> None:
    from promptreg.registry.git import TreeFile

    def file(path: str) -> TreeFile:
        return TreeFile(path, "100644", "1" * 40, 1)

    for order in (("a", "a/b", "a/../c", "a//d"), ("a/b", "a", "a//d", "a/../c")):
        files = TreeFiles("", map(file, order), lambda: (), lambda _: b"")
        assert files.real("/a/b") == "/a/b"
        assert files.entry("/a/b") == file("a/b")


# -- choosing a moment ------------------------------------------------------------------------------------------------


def test_a_moment_that_makes_no_sense_is_refused(work: Work, tmp_path: Path) -> None:
    work.commit("One", {"prompts/a.md": text_component()})
    config = config_of(work)
    assert isinstance(open_source(config, NOW), FolderTree)
    for moment, dev, message in (
        (Moment("HEAD", staged=True), False, "choose one: a revision, or what is staged"),
        (Moment("HEAD"), True, "dev looks for changed files"),
        (Moment(staged=True), True, "dev looks for changed files"),
        (Moment("gone"), False, 'there is no revision "gone"'),
        (Moment("HEAD", repo=object()), False, "a object is no repository"),
    ):
        with pytest.raises(UsageError, match=message):
            open_source(config, moment, dev=dev)
    (tmp_path / "plain/prompts").mkdir(parents=True)
    with pytest.raises(NoRepository) as caught:
        open_source(Config(tmp_path / "plain", tmp_path / "plain/prompts"), Moment("HEAD"))
    assert caught.value.reason == "no-repository"
    assert isinstance(caught.value, GitError)


def test_reading_writes_nothing(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTREG_CACHE_DIR", "off")
    work.commit("One", {"prompts/a.md": text_component(), "prompts/p.yaml": PROMPT})
    before = snapshot(tmp_path)
    told(at(work))
    told(staged(work))
    assert snapshot(tmp_path) == before
