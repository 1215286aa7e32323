"""Run one recording of the window in the background, without Qt."""

from __future__ import annotations

import logging
import threading
from enum import Enum
from pathlib import Path

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Truth
from fasdemo.record.labels import Labels, session_of
from fasdemo.record.recorder import Recorder, RecorderStatus

_log = logging.getLogger(__name__)


class Stage(Enum):
    """The stage of a recording."""

    STARTING = "starting"
    RUNNING = "recording"
    FINISHING = "finishing"
    DONE = "done"
    FAILED = "failed"


class Recording:
    """A recording in its own thread, because opening and completing a session wait for the disk.

    Args:
        root: folder of all sessions.
        labels: subject, ground truth and consent.
        info: the camera.
    """

    def __init__(self, root: Path, labels: Labels, info: SourceInfo) -> None:
        self.labels = labels
        self.stage = Stage.STARTING
        self.message = ""
        """A sentence for the user once the stage is DONE or FAILED."""
        self._root, self._info = root, info
        self._recorder: Recorder | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fasdemo recording", daemon=True)
        self._thread.start()

    @property
    def status(self) -> RecorderStatus | None:
        """The current figures; None before the session's folder exists."""
        return None if self._recorder is None else self._recorder.status

    @property
    def over(self) -> bool:
        """Whether the recording has ended."""
        return self.stage in (Stage.DONE, Stage.FAILED)

    def put(self, frame: FrameSet) -> None:
        """Record a frame without waiting."""
        recorder = self._recorder
        if recorder is None or self._stop.is_set():
            return
        recorder.put(frame)
        if recorder.status.problem:
            self._stop.set()

    def mark(self) -> int:
        """Mark the present moment; return the number of markers of the recording, 0 if it cannot be marked."""
        recorder = self._recorder
        if recorder is None or self._stop.is_set() or not recorder.mark():
            return 0
        return recorder.markers

    def show(self, truth: Truth) -> bool:
        """Set what is shown from the next frame on; return False if nothing is recorded or the same is shown."""
        recorder = self._recorder
        return recorder is not None and not self._stop.is_set() and recorder.show(truth)

    @property
    def shown(self) -> Truth:
        """What is shown at present."""
        if self._recorder is None:
            return Truth(self.labels.label, self.labels.species)
        return self._recorder.shown

    def stop(self) -> None:
        """Complete the session in the background."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` seconds; return True if the recording has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._recorder = Recorder(self._root, session_of(self.labels, self._info))
            self.stage = Stage.RUNNING
            self._stop.wait()
            self.stage = Stage.FINISHING
            problem = self._recorder.status.problem
            session = self._recorder.stop()
            lost = f", {session.lost} lost" if session.lost else ""
            self.message = f"{problem} " if problem else ""
            self.message += f"Saved {session.frames} frames{lost}: {self._recorder.folder}."
            self.stage = Stage.FAILED if problem else Stage.DONE
        except UserError as error:
            self.message, self.stage = str(error), Stage.FAILED
        except Exception as error:
            _log.exception("the recording failed")
            where = self._root if self._recorder is None else self._recorder.folder
            why = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
            self.message = f"Recording into {where} failed{why}. `fasdemo sessions repair` saves what was written."
            self.stage = Stage.FAILED
