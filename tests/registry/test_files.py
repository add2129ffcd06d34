"""Which files of a folder are a registry, and what is said about all others."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.errors import InvalidFile, UsageError
from promptreg.registry import files, walk
from promptreg.registry.files import decode, decode_utf8, find_files, find_root, read_bytes, read_file
from promptreg.registry.walk import shown_path
from promptreg.text import Source
from tests.registry.folders import fill

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Permission bits do not stop root: such a test looks through the eyes of another user for a while."""
    if os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(NOBODY)
    except OSError:
        pytest.skip("runs as root and cannot become anybody else, so that permission bits stop nothing")
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that everybody can reach; that of pytest is for its owner only."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def names(folder: Path) -> list[str]:
    return [found.name for found in find_files(folder / "prompts", folder).found]


def faults(folder: Path) -> list[str]:
    return [str(problem) for _, problem in find_files(folder / "prompts", folder).faults]


def test_every_md_and_yaml_file_is_found_by_its_path_without_suffix(tmp_path: Path) -> None:
    registry = fill(tmp_path, {"b.md": "", "a.yaml": "", "x/y/z-1.md": "", "x/v1.2.md": "", "x/a_b.yaml": ""})
    listing = find_files(registry, tmp_path)
    assert [(item.name, item.path) for item in listing.found] == [
        ("a", "prompts/a.yaml"),
        ("b", "prompts/b.md"),
        ("x/a_b", "prompts/x/a_b.yaml"),
        ("x/v1.2", "prompts/x/v1.2.md"),
        ("x/y/z-1", "prompts/x/y/z-1.md"),
    ]
    assert listing.faults == []


def test_other_files_labels_and_dot_folders_are_not_looked_at(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {"labels.yaml": "[", "promptreg.lock": "", "a.json": "", "a.txt": "", "A.TXT": "", ".versions/a/1.0.0.md": "",
         ".git/x.md": "", ".hidden.md": "", "a/.x.yaml": "", "data.md.bak": "", "noext": "", "md": ""},
    )  # fmt: skip
    assert names(tmp_path) == []
    assert faults(tmp_path) == []


def test_labels_are_labels_at_the_top_only(tmp_path: Path) -> None:
    fill(tmp_path, {"labels.yaml": "", "x/labels.yaml": "", "x/labels2.md": ""})
    assert names(tmp_path) == ["x/labels", "x/labels2"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("Tone.md", 'the component name "Tone": part "Tone" must be lower-case words'),
        ("README.md", 'the component name "README": part "README" must be'),
        ("Rules/tone.md", 'the component name "Rules/tone": part "Rules" must be'),
        ("a b.md", 'part "a b" must be'),
        ("a-.yaml", 'part "a-" must be'),
        ("..a.md/x", None),
        ("a..b.md", 'part "a..b" must be'),
        ("é.md", 'part "é" must be'),
        ("a:b.md", "never a file path"),
        ("a\\b.md", "never a file path"),
        ("x.md/y.txt", "is a folder where a file is expected"),
        ("x.yaml/y.md", "is a folder where a file is expected"),
        ("x.yml", "is not read: the suffix of a registry file is .yaml"),
        ("x.YML", "is not read: the suffix of a registry file is .yaml"),
        ("x.YAML", "is not read: the suffix of a registry file is .yaml"),
        ("x.MD", "is not read: the suffix of a registry file is .md"),
    ],
)
def test_a_name_that_cannot_be_used_is_a_fault_at_its_file(tmp_path: Path, file: str, reason: str | None) -> None:
    fill(tmp_path, {file: "", "good.md": ""})
    assert names(tmp_path) == ["good"]
    if reason is None:
        assert faults(tmp_path) == []
    else:
        (fault,) = faults(tmp_path)
        place, _, message = fault.partition(": ")
        assert f"prompts/{file}".startswith(place)
        assert reason in message


