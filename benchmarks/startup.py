"""Start-up of whole processes, as ratios to a bare interpreter and to the libraries we stand on.

Run from the project folder: python -m benchmarks.startup [rounds]. Goals are those of the design, section 11.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.measure import median, process_seconds, table

_PROMPT = ("render", "support/refund-reply", "--sample", "small-claim", "--format", "text")
_RUN = "import sys; from promptreg.cli.app import main; sys.exit(main())"  # the console script

_COMMANDS = {
    "pass": ("-c", "pass"),
    "import jinja2, yaml, click": ("-c", "import jinja2, yaml, click"),
    "import promptreg": ("-c", "import promptreg"),
    "promptreg --help": ("-c", _RUN, "--help"),
    "promptreg list": ("-c", _RUN, "list"),
    "promptreg render (text, no counts)": ("-c", _RUN, *_PROMPT),
}

_GOALS = (
    ("import promptreg", "pass", 1.7),
    ("promptreg --help", "pass", None),
    ("promptreg list", "pass", 6.0),
    ("promptreg render (text, no counts)", "import jinja2, yaml, click", 2.5),
    ("import jinja2, yaml, click", "pass", None),
)


def main(rounds: int = 21) -> int:
    """Measure and print; 1 when a goal is missed."""
    commands = {name: (sys.executable, *arguments) for name, arguments in _COMMANDS.items()}
    options = {"cwd": Path(__file__).parent.parent, "env": {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}}
    process_seconds(commands, 1, **options)
    seconds = {name: median(values) for name, values in process_seconds(commands, rounds, **options).items()}
    rows = []
    missed = 0
    for name, anchor, goal in _GOALS:
        ratio = seconds[name] / seconds[anchor]
        missed += goal is not None and ratio > goal
        rows.append((name, 1000 * seconds[name], anchor, ratio, "-" if goal is None else goal))
    table("start-up, whole processes", ("process", "ms", "anchor", "ratio", "goal"), rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
