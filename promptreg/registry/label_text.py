"""Changing one label in the text of a labels file: as few lines as possible, comments and order stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from promptreg.errors import InvalidFile, UsageError
from promptreg.model.version import Version
from promptreg.registry.labels import Labelled, is_blank, parse_labels
from promptreg.registry.mapping_edit import delete_item, has_comment, insert_item, key_text, replace_value
from promptreg.registry.strict_yaml import Document, NodePath, parse_yaml
from promptreg.text import Source

__all__ = ["Shares", "label_removed", "label_set"]

Shares = tuple[tuple[Version, int], ...]
"""Versions in ascending order with their percentages."""


def label_set(source: Source, label: str, name: str, shares: Shares) -> str:
    """The text in which `label` points to these versions of `name`.

    A version alone is written as one, percentages on one line, where they do not stand on lines of their own already.
    Raises InvalidFile when the labels cannot be read, UsageError when the text is in a form that defies editing.
    """
    table = parse_labels(source).table
    known = table.get(label, {}).get(name)
    if known is not None and known.shares == shares:
        return source.text
    wanted = {**_plain(table), label: {**_plain(table).get(label, {}), name: shares}}
    if known is not None:
        text = _moved(source, (label, name), known, shares)
    elif table.get(label):
        names = list(table[label])
        position = _sorted_position(names, name)
        text = insert_item(parse_yaml(source), (label,), position, f"{key_text(name)}: {_inline(shares)}")
    else:
        text = _new_label(source, list(table), label, f"{key_text(name)}: {_inline(shares)}")
    return _checked(source, text, wanted)


def label_removed(source: Source, label: str, name: str | None) -> str:
    """The text without `label` for `name`, or without the whole label; raises like `label_set`."""
    table = _plain(parse_labels(source).table)
    wanted = {key: dict(names) for key, names in table.items()}
    if name is not None and len(wanted[label]) > 1:
        del wanted[label][name]
        path: NodePath = (label, name)
    else:
        del wanted[label]
        path = (label,)
    return _checked(source, delete_item(parse_yaml(source), path), wanted)


def _plain(table: Mapping[str, Mapping[str, Labelled]]) -> dict[str, dict[str, Shares]]:
    return {label: {name: found.shares for name, found in names.items()} for label, names in table.items()}


def _checked(source: Source, text: str, wanted: Mapping[str, Mapping[str, Shares]]) -> str:
    """`text`, when it says what was wanted."""
    try:
        if _plain(parse_labels(Source(source.path, text)).table) == wanted:
            return text
    except InvalidFile:
        pass
    raise UsageError.at("is written in a form that cannot be edited here: change it by hand", path=source.path)


def _inline(shares: Shares) -> str:
    if len(shares) == 1:
        return str(shares[0][0])
    return "{" + ", ".join(f"{version}: {share}" for version, share in shares) + "}"


def _moved(source: Source, path: tuple[str, str], known: Labelled, shares: Shares) -> str:
    """The text with other shares at `path`; percentages on lines of their own stay there, with their comments."""
    document = parse_yaml(source)
    is_block = "\n" in source.text[document.place(path).start : document.place(path).end]
    if not is_block or (len(shares) == 1 and not has_comment(document, path)):
        return replace_value(document, path, _inline(shares))
    before, after = dict(known.shares), dict(shares)
    edits: list[Callable[[Document], str]] = []
    for version, share in shares:
        if version not in before:
            edits.append(lambda at, version=version, share=share: _share_added(at, path, version, share))  # type: ignore[misc]
        elif before[version] != share:
            edits.append(lambda at, key=str(version), share=share: replace_value(at, (*path, key), str(share)))  # type: ignore[misc]
    for version in before:
        if version not in after:
            edits.append(lambda at, key=str(version): delete_item(at, (*path, key)))  # type: ignore[misc]
    for edit in edits:
        document = parse_yaml(Source(source.path, edit(document)))
    return document.source.text


def _share_added(document: Document, path: tuple[str, str], version: Version, share: int) -> str:
    label, name = path
    assert isinstance(document.root, dict)
    versions = [Version.parse(key) or version for key in document.root[label][name]]
    return insert_item(document, path, sum(other < version for other in versions), f"{version}: {share}")


def _new_label(source: Source, labels: Sequence[str], label: str, item: str) -> str:
    """The text with a label that it did not have, or that names nothing yet."""
    text = source.text
    end = "\r\n" if "\r\n" in text else "\n"
    block = f"{key_text(label)}:\n  {item}"
    if label in labels:
        return replace_value(parse_yaml(source), (label,), "{" + item + "}")
    if not is_blank(text) and text[parse_yaml(source).place(()).start] == "{":
        return insert_item(parse_yaml(source), (), len(labels), f"{key_text(label)}: {{{item}}}")
    lead = "" if not text or text.endswith("\n") else end
    gap = end if _is_spaced(source, labels) else ""
    return text + lead + gap + block.replace("\n", end) + end


def _is_spaced(source: Source, labels: Sequence[str]) -> bool:
    """Whether a blank line stands between the last two labels."""
    if len(labels) < 2:
        return False
    document = parse_yaml(source)
    first, second = (document.place((label,)) for label in labels[-2:])
    lines = source.text[first.end : second.key_start].split("\n")
    return any(not line.strip() for line in lines[1:-1])


def _sorted_position(names: Sequence[str], name: str) -> int:
    """Where `name` belongs among names that are in order; the end when they are not."""
    in_order = list(names) == sorted(names)
    return sum(other < name for other in names) if in_order else len(names)