def test_a_file_name_that_is_not_utf_8_is_a_fault_that_can_be_printed(tmp_path: Path) -> None:
    registry = fill(tmp_path, {})
    try:
        (registry / os.fsdecode(b"a\xff.md")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system refuses names that are not UTF-8")
    (fault,) = faults(tmp_path)
    assert fault.startswith("prompts/a\\xff.md: the file name gives")
    fault.encode("utf-8")


def test_one_name_with_two_suffixes_is_nobodys(tmp_path: Path) -> None:
    fill(tmp_path, {"x/a.md": "", "x/a.yaml": "", "b.md": ""})
    assert names(tmp_path) == ["b"]
    assert faults(tmp_path) == ['prompts/x/a.yaml: the name "x/a" is taken twice: here and by prompts/x/a.md']


def test_names_that_differ_by_case_are_reported_and_the_good_one_stays(tmp_path: Path) -> None:
    registry = fill(tmp_path, {"tone.md": ""})
    (registry / "Tone.md").write_bytes(b"")
    if len(os.listdir(registry)) == 1:
        pytest.skip("this file system does not tell case apart")
    assert names(tmp_path) == ["tone"]
    assert len(faults(tmp_path)) == 1


@given(st.permutations(["b.md", "a.yaml", "x/c.md", "x/y/d.md", "E.md", "f.yml", "a.md", "g.md/h"]))
def test_the_order_of_writing_has_no_part_in_the_answer(
    tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("registry")
    for file in order:
        fill(folder, {file: ""})
    assert names(folder) == ["b", "x/c", "x/y/d"]
    assert [fault.split(":")[0] for fault in faults(folder)] == [
        "prompts/E.md",
        "prompts/a.yaml",
        "prompts/f.yml",
        "prompts/g.md",
    ]


# -- links ------------------------------------------------------------------------------------------------------------


def link(folder: Path, name: str, target: str) -> None:
    place = folder / "prompts" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


def test_links_inside_the_registry_are_followed(tmp_path: Path) -> None:
    fill(tmp_path, {"x/a.md": "", "y/c.md": ""})
    link(tmp_path, "b.md", "x/a.md")
    link(tmp_path, "z", "x")
    link(tmp_path, "y/x", "../x")
    link(tmp_path, "y/abs.md", str(tmp_path / "prompts/x/a.md"))
    assert names(tmp_path) == ["b", "x/a", "y/abs", "y/c", "y/x/a", "z/a"]
    assert faults(tmp_path) == []


def test_a_registry_may_itself_be_a_link(tmp_path: Path) -> None:
    fill(tmp_path / "real", {"a.md": "", "x/b.md": ""})
    (tmp_path / "prompts").symlink_to("real/prompts")
    link(tmp_path, "c.md", "x/b.md")
    assert names(tmp_path) == ["a", "c", "x/b"]


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("out.md", "../secret.md", "is a link that leaves the registry"),
        ("out.yaml", "/etc/hostname", "is a link that leaves the registry"),
        ("out.yml", "../secret.md", "is a link that leaves the registry"),
        ("out", "..", "is a link that leaves the registry"),
        ("out", "../prompts-other", "is a link that leaves the registry"),
        ("out.md", "/dev/zero", "is a link that leaves the registry"),
        ("out.md", "nowhere.md", "is a link that leads nowhere"),
        ("out.md", "out.md", "is a link that leads nowhere"),
        ("out", "out", "is a link that leads nowhere"),
        ("out", ".", "is a link to a folder around itself"),
        ("x/out", "..", "is a link to a folder around itself"),
        ("x/out", "../x", "is a link to a folder around itself"),
    ],
)
def test_a_link_that_leaves_or_leads_nowhere_is_refused(tmp_path: Path, name: str, target: str, reason: str) -> None:
    fill(tmp_path, {"a.md": ""})
    (tmp_path / "secret.md").write_text("secret")
    fill(tmp_path / "prompts-other", {"b.md": ""})
    link(tmp_path, name, target)
    assert names(tmp_path) == ["a"]
    assert faults(tmp_path) == [f"prompts/{name}: {reason}"]


@pytest.mark.parametrize("target", ["../secret.txt", "gone.txt"], ids=["outside", "nowhere"])
def test_links_under_names_that_are_no_component_are_left_alone(tmp_path: Path, target: str) -> None:
    fill(tmp_path, {"a.md": ""})
    (tmp_path / "secret.txt").write_text("secret")
    link(tmp_path, "note.txt", target)
    assert faults(tmp_path) == []


def test_folders_that_link_to_each_other_are_not_walked_for_ever(tmp_path: Path) -> None:
    fill(tmp_path, {"x/a.md": "", "y/b.md": ""})
    for count in range(3):
        link(tmp_path, f"x/to-y{count}", "../y")
        link(tmp_path, f"y/to-x{count}", "../x")
    found = names(tmp_path)
    assert {"x/a", "y/b", "x/to-y0/b", "y/to-x0/a"} <= set(found)
    assert len(found) == 8
    assert {fault.partition(": ")[2] for fault in faults(tmp_path)} == {"is a link to a folder around itself"}


