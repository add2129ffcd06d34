"""What origins cost: template evaluation against stock Jinja2 on the same templates and inputs.

    python -m benchmarks.template_speed [registry]

The reference is that of the tests (immutable sandbox, strict undefined, item lookup). Times are interleaved medians;
the table gives the median and the ninetieth percentile of the ratios over all templates. Goals: 1.15 and 1.5.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import promptreg
from benchmarks.measure import table
from promptreg.errors import PromptregError
from promptreg.template import Bound, Meter, Template
from tests.support.reference import Component, ReferenceEnvironment
from tests.support.strategies import templates
from tests.support.templates import compiled

ROUNDS = 15
GENERATED = 200


class Subject(NamedTuple):
    """A template with values, as we compile it and as the reference does."""

    name: str
    template: Template
    values: Mapping[str, Any]
    reference: Any


def shipped(folder: Path) -> list[Subject]:
    """Every template evaluation of every sample of the registry."""
    registry = promptreg.load(str(folder))
    seen: list[tuple[str, Template, Mapping[str, Any]]] = []
    original = Template.stream

    def record(self: Template, values: Mapping[str, Any], meter: Meter) -> list[str]:
        seen.append((self.name, self, dict(values)))
        return original(self, values, meter)

    Template.stream = record  # type: ignore[method-assign]
    try:
        for item in registry.items():
            for sample in registry.samples(item.name) if item.kind == "prompt" else ():
                _ = registry.render(item.name, sample=sample).text
    finally:
        Template.stream = original  # type: ignore[method-assign]
    return [Subject(name, template, values, _reference(template)) for name, template, values in seen]


def _reference(template: Template) -> Any:
    components: dict[str, Component] = {}
    _collect(template, components)
    environment = ReferenceEnvironment(components, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template.body.text)


def _collect(template: Template, components: dict[str, Component]) -> None:
    for ref, target in template.includes.items():
        specs = target.component.inputs.values()  # type: ignore[attr-defined]
        defaults = {spec.name: spec.default for spec in specs if not spec.required}
        components[ref] = Component(target.template.body.text, tuple(target.inputs), defaults)
        _collect(target.template, components)


def generated() -> list[Subject]:
    """Random templates of the dialect that render."""
    found: list[Subject] = []
    examples = _examples()
    while len(found) < GENERATED:
        made = next(examples)
        try:
            template = compiled(made.body, list(made.values), made.components)
            template.stream(made.values, Meter())
        except PromptregError:
            continue
        environment = ReferenceEnvironment(made.components, trim_blocks=True, lstrip_blocks=True)
        reference = environment.from_string(made.body)
        if len(made.body) > 40:
            found.append(Subject(f"generated {len(found)}", template, made.values, reference))
    return found


def _examples() -> Any:
    import warnings

    warnings.simplefilter("ignore")
    random.seed(7)
    strategy = templates(vary_settings=False)
    while True:
        yield strategy.example()


def _repeats(task: Callable[[], object]) -> int:
    """How often to run a task so that one measurement takes about half a millisecond."""
    start = time.perf_counter()
    task()
    return max(1, int(0.0005 / max(time.perf_counter() - start, 1e-7)))


def measure(subject: Subject) -> tuple[float, float, float]:
    """Median seconds of reference, evaluation, and evaluation with tracing to spans."""
    template, values, reference = subject.template, subject.values, subject.reference
    bindings = {name: Bound((name,)) for name in values}

    def evaluate() -> str:
        return "".join(template.stream(values, Meter()))

    def trace() -> object:
        return template.trace(template.stream(values, Meter()), bindings, None).spans

    tasks: dict[str, Callable[[], object]] = {
        "reference": lambda: reference.render(values),
        "evaluate": evaluate,
        "trace": trace,
    }
    assert reference.render(values) == evaluate(), subject.name
    repeats = {name: _repeats(task) for name, task in tasks.items()}
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                task()
            times[name].append((time.perf_counter() - start) / repeats[name])
    return tuple(statistics.median(times[name]) for name in tasks)  # type: ignore[return-value]


def main() -> int:
    """Print the table; the exit code is 1 when a goal is missed."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "prompts")
    groups = {"shipped registry": shipped(folder) if folder.is_dir() else [], "generated": generated()}
    rows = []
    missed = False
    for name, subjects in groups.items():
        if not subjects:
            continue
        measured = [measure(subject) for subject in subjects]
        base = statistics.median(reference for reference, _, _ in measured) * 1e6
        for label, index, goals in (("evaluation", 1, (1.15, 1.5)), ("evaluation and spans", 2, None)):
            ratios = sorted(row[index] / row[0] for row in measured)
            middle, high = statistics.median(ratios), ratios[int(len(ratios) * 0.9)]
            if goals:
                missed = missed or middle > goals[0] or high > goals[1]
            goal = f"{goals[0]} / {goals[1]}" if goals else ""
            rows.append((name, label, len(ratios), base, middle, high, goal))
    head = ("templates", "what", "n", "reference µs", "median ratio", "p90 ratio", "goal")
    table("Template evaluation against stock Jinja2", head, rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
