"""Names of revisions: what they lead to, and what is said when they lead nowhere."""

from __future__ import annotations

import pytest

from promptreg.errors import UsageError
from promptreg.registry.git import GitError, MissingObject, Ref
from tests.registry.git.repositories import Work


@pytest.fixture
def history(work: Work) -> tuple[Work, list[str]]:
    """Three commits on main, a branch `old` at the first, tags at the second."""
    commits = [work.commit(f"Change {number}", {"prompts/a.md": f"{number}\n"}) for number in range(3)]
    work.git("branch", "old", commits[0])
    work.git("branch", "team/feature", commits[1])
    work.git("tag", "v1.0.0", commits[1])
    work.git("tag", "-a", "-m", "About v2", "v2.0.0", commits[1])
    work.git("tag", "-a", "-m", "A tag of a tag", "twice", "v2.0.0")
    work.git("tag", "a-file", f"{commits[0]}:prompts/a.md")
    work.git("tag", "a-folder", f"{commits[0]}:prompts")
    return work, commits


@pytest.mark.parametrize(
    ("rev", "number"),
    [
        ("HEAD", 2),
        ("@", 2),
        ("main", 2),
        ("refs/heads/main", 2),
        ("heads/main", 2),
        ("HEAD~1", 1),
        ("HEAD^", 1),
        ("main~2", 0),
        ("@{1}", 1),
        ("main@{0}", 2),
        ("old", 0),
        ("team/feature", 1),
        ("v1.0.0", 1),
        ("v2.0.0", 1),
        ("twice", 1),
        ("v2.0.0^{}", 1),
        ("v2.0.0^{commit}", 1),
        ("v1.0.0-3-g{short}", 0),
    ],
)
def test_a_revision_leads_to_its_commit(history: tuple[Work, list[str]], rev: str, number: int) -> None:
    work, commits = history
    found = work.open().resolve(rev.replace("{short}", commits[0][:9]))
    assert found.id == commits[number]
    assert found.tree == work.id(f"{commits[number]}^{{tree}}")


