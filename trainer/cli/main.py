"""Entry point of `python -m trainer`; runs one command of `trainer.cli.commands`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Sequence

from fasdemo.cli.subcommands import subcommand
from fasdemo.errors import UserError, printable

COMMANDS = {
    "train": "train a network from a configuration",
    "evaluate": "write the metrics and an HTML report of a model on labelled data",
    "real": "measure models on captures of real cameras",
    "recapture": "add real live captures to a rendered data set, in both classes",
    "submit": "score a list of images and write a submission file",
    "ensemble": "combine several score files",
    "average": "average the weights of several runs",
    "metrics": "print the metrics of the papers and of ISO/IEC 30107-3 for a score file",
    "cut": "cut the crops of recorded sessions and of videos",
    "shards": "write a data set into large files for training on many machines",
    "lists": "write training, validation and test lists of a folder",
    "finetune": "fine-tune a checkpoint on recorded sessions and export the model",
    "summary": "print parameters and multiply-adds of the networks beside the published figures",
    "import": "convert a published checkpoint",
    "export": "write an ONNX model with its card",
    "synth": "render faces and attacks as RGB, depth and infrared",
}

MODULES = {"import": "import_weights"}
"""Modules of commands whose names are reserved words of Python."""


def command_parser(name: str) -> tuple[argparse.ArgumentParser, Callable[[argparse.Namespace], int]]:
    """Return the parser of a command, and the function that runs it."""
    return subcommand(f"python -m trainer {name}", f"trainer.cli.commands.{MODULES.get(name, name)}", COMMANDS[name])


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0, 2 for unusable input, 130 after Ctrl-C.

    Args:
        argv: command and options; those of the process if None.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # The published spelling `python -m trainer --config NAME ...` has no command and means `train`.
    if arguments and arguments[0] not in COMMANDS and arguments[0] not in ("-h", "--help"):
        if not arguments[0].startswith("-"):
            print(
                f"trainer: unknown command {arguments[0]!r}; choose from {', '.join(COMMANDS)}.",
                file=sys.stderr,
            )
            return 2
        arguments.insert(0, "train")
    if not arguments or arguments[0] in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        print("usage: python -m trainer COMMAND ...   (--help after a command shows its options)\n")
        print("\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()))
        return 0
    name = arguments[0]
    parameters: Collection[str] = ()
    try:
        parser, run = command_parser(name)
        args = parser.parse_args(arguments[1:])
        parameters = vars(args).keys()
        return int(run(args))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in ("fasdemo", "trainer"):
            raise
        print(
            f"trainer {name}: {error.name} is not installed; run `pip install -e '.[train]'` in the project's folder.",
            file=sys.stderr,
        )
        return 2
    except UserError as error:
        print(f"trainer {name}: {printable(error.for_command_line(parameters))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"trainer {name}: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The process that reads the output has ended, which is not an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
