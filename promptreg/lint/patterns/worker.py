"""A process that matches patterns and may be stopped. Started as a script, it imports nothing of promptreg.

Reads lines of JSON `[pattern, flags, text, seconds]`, writes lines of JSON `[[[start, end, group start, group end]…]]`.
Where there is a timer of processor time, it ends the process by a signal when the seconds are over, in the middle of a
match too; elsewhere the parent does, by the clock.
"""

import json
import re
import signal
import sys

__all__ = ["OUT_OF_MEMORY", "main"]

OUT_OF_MEMORY = 75
_MOST_BYTES = 1 << 30


def main() -> None:
    """Answer requests until the input ends."""
    has_timer = hasattr(signal, "setitimer")
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    for line in sys.stdin.buffer:
        pattern, flags, text, seconds = json.loads(line)
        if has_timer:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        found = [
            (*match.span(), *(match.span(1) if match.re.groups else (-1, -1)))
            for match in re.compile(pattern, flags).finditer(text)
        ]
        if has_timer:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        sys.stdout.write(json.dumps([found]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
