"""Reading the tests of a rule: texts that pass, texts that fail, texts with what the fix makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptreg.lint.team.fields import Fields
from promptreg.lint.team.rule_file import Case, CaseKind
from promptreg.model.kinds import name_fault
from promptreg.model.written import KeyPath

__all__ = ["PLAIN", "read_cases"]

PLAIN = "case"
"""The name of the component that a case of one text is put into."""

_KEYS = ("pass", "fail", "fixed", "todo")
_TODO = ("pass", "fail")


def read_cases(fields: Fields, kind: str, *, has_fix: bool) -> tuple[Case, ...]:
    """Every case under `tests`, in order; none when there are no tests."""
    if "tests" not in fields.data:
        return ()
    reader = _Reader(fields, kind, has_fix=has_fix)
    tests = fields.reader.mapping(fields.data["tests"], ("tests",), _KEYS)
    reader.listed("pass", tests.get("pass", []), ("tests", "pass"))
    reader.listed("fail", tests.get("fail", []), ("tests", "fail"))
    if "fixed" in tests and not has_fix:
        fields.fault(("tests", "fixed"), f"a rule of the kind {kind} fixes nothing", key=True)
    else:
        for index, item in enumerate(fields.reader.sequence(tests.get("fixed", []), ("tests", "fixed"))):
            reader.fixed(item, ("tests", "fixed", index))
    todo = fields.reader.mapping(tests.get("todo", {}), ("tests", "todo"), _TODO)
    reader.listed("todo-pass", todo.get("pass", []), ("tests", "todo", "pass"))
    reader.listed("todo-fail", todo.get("fail", []), ("tests", "todo", "fail"))
    return tuple(reader.found)


class _Reader:
    def __init__(self, fields: Fields, kind: str, *, has_fix: bool) -> None:
        self.fields = fields
        self.is_text = kind not in ("required", "banned")
        self.found: list[Case] = []

    def listed(self, kind: CaseKind, value: Any, path: KeyPath) -> None:
        for index, item in enumerate(self.fields.reader.sequence(value, path)):
            at = (*path, index)
            if isinstance(item, dict):
                self.mapping(kind, item, at)
            elif self.is_text:
                self.add(kind, {}, at, text=self.fields.reader.text(item, at))
            else:
                self.fields.fault(at, "must be a mapping with uses or files: this rule looks at what prompts use")

    def mapping(self, kind: CaseKind, item: Mapping[str, Any], path: KeyPath) -> None:
        """A case with more to say: `text` or `files`, or for rules of components `prompt` and `uses`; and `finds`."""
        keys = ("text", "files", "finds") if self.is_text else ("prompt", "uses", "files", "role")
        data = self.fields.reader.mapping(item, path, keys)
        finds = None
        if "finds" in data:
            finds = tuple(self.fields.texts((*path, "finds"), data["finds"]))
            if kind not in ("fail", "todo-fail"):
                self.fields.fault((*path, "finds"), "is for texts that fail", key=True)
        one = [key for key in ("text", "uses", "files") if key in data]
        if len(one) != 1:
            words = " or ".join(key for key in keys if key in ("text", "uses", "files"))
            self.fields.fault(path, f"must have one of {words}")
        elif one == ["text"]:
            self.add(kind, {}, path, text=self.fields.reader.text(data["text"], (*path, "text")), finds=finds)
        elif one == ["files"]:
            self.add(kind, self.files(data["files"], (*path, "files")), path, finds=finds)
        else:
            self.add(kind, self.used(data, path), path)

    def files(self, value: Any, path: KeyPath) -> dict[str, str]:
        """Files of a registry by path."""
        found = {}
        for name, content in self.fields.reader.named(value, path).items():
            stem, dot, suffix = name.rpartition(".")
            fault = name_fault(stem) if dot and suffix in ("md", "yaml") else "is no path such as support/reply.yaml"
            if fault:
                self.fields.fault((*path, name), fault, key=True)
            found[name] = self.fields.reader.text(content, (*path, name))
        if not found:
            self.fields.fault(path, "must not be empty")
        return found

    def used(self, data: Mapping[str, Any], path: KeyPath) -> dict[str, str]:
        """A prompt that uses some components, which hold a word each."""
        prompt = self.fields.reader.text(data["prompt"], (*path, "prompt")) if "prompt" in data else PLAIN
        role = self.fields.reader.text(data["role"], (*path, "role")) if "role" in data else "system"
        uses = self.fields.texts((*path, "uses"), data["uses"])
        found = {}
        parts = ["{text: Hello.}"]
        for index, ref in enumerate(uses):
            name, _, version = ref.partition("@")
            fault = name_fault(name)
            if fault:
                self.fields.fault((*path, "uses", index), fault)
            number = ".".join([*version.lstrip("~^").split("."), "0", "0"][:3]) if version else "1.0.0"
            found[f"{name}.md"] = f"---\nkind: rule\nversion: {number}\n---\n- Hello.\n"
            parts.append(f"{{use: {ref}}}")
        messages = f"messages:\n  - {{role: {role}, parts: [{', '.join(parts)}]}}\n"
        found[f"{prompt}.yaml"] = f"kind: prompt\nversion: 1.0.0\n{messages}samples: {{one: {{}}}}\n"
        return found

    def fixed(self, item: Any, path: KeyPath) -> None:
        data = self.fields.reader.mapping(item, path, ("from", "to"), ("from", "to"))
        if "from" in data and "to" in data:
            text = self.fields.reader.text(data["from"], (*path, "from"))
            self.add("fixed", {}, path, text=text, fixed=self.fields.reader.text(data["to"], (*path, "to")))

    def add(
        self,
        kind: CaseKind,
        files: Mapping[str, str],
        path: KeyPath,
        *,
        text: str | None = None,
        finds: tuple[str, ...] | None = None,
        fixed: str | None = None,
    ) -> None:
        place = self.fields.reader.document.location(path)
        self.found.append(Case(kind, files, place, text, finds, fixed))
