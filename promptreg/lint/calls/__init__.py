"""Python code that uses a registry or sends prompts: found by a byte filter and `ast`, resolved by name, never run."""
