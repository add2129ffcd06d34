"""Moving prompt texts out of Python code: from what a file sends to components, prompts and a rewritten file."""
