"""The linter: rules that can be decided, on components, compositions, rendered prompts and the code that uses them."""
