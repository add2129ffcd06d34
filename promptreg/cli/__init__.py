"""The command line: one module per command, and the boundary that turns errors into messages and exit codes."""
