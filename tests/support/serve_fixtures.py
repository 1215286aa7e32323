"""A real server on the loopback whose cameras and verdicts a test decides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import httpx
import numpy as np
import uvicorn

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult, Latency, Status
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet, Stream, StreamTime
from fasdemo.models.card import Threshold
from fasdemo.runtime.feeds.feed import Feed, Follower
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.serve.api import Parts, make_app
from fasdemo.serve.server import server_config
from fasdemo.serve.settings import ServeSettings
from fasdemo.serve.still_scorer import MakeEngine, StillScorer
from fasdemo.serve.subscribers import Subscribers
from tests.support.engine_fixtures import CARD, make_engine

TOKEN = "a-token-of-the-tests"
FACTS = EngineFacts("scripted", "test", "CPU", CARD, Threshold(live_above=0.7, spoof_below=0.3, rule="r", data="d"))


def face_verdict(status: Status, track_id: int = 1) -> FaceVerdict:
    face = Face((200.0, 150.0, 200.0, 200.0), 0.9, np.zeros((6, 2), np.float32))
    score = {Status.LIVE: 0.97, Status.SPOOF: 0.02, Status.UNCERTAIN: 0.5}[status]
    reasons = () if status is Status.LIVE else (f"score_{status.value.lower()}",)
    return FaceVerdict(track_id, face, status, score, score, reasons)


def result_of(
    frame: int, *faces: FaceVerdict, name: str = "door", live: bool = True, reasons: tuple[str, ...] = ()
) -> FrameResult:
    latency = Latency(1.0, 1.0, 1.0, 1.0, 4.0)
    return FrameResult(frame, frame / 30.0, name, live, "scripted", "test", faces, latency, None, reasons, "0" * 64)


@dataclass
class Script:
    """What a camera shows; a test changes it while the server runs."""

    name: str = "door"
    live: bool = True
    status: Status | None = Status.LIVE
    stalled: bool = False
    fails_with: str = ""
    fps: float = 50.0
    supervised: bool = False
    """Opened as `open_source` opens cameras; only such a source can be recorded."""
    opened: int = 0
    challenge: ChallengeReport | None = None


class ScriptedCamera:
    """A source whose frames follow its script."""

    warnings = ()

    def __init__(self, script: Script) -> None:
        self.script = script
        self._closed = False
        self.info = SourceInfo(
            script.name, "webcam" if script.live else "video", script.live, frozenset({"rgb"}), 64, 48, 30.0, None
        )

    def __enter__(self) -> ScriptedCamera:
        self.script.opened += 1
        if self.script.fails_with:
            raise UserError(self.script.fails_with)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True

    def __iter__(self) -> Iterator[FrameSet]:
        index = 0
        while not self._closed:
            if self.script.fails_with:
                raise UserError(self.script.fails_with)
            time.sleep(1.0 / self.script.fps)
            if self.script.stalled:
                if self.script.opened < 0:
                    return
                continue
            rgb = np.full((48, 64, 3), 90 + index % 50, np.uint8)
            live = self.script.live
            yield FrameSet(index, index / 30.0, rgb, live_source=live, received_s=time.monotonic() if live else None)
            index += 1

    def seek(self, index: int) -> None:
        del index


class ScriptedProcessor:
    """A frame processor whose verdict is that of the script."""

    facts = FACTS

    def __init__(self, script: Script) -> None:
        self.script = script

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        faces = () if self.script.status is None else (face_verdict(self.script.status),)
        reasons = () if faces else ("no_face",)
        result = result_of(frame.index, *faces, name=self.script.name, live=self.script.live, reasons=reasons)
        return replace(result, challenge=self.script.challenge)

    def reset(self) -> None:
        pass

    def __enter__(self) -> ScriptedProcessor:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class ScriptedGrabber:
    """A device under the supervisor that follows its script."""

    standing_faults: tuple[str, ...] = ()

    def __init__(self, script: Script) -> None:
        self._script, self._number = script, 0

    def start(self) -> SourceInfo:
        self._script.opened += 1
        return ScriptedCamera(self._script).info

    def wait(self, timeout_s: float) -> FrameSet | None:
        del timeout_s
        time.sleep(1.0 / self._script.fps)
        self._number += 1
        now = time.monotonic()
        rgb = np.random.default_rng(self._number).integers(80, 120, (48, 64, 3), np.uint8)
        times: dict[Stream, StreamTime] = {"rgb": StreamTime(now, self._number)}
        return FrameSet(self._number, now, rgb, times=times, live_source=True, received_s=now)

    def stop(self) -> None: ...

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None: ...


def source_of(script: Script) -> Source:
    if script.supervised:
        return LiveSource(lambda: ScriptedGrabber(script), lambda: True, "absent")
    return ScriptedCamera(script)


def feed_of(script: Script, source_id: str = "1", followers: tuple[Follower, ...] = ()) -> Feed:
    return Feed(
        source_id,
        SourceRequest(script.name),
        EngineRequest(),
        lambda _: source_of(script),
        lambda source, _: ScriptedProcessor(script),
        followers,
    )


def scripted_engine(streams: frozenset[Stream]) -> Engine:
    return make_engine(0.97)


@dataclass
class Running:
    """A running server."""

    url: str
    feeds: dict[str, Feed]
    subscribers: Subscribers
    scorer: StillScorer

    def client(self, token: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20.0)


@contextmanager
def running(
    *scripts: Script,
    settings: ServeSettings | None = None,
    followers: tuple[Follower, ...] = (),
    make_engine: MakeEngine = scripted_engine,
    places: int = 8,
) -> Iterator[Running]:
    settings = replace(settings or ServeSettings(requests_per_s=1000.0), port=0)
    subscribers = Subscribers()
    feeds = {
        str(number): feed_of(script, str(number), (subscribers, *followers)) for number, script in enumerate(scripts, 1)
    }
    with ExitStack() as stack:
        scorer = StillScorer(make_engine, places)
        stack.callback(scorer.close)
        _, guard = make_app(Parts(settings, feeds, subscribers, scorer))
        server = uvicorn.Server(server_config(guard, settings))
        server.config.host, server.config.port = "127.0.0.1", 0
        thread = threading.Thread(target=server.run, daemon=True)
        for feed in feeds.values():
            stack.callback(feed.stop)
            feed.start()
        thread.start()
        stack.callback(thread.join, 10.0)
        stack.callback(lambda: setattr(server, "should_exit", True))
        wait_for(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Running(f"http://127.0.0.1:{port}", feeds, subscribers, scorer)


def wait_for(condition: Callable[[], object], timeout_s: float = 30.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.01)
