"""The language server: findings, hovers, definitions, completions and code actions for editors.

`server` speaks the protocol, `session` knows documents and projects; all other modules are functions over a snapshot of
a registry and know nothing of the protocol. Only `server`, `session` and `wire` may import pygls and lsprotocol.
"""
