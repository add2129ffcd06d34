"""Disk to model: strict YAML, front matter, the store of heads, refs and their resolution."""
