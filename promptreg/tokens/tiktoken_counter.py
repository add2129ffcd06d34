"""Exact counts for OpenAI models, by the official tiktoken with rank files found offline.

tiktoken publishes patterns, special tokens and hashes in `tiktoken_ext.openai_public`, as functions that fetch the
rank file while they build. Here that module is executed once more as a private copy whose loader is ours: the copy
that other code imports stays as it is, nothing is patched, and the loader reads only files that are already here.
"""

from __future__ import annotations

import importlib.util
import re
from binascii import a2b_base64
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from promptreg.errors import TokenizerMissing
from promptreg.tokens.counter import Bounds
from promptreg.tokens.ranks import OFFER, RankFile, find_ranks
from promptreg.tokens.seams import PatternSeams, seams_of

if TYPE_CHECKING:
    from tiktoken import Encoding

__all__ = ["TiktokenCounter", "load_counter"]

_LONG = 100_000
"""Blanks in one run from which on tiktoken is not handed the run. It panics (and prints a backtrace) at just under a
million in versions 0.13 and 0.14: the look-ahead `\\s+(?!\\S)` is backtracked on a stack of limited size."""

_BLANKS = re.compile("[\t\v\f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{16,}")
"""Runs of what tiktoken's `\\s` matches, line ends left out. The 16 keeps the search linear."""

_loaded: dict[tuple[str, Path | None], TiktokenCounter] = {}
_loading = Lock()


class TiktokenCounter:
    """Counts as `len(tiktoken.get_encoding(id).encode_ordinary(text))` does, without its failures on long blanks.

    Immutable but for a helper encoding that is built on first need, under a lock.
    """

    __slots__ = ("_encoding", "_lock", "_ranks", "_whole", "id", "long", "ranks_digest")

    kind: Literal["exact"] = "exact"

    def __init__(self, encoding: Encoding, ranks: dict[bytes, int], ranks_digest: str, long: int = _LONG) -> None:
        self.id = encoding.name
        self.ranks_digest = ranks_digest
        self.long = long
        self._encoding = encoding
        self._ranks = ranks
        self._whole: Encoding | None = None
        self._lock = Lock()

    @property
    def seam_rule(self) -> PatternSeams | None:
        """The boundaries at which the pattern of the encoding cuts any text."""
        return seams_of(self.id)

    def count(self, text: str) -> int:
        """The number of tokens of `text`."""
        if self._has_long_blanks(text):
            return self._count_around_blanks(text)
        return len(self._encoding.encode_ordinary(text))

    def bounds(self, text: str) -> Bounds:
        """The count, twice."""
        count = self.count(text)
        return Bounds(count, count)

    def _has_long_blanks(self, text: str) -> bool:
        """Whether there may be `long` blanks in a row, judged by the surroundings of every `long`-th character."""
        every = range(self.long - 1, len(text), self.long)
        return any(_BLANKS.search(text, max(0, at - 15), at + 16) for at in every)

    def _count_around_blanks(self, text: str) -> int:
        """Cut the text where tiktoken's patterns cut it anyway: around long runs of blanks.

        Before a character that is no white space, the pattern takes the run but for its last blank as one piece;
        before a line end, the run belongs to the piece of that line end and is matched without a look-ahead. At the
        end of the text the run is a piece; that cl100k also takes line ends before it changes nothing, since no
        token ends in blanks that follow a line end.
        """
        total = 0
        done = 0
        for run in _BLANKS.finditer(text):
            start, end = run.span()
            if end - start < self.long or text[end : end + 1] in ("\r", "\n"):
                continue
            if end < len(text):
                end -= 1
            total += len(self._encoding.encode_ordinary(text[done:start])) + self._count_piece(text[start:end])
            done = end
        return total + len(self._encoding.encode_ordinary(text[done:]))

    def _count_piece(self, piece: str) -> int:
        """The tokens of a text that the pattern does not cut."""
        with self._lock:
            if self._whole is None:
                from tiktoken import Encoding

                name = f"{self.id}, uncut"
                self._whole = Encoding(name, pat_str="(?s:.+)", mergeable_ranks=self._ranks, special_tokens={})
        return len(self._whole.encode_ordinary(piece))


def load_counter(name: str, folder: Path | None = None) -> TiktokenCounter:
    """The counter for an encoding of tiktoken; loaded once per process and folder, in tenths of a second.

    Raises TokenizerMissing when tiktoken or the rank file is not installed or its bytes are not the right ones.
    """
    key = (name, folder)
    with _loading:
        counter = _loaded.get(key)
        if counter is None:
            counter = _loaded[key] = _build(name, folder)
        return counter


def _build(name: str, folder: Path | None) -> TiktokenCounter:
    try:
        from tiktoken import Encoding
    except ImportError as error:
        raise TokenizerMissing(f"cannot count tokens exactly: pip install tiktoken ({error}). {OFFER}") from error
    found: list[RankFile] = []

    def load(url: str, expected_hash: str) -> dict[bytes, int]:
        wanted = RankFile(url, expected_hash)
        found.append(wanted)
        return _parse(find_ranks(wanted, folder))

    arguments = _constructors(load)[name]()
    return TiktokenCounter(Encoding(**arguments), arguments["mergeable_ranks"], f"sha256:{found[0].sha256}")


def _constructors(load: Callable[[str, str], dict[bytes, int]]) -> dict[str, Callable[[], dict[str, Any]]]:
    """tiktoken's own table of encodings, in a private copy of its module that reads ranks with `load`."""
    spec = importlib.util.find_spec("tiktoken_ext.openai_public")
    if spec is None or spec.loader is None:
        raise TokenizerMissing("cannot count tokens exactly: this tiktoken lacks tiktoken_ext.openai_public")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "load_tiktoken_bpe"):
        raise TokenizerMissing("cannot count tokens exactly: this tiktoken loads its rank files in an unknown way")
    vars(module)["load_tiktoken_bpe"] = load
    constructors: dict[str, Callable[[], dict[str, Any]]] = module.ENCODING_CONSTRUCTORS
    return constructors


def _parse(data: bytes) -> dict[bytes, int]:
    """Ranks from lines of `base64 rank`; the bytes have been checked, so the form is not.

    Where the ranks are the numbers of the lines, as in all files of tiktoken but one, they are not read: a quarter
    of the time.
    """
    words = data.split()
    tokens, ranks = words[::2], words[1::2]
    numbers = range(len(ranks)) if int(ranks[-1]) == len(ranks) - 1 else map(int, ranks)
    return dict(zip(map(a2b_base64, tokens), numbers, strict=True))
