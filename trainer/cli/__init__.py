"""The `python -m trainer` command line: one module a command, imported only when called."""
