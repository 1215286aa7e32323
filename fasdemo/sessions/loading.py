"""Read and check the `session.json` of a recording."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from fasdemo.bounded_file import is_regular, read_text
from fasdemo.errors import UserError
from fasdemo.sessions.schema import SESSION_FILE, Session

_MAX_JSON_BYTES = 64 * 1024 * 1024


def load_session(folder: Path) -> Session:
    """Read the `session.json` of a folder; negative counts are read as 0, see `count_problems`.

    Raises:
        UserError: the folder does not exist or is not a session, or the format is not valid.
    """
    return _load(folder)[0]


def count_problems(folder: Path) -> tuple[str, ...]:
    """Return sentences about negative counts in `session.json`.

    Raises:
        UserError: see `load_session`.
    """
    return _load(folder)[1]


def _load(folder: Path) -> tuple[Session, tuple[str, ...]]:
    if not folder.exists():
        raise UserError(f"{folder}: no such folder.")
    if not folder.is_dir():
        raise UserError(f"{folder}: is a file; a session is a folder with {SESSION_FILE}.")
    path = folder / SESSION_FILE
    if not is_regular(path):
        raise UserError(f"{folder}: has no {SESSION_FILE}, so it is not a session; give the folder of a session.")
    try:
        content = read_text(path, _MAX_JSON_BYTES)
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8 text; the file is damaged.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; give the folder of a session.") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return Session.model_validate_json(content), ()
    except ValidationError as error:
        found = error.errors()
        wrong = [one for one in found if one["loc"] in (("frames",), ("lost",)) and one["type"] == "greater_than_equal"]
        if len(wrong) == len(found):
            counts = {str(one["loc"][0]): 0 for one in wrong}
            session = Session.model_validate_json(json.dumps({**json.loads(content), **counts}))
            return session, tuple(f"{SESSION_FILE}: {name} is negative" for name in counts)
        first = found[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UserError(f"{path}: {where}: {first['msg']}; the file is damaged or of another version.") from None
