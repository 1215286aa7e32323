"""Command line `python -m trainer`: one module per command, imported only when needed."""
