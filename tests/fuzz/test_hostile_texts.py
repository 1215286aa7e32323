"""Untrusted event logs, configurations, lists and score files."""

from __future__ import annotations

import contextlib
import io
import os
import xml.etree.ElementTree as ET
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.cli.main import main
from fasdemo.draw.event_plot import svg
from fasdemo.engine.event_log.events import MAX_LOG_BYTES, read_events
from fasdemo.errors import UserError
from tests.support.bounded_child import peak_mb, run_bounded
from tests.support.specimens import EVENT, LIST, damaged, fuzz, lines, mutations, picture, refused_or_read, table
from trainer.config import schema as config
from trainer.data.faces import UnreadableError
from trainer.data.lists.entries import read_list
from trainer.data.lists.list_set import ListSet
from trainer.evaluation.score_files import read_scores, read_submission


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


@fuzz(200)
@given(steps=mutations, form=st.sampled_from(["a.jsonl", "a.csv"]))
def test_damaged_logs_are_drawn_or_refused(steps: list[Any], form: str) -> None:
    content = table() if form.endswith("csv") else lines({}, {"timestamp_s": 2.0}, {"event": "end", "track_id": None})
    with TemporaryDirectory() as root:
        path = write(Path(root), form, damaged(content.encode(), steps))
        events = refused_or_read(lambda: read_events(path))
        if not isinstance(events, UserError):
            ET.fromstring(svg(events))


@fuzz(300)
@given(
    key=st.sampled_from(sorted(EVENT)),
    value=st.one_of(st.floats(), st.integers(-(10**400), 10**400), st.text(), st.none(), st.lists(st.text())),
)
def test_any_value_in_an_event_is_drawn_or_refused(key: str, value: Any) -> None:
    with TemporaryDirectory() as root:
        path = write(Path(root), "a.jsonl", lines({key: value}, {"timestamp_s": 3.0}))
        events = refused_or_read(lambda: read_events(path))
        if not isinstance(events, UserError):
            ET.fromstring(svg(events))
            for event in events:
                assert event.score is None or 0.0 <= event.score <= 1.0


def replay(path: Path) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(["replay", str(path)])
    return status, out.getvalue() + err.getvalue()


