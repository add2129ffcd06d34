"""The built-in rules: one module each, with `RULE`; `promptreg.lint.catalogue` names them all."""
