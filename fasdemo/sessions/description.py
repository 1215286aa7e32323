"""The checksum of `session.json`, which is stored in that file itself.

It detects edits and damage, not forgery: anyone who can write the file can also write its checksum.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from fasdemo.bounded_file import read_bounded
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE, Session

NO_CHECKSUMS = (
    f"{SESSION_FILE} has no checksums, so that no file of this session could be checked; "
    f"copy {SESSION_FILE} from a backup"
)
"""The problem of a completed session without checksums, which the recorder and `repair` always write."""

_MAX_BYTES = 64 * 1024 * 1024


def description_sha256(content: bytes | str) -> str:
    """Return the sha256 of the values of a `session.json`, without its own checksum and independent of formatting.

    Raises:
        ValueError: the content is not a JSON object.
    """
    values = json.loads(content)
    if not isinstance(values, dict):
        raise ValueError("the content is not a JSON object")
    checksums = values.get("checksums")
    if isinstance(checksums, dict):
        checksums.pop(SESSION_FILE, None)
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def with_own_checksum(session: Session) -> Session:
    """Return a completed session with the checksum of `session.json` added; return an open session unchanged."""
    others = {name: value for name, value in session.checksums.items() if name != SESSION_FILE}
    if session.state != "complete":
        return session
    bare = session.model_copy(update={"checksums": others})
    own = description_sha256(bare.model_dump_json())
    return bare.model_copy(update={"checksums": dict(sorted({**others, SESSION_FILE: own}.items()))})


def edited_files(folder: Path, session: Session) -> list[str]:
    """Return a sentence for each of `session.json` and `frames.csv` that was changed after the recording."""
    if session.state == "complete" and not session.checksums:
        return [NO_CHECKSUMS]
    found = [problem] if (problem := description_problem(folder, session)) else []
    expected = session.checksums.get(FRAMES_FILE)
    if expected is not None:
        try:
            with (folder / FRAMES_FILE).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    found.append(f"{FRAMES_FILE} was changed: checksum mismatch")
        except OSError as error:
            # The session can be deleted or moved while it is read.
            found.append(f"{FRAMES_FILE} cannot be read ({error.strerror})")
    return found


def description_problem(folder: Path, session: Session) -> str:
    """Return the problem of a session's `session.json`; empty if it is unchanged or has no checksum."""
    expected = session.checksums.get(SESSION_FILE)
    if expected is None:
        return ""
    try:
        found = description_sha256(read_bounded(folder / SESSION_FILE, _MAX_BYTES))
    except (OSError, ValueError) as error:
        return f"{SESSION_FILE} cannot be read ({error})"
    return "" if found == expected else f"{SESSION_FILE} was changed: checksum mismatch"
