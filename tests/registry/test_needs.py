"""What `needs` may name, and what is wrong with the rest: told at its place when the file is read."""

from __future__ import annotations

import pytest

from promptreg.model.prompt import Message, Slot
from tests.registry.folders import complaints, read_text

PATH = "prompts/p.yaml"
HEAD = "kind: prompt\nversion: 1.0.0\ninputs: {h: {type: messages}, t: {type: string}}\nmessages:\n"
PARTS = """\
  - role: system
    parts:
      - {use: rules/tone@^1}
      - {use: e, budget: {group: shots}}
      - {text: a, budget: {group: shots}}
      - {text: "{{ t }}", fence: ticket}
  - slot: h
"""


def read(budget: str, more: str = "") -> dict[str, tuple[str, ...]]:
    last = f"  - role: user\n    parts:\n      - {{text: last, budget: {{{budget}}}}}\n"
    found = {}
    for message in read_text(HEAD + PARTS + last + more, PATH).messages:
        for unit in (message,) if isinstance(message, Slot) else message.parts:
            found[unit.id] = unit.needs
    return found


def faults(budget: str, more: str = "") -> list[str]:
    last = f"  - role: user\n    parts:\n      - {{text: last, budget: {{{budget}}}}}\n"
    return [line.removeprefix(f"{PATH}:") for line in complaints(HEAD + PARTS + last + more, PATH)]


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("rules/tone", ("0.0",)),
        ("h", ("1",)),
        ("ticket", ("0.3",)),
        ("shots", ("0.1", "0.2")),
        ("0.2", ("0.2",)),
        ('"1"', ("1",)),
        ("[ticket, rules/tone, shots]", ("0.3", "0.0", "0.1", "0.2")),
        ("[shots, e]", ("0.1", "0.2")),
        ("[]", ()),
    ],
    ids=["a component", "a slot", "a fence", "a group", "a part", "a slot by its id", "several", "one twice", "none"],
)
def test_a_need_is_a_component_slot_fence_group_or_part(written: str, ids: tuple[str, ...]) -> None:
    assert read(f"needs: {written}")["2.0"] == ids


def test_a_slot_may_need_a_part() -> None:
    text = HEAD + "  - {slot: h, budget: {needs: [ticket]}}\n  - {role: user, parts: [{text: x, fence: ticket}]}\n"
    slot, message = read_text(text, PATH).messages
    assert isinstance(slot, Slot)
    assert isinstance(message, Message)
    assert (slot.needs, message.parts[0].needs) == (("1.0",), ())


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("needs: rules/tome",
         ['14:38: messages[2].parts[0].budget.needs: "rules/tome" names no part of this prompt '
          '(did you mean "rules/tone"?)']),
        ("needs: [h, zzz]",
         ['14:42: messages[2].parts[0].budget.needs[1]: "zzz" names no part of this prompt; known here: 0.0, '
          "rules/tone, 0.1, e, 0.2, 0.3, ticket, 1, h, 2.0, shots"]),
        ("needs: [rules/tone@1]",
         ['14:39: messages[2].parts[0].budget.needs[0]: "rules/tone@1" names no part of this prompt '
          '(did you mean "rules/tone"?)']),
        ("needs: '2.0'", ['14:38: messages[2].parts[0].budget.needs: "2.0" names the part itself']),
        ("group: shots, needs: shots",
         ['14:52: messages[2].parts[0].budget.needs: "shots" names its own group']),
    ],
    ids=["misspelt", "unknown", "with a version", "itself", "its own group"],
)  # fmt: skip
def test_a_need_that_names_nothing_is_refused(budget: str, expected: list[str]) -> None:
    assert faults(budget) == expected


def test_a_name_of_two_things_is_ambiguous() -> None:
    more = "  - {role: user, parts: [{use: rules/tone}, {text: y, fence: h}]}\n"
    assert faults("needs: [rules/tone, h]", more) == [
        '14:39: messages[2].parts[0].budget.needs[0]: "rules/tone" is ambiguous: it names part 0.0 and part 3.0; '
        "use the part id",
        '14:51: messages[2].parts[0].budget.needs[1]: "h" is ambiguous: it names slot 1 and the fence of part 3.1; '
        "use the part id",
    ]


def test_two_names_for_one_part_are_not_ambiguous() -> None:
    more = "  - {role: user, parts: [{use: b, fence: b, budget: {group: b}}]}\n"
    assert read("needs: b", more)["2.0"] == ("3.0",)


def test_a_circle_is_told_once_with_its_chain() -> None:
    more = (
        "  - role: user\n    parts:\n"
        "      - {use: b, budget: {needs: c}}\n"
        "      - {use: c, budget: {needs: d}}\n"
        "      - {text: x, fence: d, budget: {needs: [h, b]}}\n"
    )
    assert faults("needs: b", more) == [
        "17:34: messages[3].parts[0].budget.needs: parts need each other in a circle: 3.0 (b) > 3.1 (c) > 3.2 (d) > "
        "3.0 (b)"
    ]


def test_a_chain_that_joins_again_is_no_circle() -> None:
    more = (
        "  - role: user\n    parts:\n"
        "      - {use: b, budget: {needs: [c, d]}}\n"
        "      - {use: c, budget: {needs: d}}\n"
        "      - {text: x, fence: d}\n"
    )
    assert read("needs: [b, c, d]", more)["3.0"] == ("3.1", "3.2")
