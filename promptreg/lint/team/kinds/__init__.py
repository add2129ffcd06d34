"""The kinds of team rules, one module each."""
