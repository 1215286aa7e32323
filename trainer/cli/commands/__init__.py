"""The subcommands of `python -m trainer`, one module each, imported only when called."""
