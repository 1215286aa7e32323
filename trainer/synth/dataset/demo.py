"""The demo session: one live person, then three attacks with the same person's face, in 8 MB.

Colour is H.264. Depth is lossless FFV1 after the filters that Intel recommends (decimation by two, a temporal filter, a
threshold), which also reduce its size. Infrared is 8-bit H.264 at high quality.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.frames import Calibration, FrameSet, Intrinsics, Stream
from fasdemo.progress import track
from fasdemo.sessions.image_codec import Image
from fasdemo.sessions.schema import CalibrationRecord, Device, Session
from fasdemo.sessions.video.video_writer import VideoTrackWriter
from fasdemo.sessions.writer import VIDEO_FILES, SessionWriter, VideoWriter
from trainer.synth.dataset.crops import GENERATOR_VERSION
from trainer.synth.people.people import People, load_people
from trainer.synth.people.performance import draw_performance
from trainer.synth.people.person import Person
from trainer.synth.people.photo import Photo, take_clip, take_photo
from trainer.synth.scene.sequence import FPS, empty_room, film
from trainer.synth.scene.setup import Setup, draw_setup
from trainer.synth.scene.subject import LIVE
from trainer.synth.sensors.depth import DepthQuality
from trainer.synth.sensors.infrared import IrCamera
from trainer.synth.sensors.sensor import ExposureParams

PARTS: tuple[tuple[str, float], ...] = (
    (LIVE, 4.5), ("print-flat", 2.5), ("print-cut-eyes", 2.5), ("replay-tablet", 2.5),
)  # fmt: skip
_PAUSE_FRAMES = 9
_LIMIT_BYTES = 8 * 1024 * 1024
_FAR_M = 1.1


class _GreyVideo:
    """A writer of 8-bit grey H.264 in Matroska."""

    def __init__(self, path: Path, fps: float, crf: int) -> None:
        self._container = av.open(str(path), "w", format="matroska")
        self._rate = Fraction(fps).limit_denominator(1001)
        self._crf = crf
        self._video: Any = None
        self._count = 0

    def write(self, image: Image) -> None:
        """Append one image, uint8 (h, w)."""
        if self._video is None:
            options = {"preset": "slow", "crf": str(self._crf), "g": "30"}
            self._video = self._container.add_stream("libx264", rate=self._rate, options=options)
            self._video.height, self._video.width = image.shape
            self._video.pix_fmt = "gray"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image, np.uint8), format="gray")
        frame.pts = self._count
        frame.time_base = 1 / self._rate
        self._count += 1
        self._container.mux(self._video.encode(frame))

    def close(self) -> None:
        """Finish the file."""
        if self._video is not None:
            self._container.mux(self._video.encode(None))
        self._container.close()


class DepthFilter:
    """Intel's recommended post-processing of depth: decimation by two, smoothing over time, a distance limit."""

    def __init__(self, far_m: float = _FAR_M, keep: float = 0.4, step_m: float = 0.012) -> None:
        self._last: npt.NDArray[np.float32] | None = None
        self._far, self._keep, self._step = far_m, keep, step_m

    def __call__(self, depth: npt.NDArray[np.uint16], scale: float) -> npt.NDArray[np.uint16]:
        """Filter one image (h, w); return (h // 2, w // 2) in the same unit."""
        blocks = depth[: depth.shape[0] // 2 * 2, : depth.shape[1] // 2 * 2].astype(np.float32)
        blocks = (
            blocks.reshape(blocks.shape[0] // 2, 2, -1, 2).transpose(0, 2, 1, 3).reshape(blocks.shape[0] // 2, -1, 4)
        )
        blocks[blocks == 0] = np.nan
        valid = np.isfinite(blocks).sum(-1) >= 2
        middle = np.nanmedian(np.where(valid[..., None], blocks, 0.0), axis=-1).astype(np.float32) * np.float32(scale)
        middle = np.where(valid & (middle < self._far), middle, 0.0)
        if self._last is not None and self._last.shape == middle.shape:
            still = (middle > 0) & (self._last > 0) & (np.abs(middle - self._last) < self._step)
            middle = np.where(still, self._keep * middle + (1 - self._keep) * self._last, middle)
        self._last = middle.astype(np.float32)
        return np.round(self._last / scale).astype(np.uint16)


def _shot() -> ExposureParams:
    """Return the parameters of one calm indoor exposure for the whole session."""
    return ExposureParams(
        blur=0.5, motion=(0.0, 0.0), exposure=0.22, noise=0.002, shot_noise=0.006, white=(1.03, 0.98), contrast=1.05,
        sharpen=0.25, jpeg=96, ir=IrCamera(), projector="interleaved", dot_gain=0.3,
        metering=1.5, veil=0.02,
    )  # fmt: skip


def _setups(person: Person, people: People, photo: Photo, seed: int) -> list[Setup]:
    """Return one setup per part, all in the first one's room and in front of its camera."""
    model = people.model()
    result: list[Setup] = []
    for index, (species, _) in enumerate(PARTS):
        for attempt in range(200):
            rng = np.random.default_rng([seed, index, attempt])
            setup = draw_setup(
                rng,
                species,
                person,
                person,
                model,
                lambda _person, _number: photo,
                "d435",
                projector="interleaved",
                light="even",
            )
            if _wanted(setup):
                break
        quality = DepthQuality(noise=0.7, holes=0.004, filled=0.0)
        setup = replace(setup, quality=quality)
        if result:
            setup = replace(setup, surroundings=result[0].surroundings)
        # Use the same apparent size in the middle of the frame for all parts.
        near = {"replay-tablet": 0.85, "print-flat": 1.0}.get(species, 1.0)
        place = replace(setup.placement, ray=np.array([0.0, -0.03, 1.0]), distance_m=0.52 * near)
        result.append(replace(setup, placement=place))
    return result


def _wanted(setup: Setup) -> bool:
    """Return whether a random instrument suits the demonstration."""
    if setup.glasses:
        return False
    if setup.species == "print-cut-eyes":
        return "bent=True" in setup.instrument and "trimmed=False" in setup.instrument
    return True


def _frames(setups: list[Setup], person: Person, people: People, seed: int) -> Iterator[FrameSet]:
    params, number = _shot(), 0
    for index, (setup, (species, seconds)) in enumerate(zip(setups, PARTS, strict=True)):
        rng = np.random.default_rng([seed, index, 7])
        performance = draw_performance(rng, seconds, 0.8 if species == LIVE else 0.6)
        clip = None
        if species.startswith("replay"):
            played = draw_performance(rng, seconds, 0.8)
            times = np.arange(round(seconds * 15)) / 15
            clip = take_clip(person, people.model(), seed, [(played.turn(t), played.expression(t)) for t in times])
        if index:
            for frame in empty_room(setup, params, _PAUSE_FRAMES, (seed, 1), number):
                yield frame
                number += 1
        for frame in film(setup, performance, params, seconds, (seed, 2), clip, number):
            yield frame
            number += 1


def render_demo(output: Path, heads: Path | None, seed: int, work: Path) -> None:
    """Render the demo session into `output`, replacing a demo session there.

    Raises:
        UserError: `output` contains other files, or cannot be written.
    """
    if output.exists() and any(output.iterdir()) and not (output / "session.json").is_file():
        raise UserError(
            f"output {output}: contains files that are not a session; choose another folder.", parameter="output"
        )
    people = load_people(None, heads, 1, work)
    person = people.portrait(0)
    photo = take_photo(person, people.model(), 3)
    setups = _setups(person, people, photo, seed)
    camera = setups[0].camera
    half = Intrinsics(
        camera.width // 2,
        camera.height // 2,
        camera.fx / 2,
        camera.fy / 2,
        (camera.cx - 0.5) / 2,
        (camera.cy - 0.5) / 2,
    )
    session = Session(
        subject="astronaut",
        label="mixed",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        streams=("rgb", "depth", "ir"),
        width=camera.width,
        height=camera.height,
        fps=FPS,
        depth_scale=setups[0].preset.unit_m,
        calibration=CalibrationRecord.of(Calibration(camera, half, camera)),
        device=Device(name="synthetic RealSense D435", sensor_preset="d435"),
        generator={
            "recipe": "trainer synth demo",
            "version": GENERATOR_VERSION,
            "seed": seed,
            "depth_filter": "decimate 2, temporal 0.4, threshold 1.1 m",
        },
        container="video",
    )
    total = sum(round(seconds * FPS) for _, seconds in PARTS) + _PAUSE_FRAMES * (len(PARTS) - 1)
    partial = output.with_name(output.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    depth_filter = DepthFilter()
    with SessionWriter(partial, session, videos=_tracks(partial)) as writer:
        for frame in track(_frames(setups, person, people, seed), "rendering the demo session", total):
            assert frame.depth is not None
            writer.write(replace(frame, depth=depth_filter(frame.depth, frame.depth_scale)))
    size = sum(path.stat().st_size for path in partial.iterdir())
    if size > _LIMIT_BYTES:
        raise UserError(
            f"{partial}: takes {size / 1e6:.1f} MB, more than 8 MiB; "
            "lower the quality in trainer/synth/dataset/demo.py."
        )
    shutil.rmtree(output, ignore_errors=True)
    partial.replace(output)
    print(f"{total} frames, {size / 1e6:.2f} MB in {output}")


def _tracks(folder: Path) -> dict[Stream, VideoWriter]:
    folder.mkdir(parents=True)
    return {
        "rgb": VideoTrackWriter(folder / VIDEO_FILES["rgb"], "rgb", FPS, crf=17),
        "depth": VideoTrackWriter(folder / VIDEO_FILES["depth"], "depth", FPS),
        "ir": _GreyVideo(folder / VIDEO_FILES["ir"], FPS, crf=23),
    }
