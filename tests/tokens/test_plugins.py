from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptreg.errors import PluginFailed, PluginInvalid, TokenizerMissing, UsageError
from promptreg.tokens import counter_for, counter_names, get_counter, plugins
from promptreg.tokens.plugins import load_plugin, plugin_names
from tests.tokens.plugged import LETTERS, install


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages that Python looks into, and no counter that was made before."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(plugins, "_loaded", {})
    yield folder
    for name, module in list(sys.modules.items()):
        if str(folder) in str(getattr(module, "__file__", "")):
            del sys.modules[name]


def test_a_counter_of_a_package_is_one_of_the_counters(site: Path) -> None:
    install(site, LETTERS, package="one-counter")
    counter = get_counter("letters")
    assert (counter.id, counter.kind, counter.count("hello"), counter.bounds("hello")) == (
        "letters/1",
        "exact",
        5,
        (5, 5),
    )
    assert "letters" in counter_names()
    assert counter_for(None, "letters").count("abc") == 3
    assert counter_for("openai/gpt-4.1", "letters").id == "o200k_base"


def test_it_is_made_once(site: Path) -> None:
    install(
        site,
        LETTERS + "made = []\ndef make():\n    made.append(1)\n    return Letters()\n",
        value="once_counter:make",
        package="once-counter",
    )
    start = threading.Barrier(8)

    def get(_: int) -> object:
        start.wait()
        return get_counter("letters")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(get, range(8))))) == 1
    import once_counter  # type: ignore[import-not-found]

    assert once_counter.made == [1]


@pytest.mark.parametrize("name", ["o200k_base", "approximate", "approximate/mine"])
def test_nothing_that_ships_can_be_stood_in_for(name: str, site: Path) -> None:
    install(site, LETTERS, name=name, package="sly-counter")
    assert name not in plugin_names()
    assert load_plugin(name) is None
    if name == "approximate/mine":
        with pytest.raises(UsageError):
            get_counter(name)
    else:
        assert get_counter(name).id == name
        assert get_counter(name).count("hello world, hello") < 5


def test_an_unknown_name_lists_what_packages_bring(site: Path) -> None:
    install(site, LETTERS, package="two-counter")
    with pytest.raises(UsageError) as caught:
        get_counter("lettres")
    assert str(caught.value) == (
        'there is no counter "lettres": promptreg has o200k_base, cl100k_base, o200k_harmony, approximate; '
        'packages bring letters (did you mean "letters"?)'
    )


def test_without_packages_the_list_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(UsageError, match=r"packages bring none$"):
        get_counter("nothing-like-it")


def test_two_packages_with_one_name_are_named(site: Path) -> None:
    install(site, LETTERS, package="first-counter")
    install(site, LETTERS, package="second-counter")
    with pytest.raises(PluginInvalid) as caught:
        get_counter("letters")
    assert str(caught.value) == (
        'the counter "letters" is brought by the package first-counter 1.2 and the package second-counter 1.2; '
        "uninstall all but one"
    )


WHO = 'the counter "letters" of the package bad-counter 1.2'


def changed(old: str, new: str) -> str:
    assert old in LETTERS
    return LETTERS.replace(old, new)


CANNOT = "cannot be imported (bad_counter:Letters): "
NO = "is no counter: "


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import no_such_module", f"{CANNOT}ModuleNotFoundError: No module named 'no_such_module'"),
        ("x = 1", f"{CANNOT}AttributeError: module 'bad_counter' has no attribute 'Letters'"),
        ("def (", f"{CANNOT}SyntaxError: invalid syntax"),
        ("raise SystemExit(0)", f"{CANNOT}SystemExit: 0"),
        ("Letters = dict", f"{NO}id is None, not a name"),
        (changed('"letters/1"', '"a b"'), f"{NO}id is 'a b', not a name of letters"),
        (changed('"letters/1"', '"o200k_base"'), f'{NO}id is "o200k_base", which is a counter of promptreg itself'),
        (changed('"exact"', '"perfect"'), f"""{NO}kind is 'perfect', not "exact" or "approximate\""""),
        (changed("def bounds", "def limits"), f"{NO}there is no method bounds"),
        (changed("return len(text)\n", "return len(text) + 1\n"), f"{NO}the empty text has 1 tokens"),
        (
            changed('"exact"', '"approximate"').replace("(len(text), len(text))", "(0, 5)"),
            f"{NO}bounds of 0 to 5 do not hold its own count",
        ),
    ],
    ids=lambda value: value[-40:],
)
def test_what_is_no_counter_is_refused(code: str, message: str, site: Path) -> None:
    install(site, code, package="bad-counter")
    with pytest.raises(PluginInvalid) as caught:
        get_counter("letters")
    assert str(caught.value).startswith(f"{WHO} {message}")