@pytest.mark.timeout(30)
def test_replay_prints_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", lines({"source": "\x1b[2J\x1b[32mLIVE", "reasons": ["\x07"]}))
    status, said = replay(path)
    assert status == 0
    assert "\x1b" not in said
    assert "\x07" not in said


@pytest.mark.timeout(60)
def test_event_plot_draws_a_log_of_many_faces(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", lines(*({"track_id": number} for number in range(20_000))))
    status, said = replay(path)
    assert status == 0, said
    assert (tmp_path / "a.svg").stat().st_size < 10_000_000


@pytest.mark.parametrize("times", [(-1e308, 1e308), (0, 1e12), (float("nan"), 1.0)])
def test_times_from_nowhere_are_refused(tmp_path: Path, times: tuple[float, float]) -> None:
    path = write(tmp_path, "a.jsonl", lines(*({"timestamp_s": time} for time in times)))
    assert replay(path)[0] == 2


@pytest.mark.timeout(20)
def test_pipes_and_devices_are_no_logs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").symlink_to("/dev/zero")
    for name in ("a.jsonl", "b.jsonl"):
        with pytest.raises(UserError, match="not a regular file"):
            read_events(tmp_path / name)


@pytest.mark.slow
def test_read_events_stays_within_a_gigabyte(tmp_path: Path) -> None:
    line = lines({"evidence": {f"k{number}": 1.0 for number in range(40)}, "source": "x" * 200})
    path = write(tmp_path, "a.jsonl", line * (MAX_LOG_BYTES // len(line)))
    code = (
        "from fasdemo.engine.event_log.events import read_events; from pathlib import Path; read_events(Path(argument))"
    )
    assert peak_mb(run_bounded(code, str(path), 1024, 300)) > 200
    write(tmp_path, "a.jsonl", line * (MAX_LOG_BYTES // len(line) + 1))
    with pytest.raises(UserError, match="larger than 64 MB"):
        read_events(path)


@fuzz(200)
@given(steps=mutations)
def test_damaged_configurations_are_read_or_refused(steps: list[Any]) -> None:
    content = config.shipped()["fasdemo-flex"].read_bytes()
    with TemporaryDirectory() as root:
        path = write(Path(root), "a.yaml", damaged(content, steps))
        refused_or_read(lambda: config.load(str(path)))


yaml_atoms = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "&a ",
        "*a",
        "!!python/object/apply:os.system",
        "!!binary",
        "2024-99-99",
        "1:99:99",
    ]
    + [
        "? ",
        "|\n",
        ">\n",
        "\n",
        "  ",
        "run",
        "network",
        "epochs",
        "'",
        '"',
        "%",
        "\t",
        "0x",
        "<<: ",
        "~",
        ".inf",
        "1e999",
    ]
)


@fuzz(250)
@given(st.lists(yaml_atoms, max_size=25).map("".join))
def test_any_yaml_is_read_or_refused(text: str) -> None:
    with TemporaryDirectory() as root:
        path = write(Path(root), "a.yaml", text)
        refused_or_read(lambda: config.load(str(path)))


LAUGH = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(15)
)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, LAUGH, "a: 2024-99-99", "a: !!python/object/apply:os.system ['true']", "a: " + "9" * 200_000],
)
def test_configurations_that_explode_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError):
        config.load(str(write(tmp_path, "a.yaml", text)))


@fuzz(200)
@given(steps=mutations, name=st.sampled_from(["list.txt", "rgb_train.txt"]))
def test_damaged_lists_are_read_or_refused(steps: list[Any], name: str) -> None:
    with TemporaryDirectory() as root:
        folder = Path(root) / "data"
        for place in (
            "color/0.png",
            "depth/0.png",
            "ir/0.png",
            "color/1.png",
            "depth/1.png",
            "video/dev/1/color/9.png",
        ):
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(picture(".png"))
        path = write(folder, name, damaged(LIST.encode(), steps))

        def read() -> None:
            entries = read_list(path, folder)
            for entry in entries:
                for file in entry.files.values():
                    assert (folder / file).resolve().is_relative_to(folder.resolve())
            ListSet(entries, folder, "list", max_missing=1.0)

        refused_or_read(read)


OUTSIDE = ["../secret.png", "/etc/hostname", "a/../../secret.png", "x" * 300, "loop", "a\0b"]
"""Links inside the folder are its owner's and are followed; a list alone cannot make one."""


@pytest.mark.parametrize("token", OUTSIDE)
def test_lists_lead_nowhere_else(tmp_path: Path, token: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write(tmp_path, "secret.png", picture(".png"))
    (folder / "loop").symlink_to("loop")
    path = write(folder, "list.txt", f"{token} 1\n")
    with pytest.raises(UserError):
        ListSet(read_list(path, folder), folder, "list", max_missing=0.0)


@fuzz(150)
@given(steps=mutations, which=st.sampled_from(["details.csv", "export.json"]))
def test_damaged_facts_beside_a_list_are_read_or_refused(steps: list[Any], which: str) -> None:
    facts = {
        "details.csv": "color,subject,label,species,session,frame,distance_mm\ncolor/0.png,S01,live,,s,0,500\n",
        "export.json": '{"depth_scale": 0.001, "crop": {"scale": 1.0}}',
    }
    with TemporaryDirectory() as root:
        folder = Path(root)
        (folder / "color").mkdir()
        write(folder, "color/0.png", picture(".png"))
        for name, content in facts.items():
            write(folder, name, damaged(content.encode(), steps) if name == which else content)
        path = write(folder, "list.txt", "color/0.png - - 1\n")
        refused_or_read(lambda: ListSet(read_list(path, folder), folder, "list"))


def test_list_set_calls_a_listed_file_that_is_no_picture_unreadable(tmp_path: Path) -> None:
    from tests.support.specimens import png_claiming

    (tmp_path / "a.png").write_bytes(png_claiming(2**31 - 1, 2**31 - 1))
    (tmp_path / "b.png").write_bytes(png_claiming(30_000, 30_000))
    path = write(tmp_path, "list.txt", "a.png - - 1\nb.png - - 1\n")
    found = ListSet(read_list(path, tmp_path), tmp_path, "list")
    for index in range(2):
        with pytest.raises(UnreadableError):
            found.sample(index)


@fuzz(200)
@given(steps=mutations)
def test_damaged_scores_are_read_or_refused(steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        path = write(Path(root), "a.csv", damaged(b"score,label,species\n0.9,1,\n0.1,0,print\n,0,mask\n", steps))
        found = refused_or_read(lambda: read_scores(path))
        if not isinstance(found, UserError):
            assert not np.isinf(found.scores).any()


@fuzz(150)
@given(steps=mutations)
def test_damaged_submissions_are_read_or_refused(steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        path = write(
            Path(root), "a.txt", damaged(b"c/0.png d/0.png i/0.png 0.93\nc/1.png d/1.png i/1.png 0.01\n", steps)
        )
        found = refused_or_read(lambda: read_submission(path))
        if not isinstance(found, UserError):
            assert np.isfinite(found.scores).all()
