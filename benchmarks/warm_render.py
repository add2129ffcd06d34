"""A warm library render of a 10-component prompt, step by step, against Jinja2 rendering the same bodies unchecked.

Run with `python -m benchmarks.warm_render`. Goal: p50 at most 200 microseconds without budget and counts. With a
budget, texts of components are never counted again; those of inputs are, when they are new.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

import promptreg
from benchmarks.measure import table

ROUNDS = 3_000
BODIES = [
    "You are the assistant of {{ shop }}. Answer briefly and kindly.\nNever argue with a customer.\n",
    "- Never promise a refund above {{ limit }} {{ currency }}.\n- Offer a human colleague when asked for more.\n",
    "{% if internal %}\nThis is an internal request.\n{% else %}\nThe customer sees the answer.\n{% endif %}\n",
    "{% for order in orders %}\n- {{ order.id }}: {{ order.state }}\n{% else %}\nNo orders.\n{% endfor %}\n",
    "Write in {{ locale }}.\n",
    "- Do not give legal advice.\n- Do not repeat personal data.\n- Ask when something is unclear.\n",
    "Today's queue is {{ queue | upper }}.\n",
    "{% set total = limit * 2 %}\nEscalate above {{ total }}.\n",
    "Close with the name of {{ shop }}.\n",
    "{{ ticket }}",
]
NAMES = ("shop", "limit", "currency", "internal", "orders", "locale", "queue", "ticket")
TYPES = ("string", "number", "string", "boolean", "array", "string", "string", "string")
ROOMY, TIGHT = 10_000, 140
_turn = 0
INPUTS = {
    "shop": "Acme",
    "limit": 50,
    "currency": "EUR",
    "internal": False,
    "orders": [{"id": "A1", "state": "sent"}, {"id": "A2", "state": "open"}],
    "locale": "German",
    "queue": "refunds",
    "ticket": "Where is my parcel? It should have arrived on Monday. " * 8,
}


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp())
    try:
        registry = promptreg.load(write_registry(folder))
        registry.require(["p", "b"])
        environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
        )
        templates = [environment.from_string(body) for body in BODIES]

        def plain() -> None:
            "\n\n".join(template.render(INPUTS).rstrip("\n") for template in templates)

        tasks: dict[str, Callable[[], object]] = {
            "Jinja2, joined (baseline)": plain,
            "render": lambda: registry.render("p", INPUTS),
            "render and messages": lambda: registry.render("p", INPUTS).messages,
            "render and segments": lambda: registry.render("p", INPUTS).segments,
            "render and tokens": lambda: registry.render("p", INPUTS).tokens,
            "render with a budget that has room": lambda: registry.render("b", INPUTS, budget=ROOMY),
            "render with a budget that shortens and drops": lambda: registry.render("b", INPUTS, budget=TIGHT),
            "the same, with ever new inputs": lambda: registry.render("b", new_inputs(), budget=TIGHT),
        }
        _report(tasks)
    finally:
        shutil.rmtree(folder)


def new_inputs() -> dict[str, object]:
    """Inputs with another ticket each time, so that its tokens are counted anew."""
    global _turn
    _turn += 1
    return {**INPUTS, "ticket": f"{INPUTS['ticket']} This is letter {_turn}."}


def write_registry(folder: Path) -> Path:
    """Write the prompts `p` and `b`, which have the same ten components; most parts of `b` are optional."""
    declared = dict(zip(NAMES, TYPES, strict=True))
    parts = []
    for number, body in enumerate(BODIES):
        inputs = ", ".join(f"{name}: {{type: {kind}}}" for name, kind in declared.items() if name in body)
        kind = "rule" if body.startswith("- ") else "instruction"
        text = f"---\nkind: {kind}\nversion: 1.0.0\ninputs: {{{inputs}}}\n---\n{body}"
        (folder / f"c{number}.md").write_text(text)
        parts.append(f"      - use: c{number}@^1\n" + ("        fence: ticket\n" if number == 9 else ""))
    inputs = ", ".join(f"{name}: {{type: {kind}}}" for name, kind in declared.items())
    prompt = f"kind: prompt\nversion: 1.0.0\ninputs: {{{inputs}}}\nmessages:\n  - role: system\n    parts:\n"
    (folder / "p.yaml").write_text(prompt + "".join(parts))
    budgets = [f"        budget: {{priority: {number}}}\n" for number in range(1, 9)]
    cut = "        budget: {truncate: end, min_tokens: 20}\n"
    optional = [part + budget for part, budget in zip(parts, ["", *budgets, cut], strict=True)]
    prompt = prompt.replace("messages:", "budget: {tokens: 10000}\nmessages:")
    (folder / "b.yaml").write_text(prompt + "".join(optional))
    return folder


def _report(tasks: dict[str, Callable[[], object]]) -> None:
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(ROUNDS):
        for name, task in tasks.items():
            if number % 10 and name.endswith("tokens"):
                continue
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    base = sorted(times["Jinja2, joined (baseline)"])[ROUNDS // 2]
    rows = []
    for name, found in times.items():
        found.sort()
        half, most = found[len(found) // 2], found[int(len(found) * 0.9)]
        rows.append((name, half * 1e6, most * 1e6, half / base))
    table("warm render of 10 components", ("what", "p50 us", "p90 us", "x baseline"), rows)


if __name__ == "__main__":
    main()
