"""A branch that no input can reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from promptreg.errors import nearest
from promptreg.lint.finding import Edit, Fix, Hit, Place
from promptreg.lint.rule import Rule
from promptreg.lint.subjects import Template

__all__ = ["RULE"]


def _check(template: Template, options: Mapping[str, Any]) -> Iterator[Hit]:
    text = template.body.text.text
    if template.parsed is None or (template.body.kind != "expression" and " if" not in text and "if " not in text):
        return
    from jinja2 import nodes

    from promptreg.lint.declared import Declared

    declared = Declared(template)
    if template.body.kind == "expression":
        if template.body.key[-1:] == ("when",):
            output = next(template.parsed.tree.find_all(nodes.Output), None)
            for test in output.nodes if output is not None else ():
                yield from _dead_tests(template, declared, test, "this part is never sent")
        return
    elifs = {id(inner) for node in template.parsed.tree.find_all(nodes.If) for inner in node.elif_}
    for node in template.parsed.tree.find_all(nodes.If):
        if id(node) not in elifs:
            yield from _in_chain(template, declared, node)
    for choice in template.parsed.tree.find_all(nodes.CondExpr):
        yield from _dead_tests(template, declared, choice.test, "this value is never printed")


def _in_chain(template: Template, declared: Any, node: Any) -> Iterator[Hit]:
    seen: list[Any] = []
    chain = [node, *node.elif_]
    for number, link in enumerate(chain):
        if link.test in seen:
            yield Hit("this test stands earlier in the chain already", _place(template, link.test))
        seen.append(link.test)
        yield from _dead_tests(template, declared, link.test, "its branch is never taken")
        is_last = number == len(chain) - 1
        if declared.truth(link.test) is True and (not is_last or node.else_):
            rest = "the else branch is" if is_last else "the branches after it are"
            yield Hit(f"this test always holds: {rest} never taken", _place(template, link.test))


def _dead_tests(template: Template, declared: Any, test: Any, result: str) -> Iterator[Hit]:
    """A test that cannot hold, or an alternative of it that cannot."""
    from jinja2 import nodes

    if isinstance(test, nodes.Or):
        for side in (test.left, test.right):
            yield from _dead_tests(template, declared, side, "this alternative does nothing")
    elif declared.truth(test) is False:
        reads = isinstance(test, nodes.Name) or next(test.find_all(nodes.Name), None) is not None
        reason = "by what the inputs declare, this test cannot hold" if reads else "this test cannot hold"
        fix = _fix(template, declared, test)
        meant = f' (did you mean "{fix.edits[0].text}"?)' if fix is not None else ""
        yield Hit(f"{reason}: {result}{meant}", _place(template, test), fix=fix)


def _fix(template: Template, declared: Any, test: Any) -> Fix | None:
    """The choice that was probably meant, where an input is compared with something like one of its choices."""
    from jinja2 import nodes

    from promptreg.template.positions import start_of

    if not isinstance(test, nodes.Compare) or len(test.ops) != 1 or test.ops[0].op != "eq":
        return None
    sides = (test.expr, test.ops[0].expr), (test.ops[0].expr, test.expr)
    for path, word in sides:
        schema = declared.schema(path)
        if schema is None or not isinstance(word, nodes.Const) or not isinstance(word.value, str):
            continue
        near = nearest(word.value, [choice for choice in schema.get("enum", ()) if isinstance(choice, str)])
        start = start_of(word) or 0
        assert template.parsed is not None
        found = template.parsed.tokens.string_range(start, word.value)
        if near is not None and found is not None:
            return Fix("unsafe", f'write "{near}"', (Edit(template.place(*found), near),))
    return None


def _place(template: Template, test: Any) -> Place:
    """From the first to the last token of a test."""
    from promptreg.template.facts import walk
    from promptreg.template.positions import Pos, start_of

    start = start_of(test) or 0
    assert template.parsed is not None
    within = template.parsed.tokens.tag_at(start)
    last = max((node.lineno.end for node in walk(test) if isinstance(node.lineno, Pos)), default=start)
    end = within.inner_end if within is not None and last > within.inner_end else last
    return template.place(start, max(end, start + 1))


RULE = Rule(
    name="dead-branch",
    code="TPL011",
    summary="A test can go only one way, by what the inputs declare, so that a branch is never taken.",
    scope="template",
    check=_check,
    fix="unsafe",
)
