"""Where the shipped models and the demo session lie: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

from fasdemo.errors import UserError

_PACKAGE = Path(__file__).resolve().parent


def assets_folder() -> Path:
    """The folder of shipped files.

    Raises:
        UserError: the installation is incomplete.
    """
    for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets"):
        if folder.is_dir():
            return folder
    raise UserError(f"{_PACKAGE / 'assets'}: the shipped files are missing; install fasdemo again.")


def demo_session() -> Path:
    """The bundled session: one live person and three attacks, each frame with its true label.

    Raises:
        UserError: the installation is incomplete.
    """
    folder = assets_folder() / "demo"
    if not (folder / "session.json").is_file():
        raise UserError(f"{folder}: the demo session is missing; install fasdemo again.")
    return folder
