"""Small real sources and judges for the window's tests: generated frames, and verdicts from the frame's own truth."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import lru_cache
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult, Latency, Status
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime, Truth
from fasdemo.models.card import CropSpec, InputSpec, ModelCard, OutputSpec, Threshold
from fasdemo.models.crop import crop_face
from fasdemo.runtime.requests import EngineRequest, SourceRequest

FPS = 30.0
WIDTH, HEIGHT = 320, 240
ALL = frozenset(STREAMS)

CARD = ModelCard(
    name="scripted-net",
    architecture="scripted",
    input_size=64,
    inputs=(
        InputSpec(name="rgb", modality="rgb", channels=3, mean=(0.5,), std=(0.5,)),
        InputSpec(
            name="depth",
            modality="depth",
            channels=1,
            channel_order="grey",
            mean=(0.5,),
            std=(0.5,),
            depth_encoding="face-relative-mm",
        ),
        InputSpec(name="ir", modality="ir", channels=1, channel_order="grey", mean=(0.5,), std=(0.5,)),
    ),
    outputs=(OutputSpec(name="score", classes=2, live_index=1),),
    thresholds={
        "balanced": Threshold(live_above=0.7, spoof_below=0.3, rule="made up", data="none"),
        "strict": Threshold(live_above=0.9, spoof_below=0.5, rule="made up", data="none"),
    },
    default_policy="balanced",
    training_data="none",
)


@lru_cache(maxsize=1)
def _backdrop() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.dstack([x * 255 // WIDTH, y * 255 // HEIGHT, np.full_like(x, 90)]).astype(np.uint8)


def make_frame(index: int, *, live: bool = False, rgb_only: bool = False, face: bool = True) -> FrameSet:
    """A disc that moves from left to right before a gradient, 0.5 m away, the wall at 1 m."""
    rgb = _backdrop().copy()
    depth = np.full((HEIGHT, WIDTH), 1000, np.uint16)
    ir = np.full((HEIGHT, WIDTH), 40, np.uint8)
    if face:
        centre = (110 + index % 100, 120)
        cv2.ellipse(rgb, centre, (40, 52), 0, 0, 360, (222, 184, 160), -1)
        cv2.ellipse(depth, centre, (40, 52), 0, 0, 360, 500, -1)
        cv2.ellipse(ir, centre, (40, 52), 0, 0, 360, 170, -1)
    depth[:, :8] = 0
    streams: frozenset[Stream] = frozenset({"rgb"}) if rgb_only else ALL
    return FrameSet(
        index=index,
        timestamp_s=index / FPS,
        rgb=rgb,
        depth=None if rgb_only else depth,
        ir=None if rgb_only else ir,
        declared=streams,
        times={name: StreamTime(index / FPS, index) for name in streams},
        live_source=live,
        truth=Truth("live") if index % 120 < 60 else Truth("spoof", "print-flat"),
    )


class Clip(PlayedSource):
    """A generated file of `count` frames."""

    def __init__(
        self,
        count: int = 120,
        rgb_only: bool = False,
        face: bool = True,
        name: str = "clip",
        breaks_at: int | None = None,
    ) -> None:
        super().__init__()
        self._count, self._rgb_only, self._face, self._name = count, rgb_only, face, name
        self._position, self._breaks_at = 0, breaks_at
        self.entered = self.left = False

    @property
    def info(self) -> SourceInfo:
        declared: frozenset[Stream] = frozenset({"rgb"}) if self._rgb_only else ALL
        return SourceInfo(self._name, "session", False, declared, WIDTH, HEIGHT, FPS, self._count)

    @property
    def warnings(self) -> tuple[str, ...]:
        return ()

    def __enter__(self) -> Self:
        self.entered = True
        return super().__enter__()

    def _next(self) -> FrameSet | None:
        if self._position >= self._count:
            return None
        if self._position == self._breaks_at:
            raise RuntimeError("cannot reshape array of size 0")
        self._position += 1
        return make_frame(self._position - 1, rgb_only=self._rgb_only, face=self._face)

    def _go_to(self, index: int) -> None:
        self._position = index

    def _close(self) -> None:
        self.left = True


class Grab:
    """A camera for `fasdemo.capture.cameras.live.LiveSource`, at its own pace."""

    standing_faults: tuple[str, ...] = ()

    def __init__(self, fps: float = FPS) -> None:
        self._period_s = 1.0 / fps
        self._index = 0
        self._next_s = 0.0
        self.silent = False

    def start(self) -> SourceInfo:
        self._next_s = time.monotonic()
        return SourceInfo("scripted camera", "webcam", True, ALL, WIDTH, HEIGHT, FPS, None)

    def wait(self, timeout_s: float) -> FrameSet | None:
        if self.silent:
            time.sleep(timeout_s)
            return None
        time.sleep(max(0.0, min(timeout_s, self._next_s - time.monotonic())))
        self._next_s += self._period_s
        self._index += 1
        return replace(make_frame(self._index, live=True), truth=None, received_s=time.monotonic())

    def stop(self) -> None: ...

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None: ...


def camera(grab: Grab | None = None) -> LiveSource:
    return LiveSource(lambda: grab or Grab(), lambda: True, "absent")


class ScriptedProcessor:
    """LIVE where the truth says live (or nothing), SPOOF where it says spoof; UNCERTAIN in the first frames."""

    def __init__(
        self,
        request: EngineRequest,
        delay_s: float = 0.0,
        uncertain: int = 3,
        faces: int = 1,
        free: threading.Event | None = None,
    ) -> None:
        self._count, self._free = faces, free
        self.waiting = threading.Event()
        self.request, self._delay_s, self._uncertain = request, delay_s, uncertain
        self._since = 0
        self.thread: threading.Thread | None = None
        self.restarts = 0
        self.closed = False
        policy = request.policy or CARD.default_policy
        if policy not in CARD.thresholds:
            raise UserError(f"policy {policy}: scripted-net has balanced, strict; choose one of them.")
        self.facts = EngineFacts(
            model=request.model or CARD.name,
            policy=policy,
            provider="CUDA" if request.device == "cuda" else "CPU",
            card=CARD,
            threshold=CARD.thresholds[policy],
            model_sha256=f"sha256 of {request.model or CARD.name}",
        )

    def reset(self) -> None:
        self._since = 0
        self.restarts += 1

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        self.thread = threading.current_thread()
        started = time.perf_counter()
        if self._free is not None and not self._free.is_set():
            self.waiting.set()
            self._free.wait(60.0)
        if self._delay_s:
            time.sleep(self._delay_s)
        self._since += 1
        faces = self._faces(frame)
        if faces and self._count > 1:
            # A second person at the left, always an attack.
            box = (20.0, 70.0, 60.0, 80.0)
            other = Face(box, 0.9, faces[0].face.keypoints)
            faces = (
                *faces,
                replace(
                    faces[0],
                    track_id=2,
                    face=other,
                    status=Status.SPOOF,
                    score=0.02,
                    reasons=("bent_sheet",),
                    guidance="",
                ),
            )
        took = (time.perf_counter() - started) * 1e3
        return FrameResult(
            frame=frame.index,
            timestamp_s=frame.timestamp_s,
            source="scripted",
            live_source=frame.live_source,
            model=self.facts.model,
            policy=self.facts.policy,
            faces=faces,
            latency_ms=Latency(capture_ms, 2.0, 1.5, 3.0, took + 7.5),
            truth=frame.truth,
            reasons=() if faces else ("no_face",),
        )

    def _faces(self, frame: FrameSet) -> tuple[FaceVerdict, ...]:
        if (frame.rgb[120, :, 0] != _backdrop()[120, :, 0]).sum() < 10:
            return ()
        x = 110 + frame.index % 100
        box = (x - 42.0, 66.0, 84.0, 108.0)
        points = np.array([[x - 16, 108], [x + 16, 108], [x, 126], [x, 144], [x - 36, 116], [x + 36, 116]], np.float32)
        face = Face(box, 0.9, points)
        live = frame.truth is None or frame.truth.label == "live"
        reasons: tuple[str, ...] = () if live else ("flat_surface",)
        if frame.depth is None:
            reasons = (*reasons, "rgb_only")
        status = Status.LIVE if live else Status.SPOOF
        guidance, score = "", 0.93 if live else 0.06
        if self._since <= self._uncertain:
            status, guidance, reasons, score = (
                Status.UNCERTAIN,
                "Please keep looking at the camera.",
                ("gathering", *reasons),
                0.5,
            )
        return (
            FaceVerdict(
                track_id=1,
                face=face,
                status=status,
                score=score,
                frame_score=min(1.0, max(0.0, score + 0.05 * np.sin(frame.index))),
                reasons=reasons,
                per_modality={"rgb": 0.8} if frame.depth is None else {"rgb": 0.8, "depth": score, "ir": 0.9},
                evidence=Evidence.of(
                    {} if frame.depth is None else {"distance_m": 0.5, "plane_residual_mm": 9.3, "ir_level": 0.6}
                ),
                guidance=guidance,
                crops=crop_face(frame, face, CropSpec(), 64),
            ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed = True


class Scene:
    """Factories for the window, which keep what they made."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.sources: list[Source] = []
        self.judges: list[ScriptedProcessor] = []
        self.requests: list[SourceRequest] = []
        self.grab = Grab()
        self.faces = 1
        self.free = threading.Event()
        """While it is not set, `process` waits, for at most a minute."""
        self.free.set()
        self.absent = 0
        """Attempts to open the webcam that fail before it is found."""

    def make_source(self, request: SourceRequest) -> Source:
        self.requests.append(request)
        made: Source
        if request.spec.startswith("webcam"):
            if self.absent > 0:
                self.absent -= 1
                raise UserError("No webcam was found; connect one.")
            made = camera(self.grab)
        elif request.spec.startswith("missing"):
            raise UserError(f"{request.spec}: no such file or folder; check the path.")
        elif request.spec.startswith("crash"):
            raise RuntimeError("the driver fell over")
        else:
            made = Clip(
                count=30 if "short" in request.spec else 120,
                rgb_only="rgb" in request.spec,
                face="empty" not in request.spec,
                name=request.spec,
                breaks_at=40 if "breaks" in request.spec else None,
            )
        self.sources.append(made)
        return made

    def make_processor(self, source: Source, request: EngineRequest) -> ScriptedProcessor:
        if request.model == "unfit":
            raise UserError("unfit needs infrared, but this source has colour only; choose another model.")
        judge = ScriptedProcessor(request, self.delay_s, faces=self.faces, free=self.free)
        self.judges.append(judge)
        return judge
