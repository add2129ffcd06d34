"""Bundles in processes of their own: what they open, zip files, folders that nobody may write to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import promptreg
from tests.support.bundles import bundled, release_all
from tests.support.registries import SUPPORT, write_files

PACKAGE = Path(promptreg.__file__).parent


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        **SUPPORT,
        "reply.yaml": textwrap.dedent(SUPPORT["reply.yaml"]) + "output: {schema: schemas/reply.json}\n",
        "schemas/reply.json": '{"type": "object"}',
    }
    folder = release_all(write_files(tmp_path_factory.mktemp("bundles"), files))
    (folder / "labels.yaml").write_text("production: {reply: 1.0.0}\n")
    return folder


@pytest.fixture(scope="module")
def bundle(registry: Path) -> bytes:
    return bundled(registry)


@pytest.fixture(scope="module")
def expected(registry: Path) -> str:
    return json.dumps(promptreg.load(registry).render("reply@production", sample="small").document())


def python(*arguments: str, folder: Path, path: str = "", seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Run the interpreter; this checkout is found last, so that what is in a zip file comes first."""
    places = os.pathsep.join(filter(None, (path, str(PACKAGE.parent))))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": places, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )


WATCHED = """
    import sys
    import promptreg
    from pathlib import Path
    data = Path("prompts.bundle.json").read_bytes()
    watched = (
        "open", "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.scandir", "os.listdir",
        "os.mkdir", "os.remove", "os.rename", "tempfile.", "shutil.",
    )
    seen = []
    sys.addaudithook(lambda event, args: seen.append((event, *args)) if event.startswith(watched) else None)
    registry = promptreg.load_bundle(data)
    registry.require(["reply", "reply@production"])
"""


def test_nothing_is_opened_after_loading_and_requiring(tmp_path: Path, bundle: bytes) -> None:
    (tmp_path / "prompts.bundle.json").write_bytes(bundle)
    script = textwrap.dedent(WATCHED) + textwrap.dedent(
        """
        def count(event, args):
            if event == "import":
                seen.append((event, args[0]))
        sys.addaudithook(count)
        seen.clear()
        for ref in ("reply", "reply@production", "reply@1.0.0"):
            for ticket in ("a", "</ticket>", "x" * 5000):
                r = registry.render(ref, {"limit": 5, "ticket": ticket, "history": [{"role": "user", "content": "x"}]})
                r.messages, r.text, r.segments, r.tokens, r.parts, r.record(), r.attributes(), r.document()
                for provider in ("openai", "openai-responses", "anthropic", "gemini"):
                    r.to(provider)
        print(seen)
        """
    )
    done = python("-c", script, folder=tmp_path)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_loading_and_requiring_open_modules_and_rank_files_only(tmp_path: Path, bundle: bytes) -> None:
    (tmp_path / "prompts.bundle.json").write_bytes(bundle)
    script = textwrap.dedent(WATCHED) + textwrap.dedent(
        """
        for event, *args in list(seen):
            if event == "open" and isinstance(args[0], (str, bytes)):
                print("open", args[0], args[1] if isinstance(args[1], str) else args[2] & 3, sep="\\t")
            elif event not in ("os.listdir", "os.scandir", "open"):
                print(event, args, sep="\\t")
        """
    )
    done = python("-c", script, folder=tmp_path)
    assert done.stderr == ""
    installed = ("site-packages", "lib/python", "/promptreg/", ".tiktoken", "data-gym-cache")
    opened = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line for line in opened if line[0] != "open"] == []
    assert [line for line in opened if not any(part in line[1] for part in installed)] == []
    assert {line[-1] for line in opened} <= {"r", "rb", "0"}


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_every_process_writes_the_same_bytes(registry: Path, bundle: bytes, seed: str) -> None:
    script = "import promptreg, sys; sys.stdout.write(promptreg.load('prompts').bundle().data.decode())"
    done = python("-c", script, folder=registry.parent, seed=seed)
    assert (done.stdout, done.stderr) == (bundle.decode(), "")


def zipped(file: Path, members: dict[str, bytes], *packages: Path) -> Path:
    """A zip file of these members and packages (sources and data, no compiled files)."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        for package in packages:
            for path in sorted(package.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    archive.write(path, f"{package.name}/{path.relative_to(package).as_posix()}")
    return file


APPLICATION = b"""
import json
import promptreg
def run():
    registry = promptreg.load_bundle(package="app", preload=True)
    print(promptreg.__file__)
    print(json.dumps(registry.render("reply@production", sample="small").document()))
"""


def test_a_zip_application_brings_promptreg_and_its_bundle(tmp_path: Path, bundle: bytes, expected: str) -> None:
    members = {
        "__main__.py": b"import app\napp.run()\n",
        "app/__init__.py": APPLICATION,
        "app/prompts.bundle.json": bundle,
    }
    file = zipped(tmp_path / "app.pyz", members, PACKAGE)
    done = python(str(file), folder=tmp_path)
    assert done.stderr == ""
    home, document = done.stdout.splitlines()
    assert home.startswith(str(file))
    assert document == expected


def test_a_wheel_on_the_path_brings_its_bundle(tmp_path: Path, bundle: bytes, expected: str) -> None:
    file = zipped(tmp_path / "app.whl", {"app/__init__.py": APPLICATION, "app/prompts.bundle.json": bundle})
    done = python("-c", "import app; app.run()", folder=tmp_path, path=str(file))
    assert done.stderr == ""
    assert done.stdout.splitlines()[1] == expected


def test_a_resource_that_a_wheel_lacks_is_bad_input(tmp_path: Path) -> None:
    file = zipped(tmp_path / "app.whl", {"app/__init__.py": b""})
    script = """
        import promptreg
        try:
            promptreg.load_bundle(package="app", resource="nope.json")
        except promptreg.InvalidFile as error:
            print(error)
    """
    done = python("-c", textwrap.dedent(script), folder=tmp_path, path=str(file))
    assert done.stdout.startswith("nope.json: cannot be read: ")


def test_the_command_line_works_from_a_zip_file(tmp_path: Path, bundle: bytes, expected: str) -> None:
    main = b"import sys\nfrom promptreg.cli.app import main\nsys.exit(main())\n"
    file = str(zipped(tmp_path / "promptreg.pyz", {"__main__.py": main}, PACKAGE))
    (tmp_path / "b.json").write_bytes(bundle)
    arguments = ("render", "reply@production", "--sample", "small", "--bundle", "b.json", "--format", "json")
    done = python(file, *arguments, folder=tmp_path)
    assert done.stderr == ""
    assert json.loads(done.stdout) == json.loads(expected)
    assert python(file, "schema", "bundle", folder=tmp_path).stdout == (PACKAGE / "schemas/bundle-1.json").read_text()
    assert "router/route.yaml" in python(file, "init", "--template", "router", folder=tmp_path).stdout


def test_a_read_only_folder_is_enough(tmp_path: Path, bundle: bytes, expected: str) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "prompts.bundle.json").write_bytes(bundle)
    os.chmod(folder / "prompts.bundle.json", 0o444)
    os.chmod(folder, 0o555)
    script = """
        import json, promptreg
        registry = promptreg.load_bundle("prompts.bundle.json", preload=True)
        print(json.dumps(registry.render("reply@production", sample="small").document()))
    """
    try:
        done = python("-c", textwrap.dedent(script), folder=folder)
    finally:
        os.chmod(folder, 0o755)
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")
    assert os.listdir(folder) == ["prompts.bundle.json"]
