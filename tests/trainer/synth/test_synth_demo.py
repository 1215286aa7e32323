from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.sessions.schema import Session
from trainer.synth.dataset.demo import PARTS, DepthFilter, render_demo
from trainer.synth.people.defaultperson import default_points, default_portrait
from trainer.synth.people.performance import draw_performance
from trainer.synth.people.portrait import cropped, read_picture, segment_portrait

DEMO = Path(__file__).resolve().parents[3] / "assets" / "demo"


def test_bundled_session_shows_every_part_with_its_truth() -> None:
    session = Session.model_validate_json((DEMO / "session.json").read_text())
    with (DEMO / "frames.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert (session.label, session.state, session.container) == ("mixed", "complete", "video")
    assert session.streams == ("rgb", "depth", "ir")
    assert session.frames == len(rows) > 300
    order = list(dict.fromkeys(row["species"] or row["label"] for row in rows))
    assert order == [species for species, _ in PARTS]
    assert all(row["label"] == ("live" if not row["species"] else "spoof") for row in rows)
    assert sum(path.stat().st_size for path in DEMO.iterdir()) <= 8 * 1024 * 1024


def test_depth_filter_halves_the_grid_calms_noise_and_drops_what_is_far() -> None:
    rng = np.random.default_rng(0)
    smooth = DepthFilter(far_m=1.0)
    rough = [np.round(500 + rng.normal(0, 2, (40, 60))).astype(np.uint16) for _ in range(8)]
    for image in rough:
        image[:, 30:] = 1500
        result = smooth(image, 0.001)
    assert result.shape == (20, 30)
    assert not result[:, 16:].any()
    assert result[:, :14].std() < 0.6 * rough[-1][:, :28].std()
    # Holes stay holes, and what moves is not smeared.
    assert not smooth(np.zeros((40, 60), np.uint16), 0.001).any()
    assert np.abs(smooth(np.full((40, 60), 400, np.uint16), 0.001)[:, :14].astype(int) - 400).max() <= 1


def test_people_blink_speak_and_sway() -> None:
    performance = draw_performance(np.random.default_rng(1), 8.0)
    times = np.arange(0, 8, 1 / 30)
    lids = np.array([performance.expression(t)["eyeBlink_L"] for t in times])
    assert lids.max() > 0.9
    assert np.median(lids) < 0.1
    assert max(performance.expression(t).get("jawOpen", 0.0) for t in times) > 0.1
    yaw = np.array([performance.turn(t)[0] for t in times])
    assert np.ptp(yaw) > np.radians(3)
    assert np.abs(np.diff(yaw)).max() < np.radians(2)


def test_segment_portrait_takes_a_portrait_that_ends_at_the_chin(tmp_path: Path) -> None:
    path, _ = default_portrait(tmp_path)
    rgb, points = read_picture(path), default_points()
    tight = np.ascontiguousarray(rgb[: int(points[152, 1]) + 3])
    portrait = segment_portrait(*cropped(tight, points))
    height, width = portrait.matte.shape
    face = np.round(portrait.points[1]).astype(int)
    assert portrait.matte[face[1], face[0]] == 255
    assert (portrait.matte[: height // 10, : width // 10] < 50).all()


def test_background_does_not_bleed_into_the_person(tmp_path: Path) -> None:
    path, _ = default_portrait(tmp_path)
    portrait = segment_portrait(*cropped(read_picture(path), default_points()))
    outside = portrait.rgb[portrait.matte < 5].astype(int)
    backdrop = np.array([206, 199, 192])
    assert (np.abs(outside - backdrop).max(1) < 12).mean() < 0.02


def test_unreadable_picture_is_named(tmp_path: Path) -> None:
    path = tmp_path / "face.jpg"
    path.write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"face\.jpg"):
        read_picture(path)


def test_demo_refuses_a_folder_with_other_things(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "mine.png"), np.zeros((4, 4), np.uint8))
    with pytest.raises(UserError, match="not a session"):
        render_demo(tmp_path, None, 1, tmp_path / "work")
    assert (tmp_path / "mine.png").is_file()
