"""A textured surface as three cameras of one device see it, computed from the rays: no approximation of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyrealsense2 as rs

from tests.support.realsense_fake import BASELINE_M, HEIGHT, WIDTH, Recorder, intrinsics


@dataclass(frozen=True)
class Surface:
    """z = distance + slant_x x + slant_y y + bulge (x^2 + y^2, at most 0.05), metres, in the depth camera's frame."""

    distance: float
    slant_x: float = 0.0
    slant_y: float = 0.0
    bulge: float = 0.0

    def hit(self, rays: np.ndarray, origin_x: float) -> np.ndarray:
        """Where rays (N, 3) with z = 1 from (origin_x, 0, 0) meet the surface, (N, 3)."""
        z = np.full(len(rays), self.distance)
        for _ in range(60):
            x, y = origin_x + rays[:, 0] * z, rays[:, 1] * z
            bulge = self.bulge * np.minimum(x * x + y * y, 0.05)
            z = self.distance + self.slant_x * x + self.slant_y * y + bulge
        return np.column_stack([origin_x + rays[:, 0] * z, rays[:, 1] * z, z])


def texture(points: np.ndarray) -> npt.NDArray[np.float64]:
    """Grey of a surface's points: patches of 2 to 6 cm, with a soft contrast as skin has, (N,) float."""
    x, y = points[:, 0] * 1000, points[:, 1] * 1000
    waves = np.sin(x / 5.0 + 0.4) * np.cos(y / 6.0) + np.sin((x + 2 * y) / 8.0) + 0.7 * np.cos((2 * x - y) / 9.0)
    return np.asarray(128.0 + 14.0 * waves)


def rays(focal: float) -> np.ndarray:
    lens = intrinsics(focal)
    v, u = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.column_stack([(u.ravel() - lens.ppx) / focal, (v.ravel() - lens.ppy) / focal, np.ones(u.size)])


def render(surface: Surface) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colour (BGR), depth in millimetres and infrared of the surface. Colour stands `BASELINE_M` to the side."""
    from_depth = surface.hit(rays(380.0), 0.0)
    # Points move by +BASELINE_M into the colour camera's frame: it stands at -BASELINE_M.
    from_color = surface.hit(rays(610.0), -BASELINE_M)
    color = np.clip(np.round(texture(from_color)), 0, 255).astype(np.uint8).reshape(HEIGHT, WIDTH)
    ir = np.clip(np.round(texture(from_depth)), 0, 255).astype(np.uint8).reshape(HEIGHT, WIDTH)
    depth = np.round(from_depth[:, 2] * 1000).astype(np.uint16).reshape(HEIGHT, WIDTH)
    return np.repeat(color[..., None], 3, 2), depth, ir


def record(path: Path, surface: Surface, count: int = 8) -> Path:
    recorder = Recorder(path)
    pictures = render(surface)
    for number in range(count):
        recorder.write(number, *pictures, pace_s=0.01)
    recorder.close()
    return path


def aligned_by_the_sdk(path: Path) -> tuple[np.ndarray, Any]:
    """The recording's depth as `rs.align` brings it into the colour image, and the running profiles."""
    config, pipeline = rs.config(), rs.pipeline()
    rs.config.enable_device_from_file(config, str(path), repeat_playback=False)
    config.resolve(rs.pipeline_wrapper(pipeline)).get_device().as_playback().set_real_time(False)
    profile = pipeline.start(config)
    align = rs.align(rs.stream.color)
    try:
        while True:
            arrived, frames = pipeline.try_wait_for_frames(1000)
            assert arrived, "the SDK gave no complete set"
            if frames.get_color_frame() and frames.get_depth_frame():
                depth = align.process(frames).get_depth_frame()
                return np.asanyarray(depth.get_data()).copy(), profile
    finally:
        pipeline.stop()
