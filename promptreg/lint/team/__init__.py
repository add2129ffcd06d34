"""Team rules: lint rules that a team writes in YAML, with their tests."""
