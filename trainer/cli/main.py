"""`python -m trainer`: one subcommand a module of `trainer.cli.commands`, imported only when called."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from fasdemo.cli.subcommands import subcommand
from fasdemo.errors import UserError, printable

COMMANDS = {
    "train": "train a network from a configuration",
    "evaluate": "metrics and an HTML report of a checkpoint on a labelled list",
    "real": "measure models on captures of real cameras",
    "recapture": "add real live captures to a rendered data set, in both classes",
    "submit": "score a list of pictures into a submission file",
    "ensemble": "combine several score files",
    "metrics": "the papers' and ISO/IEC 30107-3 figures of a score file",
    "lists": "write train, validation and test lists from a folder",
    "finetune": "own recorded sessions to a new model",
    "summary": "parameters and multiply-adds of every network beside the published figures",
    "import": "read a published checkpoint",
    "export": "write an ONNX model with its card",
    "synth": "render faces and attacks as RGB, depth and infrared",
}

MODULES = {"import": "import_weights"}
"""Modules whose command is a reserved word of Python."""


def command_parser(name: str) -> tuple[argparse.ArgumentParser, Callable[[argparse.Namespace], int]]:
    """The parser of one subcommand, and the function that runs it."""
    return subcommand(f"python -m trainer {name}", f"trainer.cli.commands.{MODULES.get(name, name)}", COMMANDS[name])


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit status: 0, 2 for unusable input, 130 after Ctrl-C."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # The published spelling has no subcommand: `python -m trainer --config NAME ...` trains.
    if arguments and arguments[0] not in COMMANDS and arguments[0] not in ("-h", "--help"):
        if not arguments[0].startswith("-"):
            print(
                f"trainer: {arguments[0]!r} is no command; choose from {', '.join(COMMANDS)}.",
                file=sys.stderr,
            )
            return 2
        arguments.insert(0, "train")
    if not arguments or arguments[0] in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        print("usage: python -m trainer COMMAND ...   (each command explains itself with --help)\n")
        print("\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()))
        return 0
    name = arguments[0]
    try:
        parser, run = command_parser(name)
        return int(run(parser.parse_args(arguments[1:])))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in ("fasdemo", "trainer"):
            raise
        print(
            f"trainer {name}: {error.name} is not installed; run `pip install -e '.[train]'` in the project's folder.",
            file=sys.stderr,
        )
        return 2
    except UserError as error:
        print(f"trainer {name}: {printable(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"trainer {name}: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away: not an error, and nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