def test_folders_that_multiply_through_links_end_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_ENTRIES", 2_000)
    for level in range(30):
        fill(tmp_path, {f"f{level}/a.md": ""})
        link(tmp_path, f"f{level}/l", f"../f{level + 1}")
        link(tmp_path, f"f{level}/r", f"../f{level + 1}")
    assert any("holds more than 2,000 files and folders" in fault for fault in faults(tmp_path))


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """A registry with a file 700 folders down; taken apart again step by step, as not every tool can remove it."""
    here = os.getcwd()
    top = fill(tmp_path, {})
    os.chdir(top)
    try:
        for _ in range(700):
            os.mkdir("a")
            os.chdir("a")
        Path("x.md").write_text("")
    finally:
        os.chdir(here)
    yield tmp_path
    while (top / "a/a").exists():
        (top / "a/a").rename(top / "b")
        (top / "a").rmdir()
        (top / "b").rename(top / "a")


def test_a_very_deep_folder_is_walked(deep_folder: Path) -> None:
    if len(str(deep_folder)) < 1_000:
        assert names(deep_folder) == ["a/" * 700 + "x"]
        assert faults(deep_folder) == []


# -- folders and files that cannot be read ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "the registry does not exist"),
        (lambda path: path.write_text(""), "the registry is not a folder"),
        (lambda path: path.symlink_to("gone"), "the registry does not exist"),
        (lambda path: path.symlink_to("prompts"), "the registry cannot be read: too many levels of symbolic links"),
    ],
    ids=["missing", "file", "dangling link", "link to itself"],
)
def test_a_registry_that_is_no_folder_is_an_error(tmp_path: Path, make: Callable[[Path], object], reason: str) -> None:
    make(tmp_path / "prompts")
    with pytest.raises(UsageError) as caught:
        find_files(tmp_path / "prompts", tmp_path)
    assert str(caught.value) == f"prompts: {reason}"


@pytest.mark.parametrize(
    ("given", "near"),
    [("promts", "prompts"), ("./promts/", "./prompts"), ("app/promts", "app/prompts"), ("{}/promts", "{}/prompts")],
)
def test_a_missing_registry_is_answered_with_the_folder_beside_it(tmp_path: Path, given: str, near: str) -> None:
    for folder in (tmp_path, tmp_path / "app"):
        folder.mkdir(exist_ok=True)
        (folder / "prompts").mkdir()
        (folder / "promptz.md").write_text("a file is none")
    given, near = given.format(tmp_path), near.format(tmp_path)
    with pytest.raises(UsageError) as caught:
        find_files(tmp_path / given, tmp_path, given)
    assert str(caught.value) == f'{given}: the registry does not exist (did you mean "{near}"?)'


def test_a_registry_name_that_no_system_takes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find_files(tmp_path / "a\0b", tmp_path)
    with pytest.raises(UsageError, match="cannot be read: file name too long"):
        find_files(tmp_path / ("a" * 300), tmp_path)


def test_an_unreadable_folder_hides_only_itself(open_folder: Path) -> None:
    fill(open_folder, {"a.md": "", "x/b.md": "", "x/y/c.md": ""})
    (open_folder / "prompts/x").chmod(0)
    with as_nobody():
        found, said = names(open_folder), faults(open_folder)
    (open_folder / "prompts/x").chmod(0o755)
    assert found == ["a"]
    assert said == ["prompts/x: cannot be read: permission denied"]


@pytest.mark.parametrize("closed", [".", "prompts"], ids=["parent", "registry"])
def test_a_registry_that_cannot_be_reached_or_read_is_an_error(open_folder: Path, closed: str) -> None:
    registry = fill(open_folder, {"a.md": ""})
    (open_folder / closed).chmod(0)
    with as_nobody(), pytest.raises(UsageError) as caught:
        find_files(registry, find_root(registry))
    (open_folder / closed).chmod(0o755)
    assert str(caught.value).endswith("prompts: the registry cannot be read: permission denied")


def test_an_unreadable_file_is_an_error_of_that_file(open_folder: Path) -> None:
    registry = fill(open_folder, {"a.md": ""})
    (registry / "a.md").chmod(0)
    with as_nobody(), pytest.raises(InvalidFile) as caught:
        read_bytes(registry / "a.md", "prompts/a.md")
    assert str(caught.value) == "prompts/a.md: cannot be read: permission denied"


@pytest.mark.parametrize("make", ["fifo", "socket", "folder", "device", "gone"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, make: str) -> None:
    file = tmp_path / "a.md"
    if make == "fifo":
        os.mkfifo(file)
    elif make == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(file))
    elif make == "folder":
        file.mkdir()
    elif make == "device":
        file.symlink_to("/dev/zero")
    with pytest.raises(InvalidFile, match=r"^a\.md: (is not a regular file|cannot be read: )"):
        read_bytes(file, "a.md")


