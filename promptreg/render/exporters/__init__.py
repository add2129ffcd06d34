"""One module per provider, each with a function `export`; `chat` reads the messages they all start from."""

__all__: list[str] = []
