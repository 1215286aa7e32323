"""Find the shipped models and the demo session, in the wheel or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

from fasdemo.errors import UserError

_PACKAGE = Path(__file__).resolve().parent


def assets_folder() -> Path:
    """Return the folder of the shipped files.

    Raises:
        UserError: the installation is incomplete.
    """
    for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets"):
        if folder.is_dir():
            return folder
    raise UserError(f"{_PACKAGE / 'assets'}: the shipped files are missing; install fasdemo again.")


def demo_session() -> Path:
    """Return the folder of the demo session: one live person and three attacks, with the ground truth of each frame.

    Raises:
        UserError: the installation is incomplete.
    """
    folder = assets_folder() / "demo"
    if not (folder / "session.json").is_file():
        raise UserError(f"{folder}: the demo session is missing; install fasdemo again.")
    return folder
