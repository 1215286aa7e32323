"""The load test of `make load`, for seconds and in this process."""

from __future__ import annotations

import socket
from dataclasses import replace
from functools import partial

import psutil
import pytest

from benchmarks import bench_serve
from fasdemo.engine.setup.shared_models import SharedModels
from fasdemo.runtime.requests import EngineRequest
from fasdemo.serve.server import _listen
from fasdemo.serve.settings import ServeSettings
from fasdemo.serve.still_scorer import still_engine
from tests.support.serve_fixtures import Script, running


def test_serve_under_load_loses_nothing_and_mixes_nothing_up() -> None:
    real = partial(still_engine, EngineRequest(), SharedModels())
    with running(Script("door"), Script("gate"), make_engine=real) as server:
        found = bench_serve.measure(server.url.removeprefix("http://"), psutil.Process(), 2.0, 6)
    assert found.problems == []
    assert not found.failed
    assert len(found.state.times_ms) > 3
    assert len(found.score.times_ms) > 1
    assert all(one.times_ms for one in found.events)


def test_serve_answers_without_the_delay_of_small_packets() -> None:
    with (
        _listen(replace(ServeSettings(), port=0)) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("kind", ["state", "score"])
def test_load_test_fails_if_an_answer_is_of_another_client(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = partial(still_engine, EngineRequest(), SharedModels())
    scored: list[int] = []
    original = bench_serve._score

    def mixed_up(client: object, url: str, data: bytes) -> tuple[int, list[object]]:
        scored.append(len(data))
        status, faces = original(client, url, data)  # type: ignore[arg-type]
        return status, [*faces, "another face"] if len(scored) > 2 else faces

    with running(Script("door"), make_engine=real) as server:
        if kind == "score":
            monkeypatch.setattr(bench_serve, "_score", mixed_up)
        else:
            monkeypatch.setattr(server.feeds["1"], "state", lambda: {"source_id": "2", "event": {}})
        found = bench_serve.measure(server.url.removeprefix("http://"), psutil.Process(), 0.5, 2)
    assert found.failed
