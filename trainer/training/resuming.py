"""Resume an interrupted run: the state to start from, and the command line that does it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from fasdemo.errors import UserError


def resume_command(last: Path) -> str:
    """Return the command line of this process with `--resume`, quoted for a shell.

    Under `torchrun`, it begins with that program. Its options are unknown here, except the number of processes on this
    machine, which the environment contains.
    """
    words, arguments = ["python", "-m", "trainer"], [part for part in sys.argv[1:] if part]
    if "TORCHELASTIC_RUN_ID" in os.environ:
        words = ["torchrun", "--nproc-per-node", os.environ.get("LOCAL_WORLD_SIZE", "1"), "-m", "trainer"]
    if "--resume" in arguments:
        place = arguments.index("--resume")
        del arguments[place : place + 2]
    return shlex.join([*words, *arguments, "--resume", str(last)])


def resume_file(given: str | None, folder: Path) -> Path | None:
    """Return the state to resume from: the given file, with `auto` that of the folder if it exists.

    Raises:
        UserError: the folder already contains a run, but `given` is None.
    """
    from trainer.training.train import LAST

    last = folder / LAST
    if given == "auto":
        return last if last.is_file() else None
    if given is not None:
        return Path(given)
    if last.is_file():
        raise UserError(
            f"output {folder}: the folder already contains a run; give `resume` {last}, or choose another folder.",
            parameter="output",
        )
    return None
