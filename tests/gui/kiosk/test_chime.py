"""The kiosk's sounds: when they are played, what they are, and a computer without a sound device."""

from __future__ import annotations

import logging
import sys

import numpy as np
import pytest
from PyQt6.QtMultimedia import QMediaDevices
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.engine.result import Status
from fasdemo.gui.controllers.chime import MIN_PAUSE_S, NOTES, SAMPLES_HZ, Chime, Sound, Speaker, samples
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.headline import Headline

LIVE, SPOOF, UNCERTAIN = (Headline(status, status.value) for status in Status)
NOBODY = Headline(None, "NO FACE")


def heard(*steps: tuple[float, Headline], neutral: bool = False) -> list[tuple[float, Sound]]:
    now = [0.0]
    played: list[tuple[float, Sound]] = []
    chime = Chime(lambda sound: played.append((now[0], sound)), lambda: now[0])
    for now[0], headline in steps:
        chime.hear(headline, neutral)
    return played


def test_chime_plays_once_for_each_decision() -> None:
    steps = [(0.0, NOBODY), (1.0, UNCERTAIN), (2.0, LIVE), (2.1, LIVE), (9.0, NOBODY), (10.0, UNCERTAIN), (12.0, SPOOF)]
    assert heard(*steps) == [(2.0, "accepted"), (12.0, "refused")]


def test_chime_does_not_ring_without_end() -> None:
    steps = [(number * 0.1, LIVE if number % 2 else UNCERTAIN) for number in range(100)]
    times = [at for at, _ in heard(*steps)]
    assert len(times) >= 5
    assert np.diff(times).min() >= MIN_PAUSE_S


def test_chime_does_not_tell_an_attacker_in_neutral_words() -> None:
    assert heard((0.0, SPOOF), (5.0, LIVE), neutral=True) == [(5.0, "accepted")]


def test_chime_is_silent_about_a_file() -> None:
    assert heard((0.0, Headline(Status.LIVE, "LIVE", from_file=True))) == []


@pytest.mark.parametrize("sound", list(NOTES))
def test_samples_are_the_notes_without_cracks(sound: Sound) -> None:
    wave = np.frombuffer(samples(sound), "<i2").astype(float)
    assert len(wave) == sum(round(length_s * SAMPLES_HZ) for _, length_s in NOTES[sound])
    assert 10_000 < np.abs(wave).max() < 20_000
    start = 0
    for frequency_hz, length_s in NOTES[sound]:
        note = wave[start : start + round(length_s * SAMPLES_HZ)]
        start += len(note)
        loudest = np.abs(np.fft.rfft(note)).argmax() / length_s
        assert loudest == pytest.approx(frequency_hz, abs=1.0 / length_s)
        assert max(np.abs(note[:5]).max(), np.abs(note[-5:]).max()) < 500


def test_speaker_says_once_that_there_is_no_sound_device(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nothing = QMediaDevices.defaultAudioOutput().__class__()
    monkeypatch.setattr(QMediaDevices, "defaultAudioOutput", lambda: nothing)
    speaker = Speaker()
    with caplog.at_level(logging.WARNING):
        assert not speaker.play("accepted")
        assert not speaker.play("refused")
    assert [one.getMessage() for one in caplog.records] == ["sounds cannot be played (no sound device was found)."]


def test_speaker_survives_a_missing_library(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PyQt6.QtMultimedia", None)
    assert not Speaker().play("accepted")


def test_the_kiosk_plays_a_sound_only_if_it_is_set(window: MainWindow, qtbot: QtBot) -> None:
    played: list[Sound] = []
    window.chime = Chime(played.append)
    window.set_kiosk(True)
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.kiosk.headline.word == "LIVE", timeout=30_000)
    assert played == [], "it is off by default"
    window.set_kiosk(False)
    window.settings.kiosk_sound = True
    qtbot.wait(300)
    assert played == [], "only the kiosk has sounds"
    window.set_kiosk(True)
    qtbot.waitUntil(lambda: played == ["accepted"], timeout=30_000)
