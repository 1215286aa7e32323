"""Pictures of events in `fasdemo serve`: off by default, refused without the confirmation, stored for all sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fasdemo.cli.main import main
from fasdemo.engine.result import Status
from fasdemo.runtime.outputs.event_picture_store import EventPictureStore, read_index
from fasdemo.runtime.outputs.event_picture_writer import EventPictureSettings, EventPictureWriter
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.serve import server
from fasdemo.serve.api import Parts, make_app
from fasdemo.serve.settings import ServeSettings
from tests.support.serve_fixtures import Script, ScriptedProcessor, scripted_engine, source_of, wait_for


def test_serve_stores_the_events_of_all_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = {script.name: script for script in (Script("door"), Script("gate", status=Status.SPOOF))}
    writer = EventPictureWriter()
    writer.start(EventPictureSettings(tmp_path / "events", 3))
    made: list[Parts] = []

    def keep(parts: Parts) -> Any:
        made.append(parts)
        return make_app(parts)

    monkeypatch.setattr(server, "make_app", keep)
    monkeypatch.setattr(server.FasdemoServer, "run", lambda self, sockets: wait_for(lambda: writer.status.stored == 2))
    server.serve(
        ServeSettings(port=0),
        [SourceRequest(name) for name in scripts],
        EngineRequest(),
        pictures=writer,
        open_source=lambda request: source_of(scripts[request.spec]),
        open_engine=lambda source, _: ScriptedProcessor(scripts[source.info.name]),
        open_still_engine=scripted_engine,
    )
    writer.stop()
    assert made[0].counters["event_pictures"]() == {"stored": 2, "dropped": 0, "stopped": False}
    found = {(event.source_id, event.source, event.kind) for event in read_index(tmp_path / "events")}
    assert found == {("1", "door", "LIVE"), ("2", "gate", "SPOOF")}


def test_command_starts_and_releases_the_folder_only_if_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[EventPictureWriter | None] = []

    def serve(*_: object, pictures: EventPictureWriter | None, **__: object) -> None:
        seen.append(pictures)
        assert pictures is None or pictures.running

    monkeypatch.setattr(server, "serve", serve)
    folder = tmp_path / "events"
    assert main(["serve", "--demo"]) == 0
    assert main(["serve", "--demo", "--event-pictures", str(folder), "--people-are-told"]) == 0
    assert seen[0] is None
    assert seen[1] is not None
    assert not seen[1].running
    assert f"Pictures of events: 0 stored in {folder}" in capsys.readouterr().out.replace("\n", " ")
    EventPictureStore(folder, 3).close()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--demo", "--event-pictures", "events"], "If so, add --people-are-told."),
        (["--demo", "--keep-days", "3"], "are only for pictures of events; add --event-pictures."),
        (["--event-pictures", "events", "--people-are-told"], "--event-pictures needs a source"),
        (["--demo", "--event-pictures", ".", "--people-are-told"], "contains other files (diary.txt)"),
    ],
)
def test_command_refuses_what_cannot_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: list[str], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("diary.txt").touch()
    monkeypatch.setattr(server, "serve", lambda *_, **__: pytest.fail("it may not start"))
    assert main(["serve", *words]) == 2
    assert sentence in capsys.readouterr().err.replace("\n", " ")
    assert not Path("events").exists()
