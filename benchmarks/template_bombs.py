"""Does every template bomb end within a second and 64 MB? Each runs in a process of its own.

    python -m benchmarks.template_bombs

Seconds are processor time of compiling and rendering, so that a busy machine does not count; memory is the growth of
the largest resident size over that before compiling.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from benchmarks.measure import table
from promptreg.errors import LimitExceeded, PromptregError
from promptreg.template import Meter
from tests.support.bombs import BOMBS
from tests.support.templates import compiled

SECONDS = 1.0
MEGABYTES = 64.0


def run_one(number: int) -> None:
    """Set off one bomb and print what it took as JSON."""
    bomb = BOMBS[number]
    values = bomb.make_values()
    compiled("{{ a|upper|tojson }}", ["a"]).stream({"a": "b"}, Meter())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    ended = "nothing stopped it"
    meter = Meter()
    try:
        compiled(bomb.body, list(values), bomb.components).stream(values, meter)
    except PromptregError as error:
        ended = error.limit if isinstance(error, LimitExceeded) else type(error).__name__
    seconds = time.process_time() - start
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps([ended, seconds, extra, meter.work]))


def main() -> int:
    """Run all bombs; the exit code is 1 when one of them takes too much."""
    rows = []
    bad = 0
    for number, bomb in enumerate(BOMBS):
        command = [sys.executable, "-m", "benchmarks.template_bombs", str(number)]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        ended, seconds, extra, work = json.loads(out)
        fine = seconds <= SECONDS and extra <= MEGABYTES and ended != "nothing stopped it"
        bad += not fine
        rows.append((bomb.id, ended, seconds, extra, f"{work:,}", "" if fine else "TOO MUCH"))
    rows.sort(key=lambda row: -row[2])
    table("Template bombs", ("bomb", "ended by", "seconds", "MB extra", "work", ""), rows)
    print(f"\n{len(rows)} bombs, {bad} beyond {SECONDS:g} s or {MEGABYTES:g} MB")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_one(int(sys.argv[1]))
    else:
        sys.exit(main())
