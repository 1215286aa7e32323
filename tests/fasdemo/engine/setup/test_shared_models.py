from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.protocols import Landmarker, Scorer
from fasdemo.engine.setup.shared_models import SharedModels
from fasdemo.faces.face import Face
from fasdemo.faces.finder import Detector
from fasdemo.models.crop import FaceCrops
from fasdemo.models.model_file import ModelFile
from fasdemo.models.predictor import Prediction
from fasdemo.models.registry import find_model, select_model
from tests.support.engine_fixtures import CARD

INFO = SourceInfo("door", "webcam", True, frozenset({"rgb", "depth", "ir"}), 640, 480, 30.0, None)
FACE = Face((200.0, 150.0, 200.0, 200.0), 0.9, np.zeros((6, 2), np.float32))


class Part:
    """A model that counts its users and fails if two threads use it at once."""

    card, sha256, provider, warnings = CARD, "0" * 64, "CPU", ("slow",)

    def __init__(self) -> None:
        self.closed = 0
        self._using = threading.Lock()
        self.collisions = 0
        self.calls = 0

    def _use(self) -> None:
        if not self._using.acquire(blocking=False):
            self.collisions += 1
            return
        time.sleep(0.0005)
        self.calls += 1
        self._using.release()

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        self._use()
        return []

    def add(self, image: object, face: Face) -> Face:
        self._use()
        return face

    def detect(self, image: object, thorough: bool = False, known: object = ()) -> list[Face]:
        self._use()
        return [FACE]

    def detect_tile(self, image: object, number: int, known: object = ()) -> list[Face]:
        self._use()
        return [FACE]

    def detect_rough(self, image: object) -> list[Face]:
        self._use()
        return [FACE]

    def detect_near(self, image: object, box: object) -> Face | None:
        self._use()
        return FACE

    def close(self) -> None:
        self.closed += 1


class Loader:
    """Counts what it loads."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    def _load(self) -> Part:
        time.sleep(0.01)
        self.parts.append(Part())
        return self.parts[-1]

    def scorer(self, model: ModelFile, device: str, threads: int) -> Scorer:
        return self._load()

    def detector(self) -> Detector:
        return self._load()

    def landmarker(self) -> Landmarker:
        return self._load()


def test_shared_models_load_a_model_once_and_close_it_with_its_last_user() -> None:
    loader = Loader()
    models = SharedModels(loader)
    model = select_model(INFO.declared)
    scorers = [models.scorer(model, "cpu", 1) for _ in range(3)]
    assert len(loader.parts) == models.loaded == 1
    assert (scorers[0].card, scorers[0].sha256, scorers[0].provider, scorers[0].warnings) == (
        CARD,
        "0" * 64,
        "CPU",
        ("slow",),
    )
    for scorer in scorers[:2]:
        scorer.close()
        scorer.close()
    assert loader.parts[0].closed == 0
    scorers[2].close()
    assert loader.parts[0].closed == 1
    assert models.loaded == 0
    models.scorer(model, "cpu", 1)
    assert len(loader.parts) == 2


def test_shared_models_keep_models_devices_and_threads_apart() -> None:
    loader = Loader()
    models = SharedModels(loader)
    one, other = find_model("fasdemo-featherb-ir"), select_model(INFO.declared)
    for model, device, threads in ((one, "cpu", 1), (other, "cpu", 1), (one, "auto", 1), (one, "cpu", 2)):
        models.scorer(model, device, threads)
    assert len(loader.parts) == 4


def test_shared_models_load_once_if_engines_start_together_and_are_used_by_one_thread_at_a_time() -> None:
    loader = Loader()
    models = SharedModels(loader)
    image = np.zeros((8, 8, 3), np.uint8)

    def work() -> None:
        detector, landmarker = models.detector(), models.landmarker()
        for _ in range(10):
            assert detector.detect(image) == detector.detect_tile(image, 0) == detector.detect_rough(image) == [FACE]
            assert detector.detect_near(image, FACE.box) is landmarker.add(image, FACE)
        detector.close()
        landmarker.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10.0)
    assert sum(part.calls for part in loader.parts) == 4 * 10 * 5
    assert sum(part.collisions for part in loader.parts) == 0
    assert all(part.closed == 1 for part in loader.parts)


def test_shared_models_refuse_use_after_close() -> None:
    models = SharedModels(Loader())
    scorer = models.scorer(select_model(INFO.declared), "cpu", 1)
    detector, landmarker = models.detector(), models.landmarker()
    other = models.detector()
    for part in (scorer, detector, landmarker):
        part.close()
    image = np.zeros((8, 8, 3), np.uint8)
    assert scorer.provider == "closed"
    with pytest.raises(RuntimeError, match="closed"):
        scorer.predict([])
    with pytest.raises(RuntimeError, match="closed"):
        detector.detect(image)
    with pytest.raises(RuntimeError, match="closed"):
        landmarker.add(image, FACE)
    assert other.detect(image) == [FACE]


def test_engines_with_shared_models_give_the_verdicts_of_engines_with_their_own() -> None:
    from fasdemo import demo_session, open_source

    def results(engines: list[Engine]) -> list[list[object]]:
        found: list[list[object]] = [[] for _ in engines]
        with open_source(str(demo_session())) as source:
            for frame, _ in zip(source, range(24), strict=False):
                for engine, into in zip(engines, found, strict=True):
                    result = engine.process(frame)
                    into.append([(face.track_id, face.status, face.score, face.reasons) for face in result.faces])
        for engine in engines:
            engine.close()
        return found

    with open_source(str(demo_session())) as source:
        info = source.info
    alone = results([Engine.for_info(info)])[0]
    models = SharedModels()
    shared = results([Engine.for_info(info, models=models) for _ in range(2)])
    assert any(alone)
    assert shared == [alone, alone]
    assert models.loaded == 0


def test_engine_that_cannot_be_made_returns_the_shared_models(tmp_path: Path) -> None:
    from fasdemo.errors import UserError

    models = SharedModels(Loader())
    with pytest.raises(UserError):
        Engine.for_info(INFO, policy="none", models=models)
    assert models.loaded == 0
