from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from fasdemo.gui.settings import RECENT, Settings, load, reset, save


def test_settings_survive_a_round_trip(tmp_path: Path) -> None:
    settings = Settings(theme="light", speed=0.5)
    settings.remember_source("/a/b")
    assert save(settings, tmp_path / "deep" / "window.json")
    assert load(tmp_path / "deep" / "window.json") == (settings, "")


def test_nothing_yet_means_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") == (Settings(), "")


@pytest.mark.parametrize("content", ["", "{", '{"version": 99}', '{"version": 1, "speed": -3}', '{"theme": "pink"}'])
def test_a_file_that_cannot_be_used_is_put_aside_and_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "window.json"
    path.write_text(content)
    settings, sentence = load(path)
    assert settings == Settings()
    assert "window.broken.json" in sentence
    assert (tmp_path / "window.broken.json").read_text() == content
    assert not path.exists()


def test_values_are_checked_when_they_are_set() -> None:
    with pytest.raises(ValidationError):
        Settings().speed = -1.0


def test_the_file_says_its_version(tmp_path: Path) -> None:
    save(Settings(), tmp_path / "window.json")
    assert json.loads((tmp_path / "window.json").read_text())["version"] == 1


def test_recent_sources_are_few_and_each_once() -> None:
    settings = Settings()
    for number in [*range(20), 15]:
        settings.remember_source(str(number))
    assert settings.recent[0] == "15"
    assert len(settings.recent) == RECENT
    assert len(set(settings.recent)) == RECENT


def test_reset_forgets(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    save(Settings(theme="dark"), path)
    reset(path)
    reset(path)
    assert load(path) == (Settings(), "")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not save(Settings(), tmp_path / "file" / "window.json")


def test_two_windows_keep_what_each_of_them_changed(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    save(Settings(theme="dark", speed=2.0), path)
    first, second = load(path)[0], load(path)[0]
    first_loaded, second_loaded = first.model_copy(deep=True), second.model_copy(deep=True)
    first.theme = "light"
    first.remember_source("/a")
    save(first, path, first_loaded)
    second.speed = 0.5
    second.remember_source("/b")
    save(second, path, second_loaded)
    together = load(path)[0]
    assert (together.theme, together.speed) == ("light", 0.5)
    assert together.recent == ["/b", "/a"]