def test_ids_may_be_short_but_not_ambiguous(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    with work.open() as repository:
        for commit in commits:
            assert repository.resolve(commit).id == repository.resolve(commit[:12]).id == commit
            assert repository.resolve(commit).short == commit[:12]


@pytest.mark.parametrize(
    ("rev", "message"),
    [
        ("mian", r'there is no revision "mian" \(did you mean "main"\?\)'),
        ("v1.0.1", r'did you mean "v1.0.0"'),
        ("team/featur", r'did you mean "team/feature"'),
        ("xyzzy", r'there is no revision "xyzzy"$'),
        ("f" * 40, "there is no revision"),
        ("HEAD~9", "there is no revision"),
        ("HEAD@{9}", "leads nowhere"),
        ("HEAD@{2001-01-01}", "before the first entry of the reflog"),
        ("main@{nonsense}", "there is no revision"),
        ("@{upstream}", "leads nowhere"),
        ("@{-1}", "there is no revision"),
        ("a-file", '"a-file" leads to no commit'),
        ("refs/tags/a-folder", "leads to no commit"),
        ("", "is empty"),
        ("  ", "is empty"),
        ("-x", "begins with a dash"),
        ("--output=x", "begins with a dash"),
        ("old..main", "is a range"),
        ("old...main", "is a range"),
        ("..", "is a range"),
        ("^main", "is a range"),
        ("main^@", "is a range"),
        ("main^!", "is a range"),
        ("main^-", "is a range"),
        ("main^-1", "is a range"),
        ("main:prompts/a.md", "names a file or a search"),
        (":prompts/a.md", "names a file or a search"),
        (":/Change", "names a file or a search"),
        ("main^{/Change}", "names a file or a search"),
        ("main\n", "control characters"),
        ("main\r", "control characters"),
        ("main\0", "control characters"),
        ("main\0junk", "control characters"),
        ("old\nmain", "control characters"),
        ("main\x7f", "control characters"),
        ("m" * 1001, "is no text that a revision can have"),
        ("\ud800", "is no text that a revision can have"),
    ],
)
def test_what_is_no_revision_is_refused(history: tuple[Work, list[str]], rev: str, message: str) -> None:
    work, commits = history
    with work.open() as repository:
        with pytest.raises(UsageError, match=message):
            repository.resolve(rev)
        assert repository.resolve("main").id == commits[2]  # and the next answer is not that of another question


def test_a_name_of_two_refs_is_not_guessed_at(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    work.git("tag", "old", commits[2])
    repository = work.open()
    with pytest.raises(UsageError, match="names several refs"):
        repository.resolve("old")
    assert repository.resolve("refs/heads/old").id == commits[0]
    assert repository.resolve("refs/tags/old").id == commits[2]


def test_a_branch_called_head_changes_nothing(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    work.git("update-ref", "refs/heads/HEAD", commits[0])
    repository = work.open()
    assert repository.head() == repository.resolve("HEAD") == repository.resolve(commits[2])
    assert repository.resolve("refs/heads/HEAD").id == commits[0]


def test_a_replaced_commit_is_read_as_it_was_made(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    tree = work.id("main^{tree}")
    work.git("replace", commits[2], commits[0])
    (work.top / ".git/info/grafts").write_text(f"{commits[2]}\n")
    repository = work.open()
    assert repository.resolve("main").tree == tree
    assert [change.commit for change in repository.history("prompts")] == commits[::-1]
    assert next(repository.read([repository.tree(repository.resolve("main"))[0].object_id])) == b"2\n"


def test_an_answer_is_never_older_than_the_question(history: tuple[Work, list[str]]) -> None:
    work, _ = history
    repository = work.open()
    repository.resolve("main")
    for step, tidy in enumerate((("pack-refs", "--all"), ("gc", "--quiet", "--prune=now"), ("pack-refs", "--all"))):
        commit = work.commit(files={"prompts/a.md": f"new {step}"})
        assert repository.resolve("main").id == commit
        work.git(*tidy)
        assert repository.resolve("main").id == commit
        (file,) = repository.tree(repository.resolve("main"))
        assert list(repository.read([file.object_id])) == [f"new {step}".encode()]


def test_without_commits_there_is_nothing_to_name(work: Work) -> None:
    repository = work.open()
    assert repository.head() is None
    assert repository.refs() == ()
    assert list(repository.history("prompts")) == []
    for rev in ("HEAD", "main", "v1"):
        with pytest.raises(UsageError, match="has no commits yet"):
            repository.resolve(rev)


@pytest.mark.parametrize("detached", [False, True], ids=["on a branch", "detached"])
def test_a_lost_commit_checked_out_is_damage(history: tuple[Work, list[str]], detached: bool) -> None:
    work, commits = history
    if detached:
        work.git("checkout", "-q", "--detach", "main")
    last = commits[-1]
    (work.top / ".git/objects" / last[:2] / last[2:]).unlink()
    repository = work.open()
    for ask in (
        repository.head,
        repository.history,
        lambda: repository.resolve("HEAD"),
        lambda: repository.resolve("x"),
    ):
        with pytest.raises(GitError, match=f"the repository is damaged: HEAD is {last}"):
            ask()
    assert repository.resolve("old").id == commits[0]


@pytest.mark.parametrize("content", ["", "no id\n"], ids=["empty, as after a power cut", "garbage"])
@pytest.mark.parametrize("linked", [False, True], ids=["main work tree", "linked work tree"])
def test_a_broken_ref_checked_out_is_damage(history: tuple[Work, list[str]], content: str, linked: bool) -> None:
    work, _ = history
    if linked:
        work.git("worktree", "add", "-q", "-b", "näher", "../linked", "main")
    (work.top / ".git/refs/heads" / ("näher" if linked else "main")).write_text(content)
    repository = Work(work.top.parent / "linked" if linked else work.top).open()
    with pytest.raises(GitError, match="the repository is damaged: the branch that is checked out names no commit"):
        repository.head()


def test_a_detached_head_is_a_head(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    work.git("checkout", "-q", "--detach", commits[1])
    repository = work.open()
    assert repository.head() == repository.resolve(commits[1])
    assert [change.commit for change in repository.history("prompts")] == [commits[1], commits[0]]


def test_refs_are_listed_with_the_commits_behind_them(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    found = {ref.short: ref for ref in work.open().refs()}
    assert list(found) == ["main", "old", "team/feature", "a-file", "a-folder", "twice", "v1.0.0", "v2.0.0"]
    assert found["old"] == Ref("refs/heads/old", commits[0], "commit", commits[0])
    assert found["v2.0.0"] == Ref("refs/tags/v2.0.0", work.id("v2.0.0"), "tag", commits[1])
    assert (found["a-file"].kind, found["a-file"].commit) == ("blob", None)
    assert found["twice"].kind == "tag"


def test_a_damaged_ref_harms_nobody_else(history: tuple[Work, list[str]]) -> None:
    work, commits = history
    work.write(".git/refs/heads/broken", "no id\n")
    work.write(".git/refs/heads/lost", "1" * 40 + "\n")
    repository = work.open()
    assert repository.resolve("old").id == commits[0]
    with pytest.raises(UsageError, match=r"there is no revision|leads to no commit"):
        repository.resolve("broken")
    with pytest.raises(UsageError, match='"lost" leads to no commit'):
        repository.resolve("lost")
    with pytest.raises(GitError):
        repository.refs()


def test_a_missing_object_is_an_error_of_its_own(history: tuple[Work, list[str]]) -> None:
    work, _ = history
    repository = work.open()
    with pytest.raises(MissingObject) as caught:
        list(repository.read(["1" * 40]))
    assert caught.value.object_id == "1" * 40
    assert "1" * 40 in str(caught.value)
