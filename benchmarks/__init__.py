"""Benchmarks: scripts that print ratios against a named peer or a plain baseline, measured in the same run."""
