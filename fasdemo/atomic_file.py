"""Write files atomically: under a temporary name that is renamed at the end."""

from __future__ import annotations

from pathlib import Path

from fasdemo.errors import UserError


def write_text(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it.

    Raises:
        UserError: the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); free some space or choose another place."
        ) from error
