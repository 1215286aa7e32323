"""The subcommands of `fasdemo`, one module each, imported only when called."""