def test_what_cannot_be_called_is_no_factory(site: Path) -> None:
    install(site, "Letters = 3", package="bad-counter")
    with pytest.raises(PluginInvalid) as caught:
        get_counter("letters")
    assert str(caught.value) == f"{WHO}: bad_counter:Letters is 3, not a factory that can be called"


def with_method(body: str) -> str:
    return LETTERS + f"\nclass Broken(Letters):\n    kind = 'approximate'\n{body}"


RAISES = """
    def count(self, text):
        if 'bad' in text:
            raise KeyError('line one\\nline two')
        return len(text)
"""
GIVES = "    def count(self, text):\n        return {value} if 'bad' in text else len(text)\n"
RANGE = "    def bounds(self, text):\n        return {value} if 'bad' in text else (0, 99)\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (RAISES, "failed on 8 characters: KeyError: 'line one\\nline two'"),
        (GIVES.format(value="None"), ": count gave None, not a number of tokens"),
        (GIVES.format(value="-1"), ": count gave -1, not a number of tokens"),
        (GIVES.format(value="True"), ": count gave True, not a number of tokens"),
        (GIVES.format(value="2.5"), ": count gave 2.5, not a number of tokens"),
        (GIVES.format(value="Letters"), ": count gave a type, not a number of tokens"),
        (RANGE.format(value="(5, 2)"), ": bounds gave (5, 2), not the least and the most tokens"),
        (RANGE.format(value="(5,)"), ": bounds gave (5,), not the least and the most tokens"),
        (RANGE.format(value="[1, 2]"), ": bounds gave a list, not the least and the most tokens"),
        (RANGE.format(value="1 / 0"), " failed on 8 characters: ZeroDivisionError: division by zero"),
    ],
)
def test_what_goes_wrong_in_its_code_names_the_package(body: str, message: str, site: Path) -> None:
    install(site, with_method(body), value="bad_counter:Broken", package="bad-counter")
    counter = get_counter("letters")
    assert counter.count("good") == 4
    ask = counter.bounds if "def bounds" in body else counter.count
    with pytest.raises(PluginFailed) as caught:
        ask("bad text")
    assert str(caught.value).startswith(WHO)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "bad text" not in str(caught.value)


def test_a_factory_that_raises_is_a_failure_and_one_that_lacks_ranks_says_so(site: Path) -> None:
    install(site, "def make():\n    raise OSError('no vocabulary')\n", value="bad_counter:make", package="bad-counter")
    with pytest.raises(PluginFailed, match="failed to start: OSError: no vocabulary"):
        get_counter("letters")
    code = "from promptreg import TokenizerMissing\ndef make():\n    raise TokenizerMissing('put the file there')\n"
    install(site, code, name="needy", value="needy_counter:make", package="needy-counter")
    with pytest.raises(TokenizerMissing, match="put the file there"):
        get_counter("needy")


def test_a_long_message_is_cut(site: Path) -> None:
    install(site, "raise ValueError('x' * 100_000)\n", package="long-counter")
    with pytest.raises(PluginInvalid) as caught:
        get_counter("letters")
    assert len(str(caught.value)) < 400


def test_an_exact_counter_has_one_bound_whatever_it_says(site: Path) -> None:
    install(site, LETTERS.replace("(len(text), len(text))", "(0, 10 ** 6)"), package="wide-counter")
    assert get_counter("letters").bounds("abc") == (3, 3)


def test_counts_are_remembered_only_under_a_digest(site: Path) -> None:
    install(site, LETTERS, package="plain-counter")
    assert get_counter("letters").ranks_digest is None  # type: ignore[attr-defined]
    install(
        site,
        LETTERS.replace('kind = "exact"', 'kind = "exact"\n    ranks_digest = "v7"'),
        name="dated",
        package="dated-counter",
    )
    assert get_counter("dated").ranks_digest == "the package dated-counter 1.2, v7"  # type: ignore[attr-defined]
