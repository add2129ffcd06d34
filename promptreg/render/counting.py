"""The counters of a registry: one of each, with what it has counted so far."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock

from promptreg.errors import UsageError
from promptreg.tokens import counter_for, get_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from promptreg.tokens.counter import Counter
    from promptreg.tokens.measure import Measure

__all__ = ["Counting"]


class Counting:
    """Gives the counter of a prompt. `default` is the one of prompts without a model, `folder` has rank files.

    `on_disk`: counts of static text are read from the user's cache folder; they are written by `save` alone. `blamed`
    gives an error about the default the place where that was set.
    """

    def __init__(
        self,
        default: str,
        folder: str | os.PathLike[str] | None,
        *,
        on_disk: bool,
        blamed: Callable[[UsageError], UsageError] = lambda error: error,
    ) -> None:
        self._default = default
        self._blamed = blamed
        self._folder = folder
        self._on_disk = on_disk
        self._by_wish: dict[tuple[str | None, str | None], Measure] = {}
        self._by_id: dict[str, Measure] = {}
        self._lock = Lock()

    def of(self, model: str | None, chosen: str | None = None) -> Measure:
        """What counts for a model, or the counter that was `chosen` by name; UsageError for an unknown name."""
        wish = (model, chosen)
        found = self._by_wish.get(wish)
        if found is None:
            counter = self._counter(model, chosen)
            with self._lock:
                found = self._by_id.get(counter.id)
                if found is None:
                    from promptreg.tokens.count_cache import open_count_cache
                    from promptreg.tokens.measure import Measure

                    found = Measure(counter, open_count_cache(counter) if self._on_disk else None)
                    self._by_id[counter.id] = found
                self._by_wish[wish] = found
        return found

    def _counter(self, model: str | None, chosen: str | None) -> Counter:
        if chosen is not None:
            try:
                return get_counter(chosen, folder=self._folder, lazy=True)
            except UsageError as error:
                raise UsageError([problem._replace(key="counter") for problem in error.problems]) from None
        try:
            return counter_for(model, self._default, self._folder, lazy=True)
        except UsageError as error:
            raise self._blamed(error) from None

    def save(self) -> None:
        """Write counts of static text that are new to the cache folder; a folder that refuses is no error."""
        for found in list(self._by_id.values()):
            found.save()
