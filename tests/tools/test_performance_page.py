"""docs/performance.md from figures: what `make performance` writes, without measuring anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tools.performance.performance_page import write_page
from tools.performance.performance_picture import write_picture

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def run(model: str, threads: int, faces: int, total_ms: float, network_ms: float, adds: int | None) -> dict[str, Any]:
    stage = {"p50": total_ms / 4, "p95": total_ms / 3, "p99": total_ms / 2}
    return {
        "model": model,
        "provider": "CPU",
        "threads": threads,
        "faces": faces,
        "latency_ms": {
            **dict.fromkeys(("capture", "detect", "align", "infer"), stage),
            "total": {"p50": total_ms, "p95": 2 * total_ms, "p99": 3 * total_ms},
        },
        "fps": 60.0,
        "cpu_share": 1.0,
        "cpu_ms_per_frame": 1.5 * total_ms,
        "decoding_cpu_ms_per_frame": 2.0,
        "energy_mj_per_frame": None,
        "others_share": 0.02,
        "peak_memory_mb": 300.0,
        "startup_s": 1.5,
        "first_verdict_s": 1.75,
        "model_size_mb": 4.8,
        "multiply_adds": adds,
        "parts_ms": {name: {"p50": value} for name, value in (("crop", 0.4), ("encode", 0.1), ("network", network_ms))},
    }


def report(peer: bool) -> dict[str, Any]:
    runs = [
        run("fasdemo-flex", threads, faces, 6.0 * faces, 1.0, 100_000_000) for threads in (1, 2) for faces in (1, 4)
    ]
    runs += [run("fasdemo-featherb-depth", 1, 1, 4.0, 0.5, 25_000_000)]
    if peer:
        runs += [run("minifas128", 1, 1, 9.0, 5.0, None)]
    return {
        "machine": {
            "cores": 2,
            "system": "Linux x86_64",
            "isa": ["AVX2"],
            "memory_gb": 8.0,
            "python": "3.11",
            "onnxruntime": "1.31",
            "energy": "Energy is not measured.",
        },
        "matrix_product_gmacs": {"1": 50.0, "2": 125.0},
        "flagship": "fasdemo-flex",
        "peer": "minifas128" if peer else None,
        "runs": runs,
        "app": [
            {"kind": "headless", "cpu_ms_per_frame": 9.5, "peak_memory_mb": 210.0},
            {"kind": "window: camera", "cpu_share": 0.38, "drawn_fps": 29.8, "cpu_ms_per_frame": 12.0},
            {"kind": "window: minimised", "cpu_share": 0.25, "drawn_fps": 0.0, "cpu_ms_per_frame": 9.0},
            {"kind": "window: file", "cpu_share": 0.5, "cpu_ms_per_frame": 15.0, "peak_memory_mb": 340.0},
        ],
        "options": {
            "as it runs": {"best": 2.5, "median": 3.5},
            "one thread": {"best": 2.0, "median": 2.1},
            "four_at_once": {"best": 3.0, "median": 3.5},
        },
    }


@pytest.fixture
def page(tmp_path: Path) -> Path:
    copy = tmp_path / "performance.md"
    copy.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def test_targets_are_judged_by_the_figures(page: Path) -> None:
    write_page(report(peer=True), page)
    text = page.read_text(encoding="utf-8")
    assert "| frame to verdict, one face, p50 | 15 ms | 6.00 ms | met |" in text
    assert "| frame to verdict, one face, p99 | 33 ms | 18.00 ms | met |" in text
    assert "| frame to verdict, four faces, p50 | 33 ms | 24.00 ms | met |" in text
    # 100 M multiply-adds at 50 G a second need 2 ms.
    assert "best round (2.50 over 2.00 ms) | 1.5 x | 1.25 x | met |" in text
    assert "| the same, median round (3.50 over 2.00 ms) | 1.5 x | 1.75 x | missed |" in text
    assert "| FeatherNetB for depth over the peer | 0.333 x | 0.10 x | met |" in text
    assert "| four faces in one batch, against 10.00 one after the other | 3.00 | 3.50 |" in text


def test_costs_are_compared_with_their_goals(page: Path) -> None:
    write_page(report(peer=True), page)
    text = page.read_text(encoding="utf-8")
    # 9 ms with 2 ms of decoding; 36 ms with four faces.
    assert "| engine, one face | 5 ms | 17.5 | 7.0 ms | missed |" in text
    assert "| engine, four faces | 12 ms |  | 34.0 ms | missed |" in text
    assert "| headless with `--json`, decoding included | 10 ms | 31 to 35 | 9.5 ms | met |" in text
    assert "| window, camera at 30 frames a second, share of a core | 40 % | 83 to 100 % | 38 % | met |" in text
    assert "| the same minimised | 5 % | 62 % | 25 % | missed |" in text
    assert "| distinct frames drawn a second | 30 | 12 to 17 | 29.8 | met |" in text
    assert "| the peer minifas128 with the same face detector, one face |  |  | 11.5 ms |  |" in text
    assert "Energy is not measured." in text


def test_write_page_names_a_missed_target(page: Path) -> None:
    slow = report(peer=True)
    slow["runs"] = [run("fasdemo-flex", 1, 1, 20.0, 7.0, 100_000_000), run("minifas128", 1, 1, 9.0, 5.0, None)]
    write_page(slow, page)
    text = page.read_text(encoding="utf-8")
    assert "| frame to verdict, one face, p50 | 15 ms | 20.00 ms | missed |" in text
    assert "| network over the peer's | 1 x | 1.40 x | missed |" in text


def test_without_the_peer_the_page_says_that_it_is_missing(page: Path) -> None:
    write_page(report(peer=False), page)
    text = page.read_text(encoding="utf-8")
    assert "| peer | not at hand" in text
    assert "over the peer |" in text
    assert "minifas128 |" not in text


def test_writing_twice_is_writing_once_and_keeps_the_words(page: Path) -> None:
    write_page(report(peer=True), page)
    once = page.read_text(encoding="utf-8")
    write_page(report(peer=True), page)
    assert page.read_text(encoding="utf-8") == once
    assert "## What was tried" in once


def test_write_picture_draws_a_bar_for_each_run(tmp_path: Path) -> None:
    path = tmp_path / "performance.svg"
    write_picture(report(peer=True), path)
    texts = [element.text for element in ElementTree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]
    assert "minifas128, CPU, 1 face" in texts
    assert "fasdemo-flex, CPU, 4 faces" in texts
