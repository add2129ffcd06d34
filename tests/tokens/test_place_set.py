from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptreg.tokens.place_set import PlaceSet


@given(data=st.data(), size=st.sampled_from([1, 2, 63, 64, 65, 4_096, 4_097, 1_000_000]))
def test_neighbours_are_those_of_a_sorted_list(data: st.DataObject, size: int) -> None:
    near = st.integers(0, size - 1) | st.sampled_from([0, size - 1, size // 2, min(size - 1, 64)])
    changes = data.draw(st.lists(st.tuples(st.booleans(), near)))
    places, known = PlaceSet(size), set[int]()
    for is_in, place in changes:
        if is_in:
            places.add(place)
            known.add(place)
        else:
            places.discard(place)
            known.discard(place)
    for place in [*known, *(place for _, place in changes), 0, size - 1, data.draw(near)]:
        assert places.before(place) == max((one for one in known if one < place), default=-1)
        assert places.after(place) == min((one for one in known if one > place), default=-1)


@pytest.mark.parametrize("size", [1, 100, 5_000])
def test_a_full_set_is_walked_both_ways(size: int) -> None:
    places = PlaceSet(size)
    for place in range(size):
        places.add(place)
    assert [places.after(place) for place in range(size)] == [*range(1, size), -1]
    assert [places.before(place) for place in range(size)] == list(range(-1, size - 1))
