"""Load subcommands: modules with `EXAMPLE`, `add_arguments(parser)` and `run(args)`, imported only when called."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable


def subcommand(
    program: str, module_name: str, description: str
) -> tuple[argparse.ArgumentParser, Callable[[argparse.Namespace], int]]:
    """Return the parser of a subcommand's module and the function that runs it."""
    module = importlib.import_module(module_name)
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=f"example: {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    return parser, module.run
