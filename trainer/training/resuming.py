"""The command line that resumes an interrupted run."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path


def resume_command(last: Path) -> str:
    """Return the command line of this process with `--resume`, quoted for a shell; with its launcher under `torchrun`.

    The options of `torchrun` are not known here; those of one machine follow from the environment.
    """
    words, arguments = ["python", "-m", "trainer"], [part for part in sys.argv[1:] if part]
    if "TORCHELASTIC_RUN_ID" in os.environ:
        words = ["torchrun", "--nproc-per-node", os.environ.get("LOCAL_WORLD_SIZE", "1"), "-m", "trainer"]
    if "--resume" in arguments:
        place = arguments.index("--resume")
        del arguments[place : place + 2]
    return shlex.join([*words, *arguments, "--resume", str(last)])
