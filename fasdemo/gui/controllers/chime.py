"""The kiosk's sounds: two rising notes when somebody is accepted, a low one when somebody is refused."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Literal

import numpy as np
from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QObject

from fasdemo.engine.result import Status
from fasdemo.runtime.headline import Headline

_log = logging.getLogger(__name__)

Sound = Literal["accepted", "refused"]
NOTES: dict[Sound, tuple[tuple[float, float], ...]] = {
    "accepted": ((660.0, 0.12), (880.0, 0.22)),
    "refused": ((220.0, 0.35),),
}
"""Frequency in Hz and length in seconds of the notes of each sound."""
SAMPLES_HZ = 44_100
VOLUME = 0.4
MIN_PAUSE_S = 1.5
"""Shortest time between two sounds, so that a verdict that changes often does not ring without end."""
_FADE_S = 0.01


def samples(sound: Sound) -> bytes:
    """Return a sound as 16-bit samples of one channel at `SAMPLES_HZ`."""
    notes = []
    for frequency_hz, length_s in NOTES[sound]:
        at_s = np.arange(round(length_s * SAMPLES_HZ)) / SAMPLES_HZ
        # Without a fade, a click is heard at both ends of a note.
        fade = np.clip(np.minimum(at_s, length_s - at_s) / _FADE_S, 0.0, 1.0)
        notes.append(np.sin(2.0 * math.pi * frequency_hz * at_s) * fade)
    return (np.concatenate(notes) * VOLUME * 32_767).astype("<i2").tobytes()


class Chime:
    """Decides when a sound is played.

    Args:
        play: plays a sound without waiting.
        clock: seconds, not decreasing.
    """

    def __init__(self, play: Callable[[Sound], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._play, self._clock = play, clock
        self._status: Status | None = None
        self._played_s = -math.inf

    def hear(self, headline: Headline, neutral: bool) -> None:
        """Play a sound if the verdict has become LIVE or SPOOF.

        Args:
            headline: the verdict; one on a file is silent.
            neutral: the public must not learn that an attack was found, so only LIVE has a sound.
        """
        status, before = headline.status, self._status
        self._status = status
        if status is before or headline.from_file or status not in (Status.LIVE, Status.SPOOF):
            return
        if neutral and status is Status.SPOOF:
            return
        now_s = self._clock()
        if now_s - self._played_s >= MIN_PAUSE_S:
            self._played_s = now_s
            self._play("accepted" if status is Status.LIVE else "refused")


class Speaker(QObject):
    """The computer's sound output; without one, sounds are left out.

    Args:
        parent: the window.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._buffer = QBuffer(self)
        self._sink: object = None
        self._reported = False

    def play(self, sound: Sound) -> bool:
        """Play a sound without waiting; return whether there is an output for it."""
        try:
            return self._start(sound)
        except Exception as error:
            # QtMultimedia needs system libraries, which may be missing on a small computer.
            self._report(f"sounds cannot be played ({error}).")
            return False

    def _start(self, sound: Sound) -> bool:
        from PyQt6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices

        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            self._report("sounds cannot be played (no sound device was found).")
            return False
        form = QAudioFormat()
        form.setSampleRate(SAMPLES_HZ)
        form.setChannelCount(1)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        sink = QAudioSink(device, form, self)
        previous, self._sink = self._sink, sink
        if isinstance(previous, QAudioSink):
            previous.stop()
            previous.deleteLater()
        self._buffer.close()
        self._buffer.setData(QByteArray(samples(sound)))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        sink.start(self._buffer)
        return True

    def _report(self, sentence: str) -> None:
        if not self._reported:
            self._reported = True
            _log.warning(sentence)
