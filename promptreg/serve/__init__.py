"""Long-running servers: the language server."""
