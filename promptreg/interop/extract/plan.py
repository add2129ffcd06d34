"""What to extract from a file: for each text a proposal, or the place and the reason why it stays where it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from promptreg.interop.extract.draft import Draft, Drafter, DraftInput, Refused, inputs_of
from promptreg.interop.extract.names import NamePool, slug
from promptreg.interop.extract.written import component_file, prompt_file
from promptreg.lint.calls.python_file import PythonFile
from promptreg.lint.calls.sent import MessageList, Sent
from promptreg.lint.finding import Place
from promptreg.lint.workspace import Workspace

__all__ = ["Plan", "Proposal", "Refusal", "Wishes", "make_plan"]


class Wishes(NamedTuple):
    """What the caller wants: texts of at least `min_length` written characters, those on `lines` only (None: all),
    names in the folder `area`; `drop_line_ends` accepts that those at the end of a last value are not sent any more.
    """

    area: str | None = None
    lines: tuple[int, ...] | None = None
    min_length: int = 40
    drop_line_ends: bool = False


class Refusal(NamedTuple):
    """A text that stays in the code."""

    sent: Sent
    place: Place
    reason: str


class Proposal(NamedTuple):
    """A prompt for one text, or for a whole list of messages (`form` is text or messages).

    `node` is the expression that the code renders the prompt in place of. `drafts` are the messages with their roles;
    `files` the contents of the new files by path below the registry.
    """

    name: str
    form: str
    node: ast.expr
    place: Place
    sent: tuple[Sent, ...]
    roles: tuple[str, ...]
    drafts: tuple[Draft, ...]
    files: dict[str, str]

    @property
    def inputs(self) -> tuple[DraftInput, ...]:
        """What the code gives to the prompt, in order."""
        return tuple(inputs_of(self.drafts))

    @property
    def suffix(self) -> str:
        """The line ends that code adds behind a single text."""
        return self.drafts[0].suffix if self.form == "text" else ""


class Plan(NamedTuple):
    """Everything about one file, in source order."""

    file: PythonFile
    proposals: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]


def make_plan(file: PythonFile, wishes: Wishes) -> Plan:
    """What can be extracted from a file that was parsed."""
    planner = _Planner(file, wishes)
    planner.run()
    proposals = sorted(planner.proposals, key=lambda one: one.place.start)
    refusals = sorted(planner.refusals, key=lambda one: one.place.start)
    return Plan(file, tuple(proposals), tuple(refusals))


class _Planner:
    def __init__(self, file: PythonFile, wishes: Wishes) -> None:
        assert file.resolver is not None
        assert file.tree is not None
        self.file = file
        self.wishes = wishes
        self.resolver = file.resolver
        self.parents = {child: parent for parent in ast.walk(file.tree) for child in ast.iter_child_nodes(parent)}
        self.taken = NamePool(_taken(file.workspace), "-")
        self.proposals: list[Proposal] = []
        self.refusals: list[Refusal] = []

    def run(self) -> None:
        sent = {one.text.node: one for one in self.file.sent}
        done: set[ast.expr] = set()
        for messages in self.file.followed.lists:
            found = [sent.get(one[1]) if one else None for one in messages.messages]
            texts = tuple(one for one in found if one is not None)
            if texts and len(texts) == len(found) and any(map(self.wanted, texts)) and self._list(messages, texts):
                done.update(one.text.node for one in texts)
        for node, one in sent.items():
            if node not in done and self.wanted(one):
                self._text(one)

    def wanted(self, sent: Sent) -> bool:
        """Whether a text is long enough and on one of the lines that are asked for."""
        node, lines = sent.text.node, self.wishes.lines
        on_line = lines is None or any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines)
        return on_line and len(sent.text.literal.strip()) >= self.wishes.min_length

    def _list(self, messages: MessageList, texts: tuple[Sent, ...]) -> bool:
        """Propose one prompt for a list of messages; whether that is possible."""
        roles = tuple(one[0] for one in messages.messages if one is not None)
        drafter = Drafter(self.resolver, [one.text for one in texts], drop_line_ends=self.wishes.drop_line_ends)
        try:
            self._check(messages.node, texts)
            drafts = tuple(drafter.draft(one.text) for one in texts)
        except Refused:
            return False
        if any(draft.suffix or not draft.is_never_empty for draft in drafts):
            return False
        self._propose("messages", messages.node, texts, roles, drafts)
        return True

    def _text(self, sent: Sent) -> None:
        drafter = Drafter(self.resolver, [sent.text], drop_line_ends=self.wishes.drop_line_ends)
        try:
            self._check(sent.text.node, (sent,))
            draft = drafter.draft(sent.text)
        except Refused as refused:
            self.refusals.append(Refusal(sent, self.file.place(sent.text.node), str(refused)))
            return
        self._propose("text", sent.text.node, (sent,), (sent.role or "user",), (draft,))

    def _check(self, node: ast.expr, texts: Sequence[Sent]) -> None:
        """Raise Refused for what has nothing to do with the text itself."""
        if any(one.is_template for one in texts):
            raise Refused("it is a template of another library, with fields of its own")
        if any(one.is_grown for one in texts):
            raise Refused("it is put together over several statements")
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, ast.stmt):
            if isinstance(parent, ast.JoinedStr):
                raise Refused("it stands inside of an f-string")
            parent = self.parents.get(parent)

    def _propose(
        self,
        form: str,
        node: ast.expr,
        texts: tuple[Sent, ...],
        roles: tuple[str, ...],
        drafts: tuple[Draft, ...],
    ) -> None:
        place = self.file.place(node)
        shown, leaf = self._where(node)
        area = self.wishes.area or slug(self.file.source.path.rpartition("/")[2].removesuffix(".py"))
        name = f"{area}/{leaf}"
        if form == "text" and self.taken.holds(name):
            name = f"{name}-{roles[0]}"
        name = self.taken.take(name)
        files: dict[str, str] = {}
        uses = []
        for role, draft in zip(roles, drafts, strict=True):
            is_order = role in ("system", "developer")
            component = self.taken.take(f"{'instructions' if is_order else 'templates'}/{name.replace('/', '-')}")
            inputs = {one.name: one.type for one in draft.inputs.values()}
            kind = "instruction" if is_order else "template"
            summary = f"{role.capitalize()} text from {shown}."
            files[f"{component}.md"] = component_file(kind, summary, inputs, draft.body)
            uses.append((role, component))
        inputs = {one.name: one.type for one in inputs_of(drafts)}
        files[f"{name}.yaml"] = prompt_file(f"From {shown}.", inputs, uses)
        self.proposals.append(Proposal(name, form, node, place, texts, roles, drafts, files))

    def _where(self, node: ast.expr) -> tuple[str, str]:
        """The file and the function, class or variable that an expression stands in, for people and for a name."""
        words = list(self._owners(node))
        path = self.file.source.path
        return (f"{path}, {'.'.join(reversed(words))}" if words else path), slug(words[0]) if words else "prompt"

    def _owners(self, node: ast.AST) -> Iterator[str]:
        """The names around an expression, the nearest first: a variable only outside of functions."""
        parent = self.parents.get(node)
        variable = None
        while parent is not None:
            if isinstance(parent, ast.Assign | ast.AnnAssign) and variable is None:
                target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
                variable = target.id if isinstance(target, ast.Name) else None
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if variable is not None and isinstance(parent, ast.ClassDef):
                    yield variable
                variable = None
                yield parent.name
            parent = self.parents.get(parent)
        if variable is not None:
            yield variable


def _taken(workspace: Workspace) -> tuple[str, ...]:
    """Every name of the registry, also those of broken files and of releases without a head."""
    store = workspace.store
    return (*store.heads, *store.broken, *(name for name, _ in store.releases.lock))