def test_reading_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("x")
    (tmp_path / "large").write_text("x" * 20)
    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    for name in ("good", "large", ".", "gone"):
        try:
            read_bytes(tmp_path / name, name, 10)
        except InvalidFile:
            continue
    if before:
        assert set(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("size", [0, 1, 10, 65_536, 65_537, 200_000])
def test_a_file_is_read_whole_up_to_the_limit(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * size)
    assert read_bytes(file, "a", size) == b"x" * size
    file.write_bytes(b"x" * (size + 1))
    with pytest.raises(InvalidFile) as caught:
        read_bytes(file, "a", size)
    assert str(caught.value) == f"a: is larger than {size:,} bytes"


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * 10)
    monkeypatch.setattr(files.os, "read", lambda descriptor, size: b"x" * size)
    with pytest.raises(InvalidFile, match="is larger than 20 bytes"):
        read_bytes(file, "a", 20)


# -- bytes to text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "place", "byte"),
    [
        (b"\xff", "1:1", "ff"),
        (b"ab\xffc", "1:3", "ff"),
        ("é🙂".encode() + b"\x80", "1:3", "80"),
        (b"a\nb\r\n\xc3\xa9\xe2\x82", "3:2", "e2"),
        (b"a\n\xed\xa0\x80", "2:1", "ed"),
        (b"\xff\xfea\x00", "1:1", "ff"),
        ("naïve".encode("latin-1"), "1:3", "ef"),
    ],
)
def test_bytes_that_are_not_utf_8_are_placed_by_character(data: bytes, place: str, byte: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        decode_utf8(data, "a.md")
    assert str(caught.value) == f"a.md:{place}: is not UTF-8 (byte 0x{byte}): save it as UTF-8"


@given(st.binary(max_size=20))
def test_any_bytes_are_decoded_or_refused_where_python_refuses_them(data: bytes) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        with pytest.raises(InvalidFile) as caught:
            decode_utf8(data, "a")
        (problem,) = caught.value.problems
        before = Source("a", data[: error.start].decode("utf-8"))
        assert (problem.line, problem.column) == before.location(len(before.text))[1:]
    else:
        assert decode_utf8(data, "a").text == text


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"", ["a:1:1: is empty"]),
        (b" \n\r\n\t", ["a:1:1: is empty"]),
        (b"\xef\xbb\xbfa", ["a:1:1: starts with a byte order mark: save it as UTF-8 without one"]),
        (b"ab\r\ncd\re\r", ["a:2:3: holds a lone carriage return: lines end with LF or CR LF"]),
        (b"a\r", ["a:1:2: holds a lone carriage return: lines end with LF or CR LF"]),
        (b"a\r\r\n", ["a:1:2: holds a lone carriage return: lines end with LF or CR LF"]),
        (b"\xef\xbb\xbfa\rb",
         ["a:1:1: starts with a byte order mark: save it as UTF-8 without one",
          "a:1:3: holds a lone carriage return: lines end with LF or CR LF"]),
    ],
    ids=repr,
)  # fmt: skip
def test_texts_with_marks_lone_returns_or_nothing_are_refused(data: bytes, reasons: list[str]) -> None:
    with pytest.raises(InvalidFile) as caught:
        decode(data, "a")
    assert [str(problem) for problem in caught.value.problems] == reasons


def test_both_line_ends_are_kept_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("é\r\nb\n".encode())
    assert read_file(tmp_path / "a", "a").text == "é\r\nb\n"


# -- roots and shown paths --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["pyproject.toml", "promptreg.toml", ".git/"])
def test_the_root_is_the_nearest_folder_that_looks_like_a_project(tmp_path: Path, mark: str) -> None:
    registry = tmp_path / "a/b/prompts"
    registry.mkdir(parents=True)
    place = tmp_path / "a" / mark
    place.mkdir() if mark.endswith("/") else place.write_text("")
    assert find_root(registry) == str(tmp_path / "a")
    assert shown_path(registry / "x.md", tmp_path / "a") == "b/prompts/x.md"


def test_the_root_of_a_path_with_dots_is_not_on_the_way_back(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/pyproject.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    fill(tmp_path, {"a.md": ""})
    assert find_root(tmp_path / "a/b/../../prompts") == str(tmp_path)


def test_the_root_of_the_file_system_has_itself_as_root() -> None:
    assert find_root("/") == "/"
