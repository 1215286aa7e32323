"""Clips of prints and displays in a hand, and the table of their verdicts."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tools.measure.colour.carrier_clips import row, write_clip


def test_write_clip_leaves_a_whole_video_file_only(tmp_path: Path) -> None:
    pictures = [np.full((48, 64, 3), 40 * k, np.uint8) for k in range(5)]
    assert write_clip(tmp_path / "clip.mp4", pictures) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    capture = cv2.VideoCapture(str(tmp_path / "clip.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    capture.release()
    assert write_clip(tmp_path / "empty.mp4", []) == 0
    assert not (tmp_path / "empty.mp4").exists()


def test_row_counts_live_clips_and_frames_after_the_first_second() -> None:
    clips = [
        [(0.5, "live", ("rgb_only",)), (1.5, "uncertain", ("rgb_only", "score_uncertain"))],
        [(1.0, "spoof", ("rgb_only", "score_spoof")), (2.0, "spoof", ("score_spoof",)), (3.0, "live", ())],
        [],
    ]
    assert row("print", clips) == (
        "| print | 2 of 3 | 4 | 25.0% | 25.0% | 50.0% | `score_spoof` 2, `score_uncertain` 1 |"
    )
