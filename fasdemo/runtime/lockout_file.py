"""Refused attempts and lock-outs of cameras in a file, so that a restart or another source does not clear them."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from fasdemo.atomic_file import replacing
from fasdemo.bounded_file import read_bounded
from fasdemo.engine.temporal.attempts import MEMORY_S, AttemptCount

log = logging.getLogger(__name__)

_MAX_BYTES = 10_000


class _Stored(BaseModel):
    """The content of the file; all times are seconds since 1970 on the computer's clock."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    failures: list[float]
    locked_until: float | None


def lockout_path(camera: str | None = None, challenges: bool = False) -> Path:
    """Return the path of the file in the user's folder for states.

    Args:
        camera: name of the camera if several are used at the same time, which do not share attempts; None: the file of
            the one camera, whichever it is.
        challenges: whether failed challenges are stored, which are counted apart.
    """
    kind = "-challenges" if challenges else ""
    name = "" if camera is None else f"-{hashlib.sha256(camera.encode()).hexdigest()[:16]}"
    return platformdirs.user_state_path("fasdemo", appauthor=False) / f"lockout{kind}{name}.json"


class LockoutFile:
    """A `fasdemo.engine.temporal.attempts.AttemptMemory` in a file.

    Args:
        path: the file; its folder is created when something is stored.
        clock_s: the computer's clock.
    """

    def __init__(self, path: Path, clock_s: Callable[[], float] = time.time) -> None:
        self._path, self._clock_s = path, clock_s

    def load(self, now_s: float, lockout_s: float) -> AttemptCount:
        """Return the stored attempts on the caller's clock, on which the time is `now_s`.

        A lock-out lasts at most `lockout_s` from now, because the computer's clock may have been set back. A file that
        cannot be read gives a whole lock-out, because an error must not open a door.
        """
        try:
            stored = _Stored.model_validate_json(read_bounded(self._path, _MAX_BYTES))
        except FileNotFoundError:
            return AttemptCount()
        except (OSError, ValueError, ValidationError) as error:
            log.warning(
                "%s: the refused attempts cannot be read (%s); the camera is locked for %g s.",
                self._path, type(error).__name__, lockout_s,
            )  # fmt: skip
            return AttemptCount((), now_s + lockout_s)
        clock_s = self._clock_s()
        ages_s = [clock_s - at for at in stored.failures]
        failures = tuple(sorted(now_s - max(age, 0.0) for age in ages_s if age <= MEMORY_S))
        remaining_s = 0.0 if stored.locked_until is None else stored.locked_until - clock_s
        return AttemptCount(failures, now_s + min(remaining_s, lockout_s) if remaining_s > 0.0 else -math.inf)

    def save(self, count: AttemptCount, now_s: float) -> None:
        """Store the attempts; if the file cannot be written, a restart of the program clears them."""
        clock_s = self._clock_s()
        until = clock_s + count.until_s - now_s if count.until_s > now_s else None
        stored = _Stored(failures=[clock_s + at - now_s for at in count.failures_s], locked_until=until)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path) as temporary:
                temporary.write_text(stored.model_dump_json(), encoding="utf-8")
        except OSError as error:
            log.warning("%s: the refused attempts cannot be stored (%s).", self._path, error.strerror)
