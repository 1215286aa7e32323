"""Tables of docs/performance.md from the figures of `performance.py`; the text is in the page itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fasdemo.atomic_file import write_text

Run = dict[str, Any]
DEPTH_MODEL = "fasdemo-featherb-depth"


def write_page(report: dict[str, Any], path: Path) -> None:
    """Replace the tables between the marks of the page."""
    runs: list[Run] = report["runs"]
    text = path.read_text(encoding="utf-8")
    stages = [line for faces in sorted({run["faces"] for run in runs}) for line in _stages(runs, faces)]
    blocks = {
        "machine": _machine(report),
        "targets": _targets(report, [run for run in runs if run["model"] != report["peer"]]),
        "costs": _costs(report),
        "stages": stages,
        "resources": _resources([run for run in runs if run["faces"] == 1]),
        "networks": _networks(report),
        "options": _options(report),
    }
    for name, lines in blocks.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        text = before + "\n".join([begin, *lines, end]) + rest.split(end)[1]
    write_text(path, text)


def _machine(report: dict[str, Any]) -> list[str]:
    facts = report["machine"]
    speeds = " and ".join(
        f"{speed:.0f} on {count} thread{'s' if count != '1' else ''}"
        for count, speed in report["matrix_product_gmacs"].items()
    )
    rows = {
        "processor": ", ".join([f"{facts['cores']} cores", facts["system"], *facts["isa"]]),
        "memory": f"{facts['memory_gb']:.0f} GB",
        "versions": f"Python {facts['python']}, ONNX Runtime {facts['onnxruntime']}",
        "providers": ", ".join(sorted({run["provider"] for run in report["runs"]})),
        "float32 matrix product": f"{speeds}, in 10^9 multiply-adds a second",
        "peer": report["peer"]
        or "not at hand when this page was made, so its rows are missing (`--peer minifas128.onnx`)",
    }
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]


def _find(runs: Sequence[Run], model: str | None, threads: int, faces: int) -> Run | None:
    return next(
        (
            run
            for run in runs
            if (run["model"], run["threads"], run["faces"], run["provider"]) == (model, threads, faces, "CPU")
        ),
        None,
    )


def _targets(report: dict[str, Any], own: Sequence[Run]) -> list[str]:
    runs: list[Run] = report["runs"]
    name = report["flagship"]
    one, four = _find(own, name, 1, 1), _find(own, name, 1, 4)
    depth, peer = _find(own, DEPTH_MODEL, 1, 1), _find(runs, report["peer"], 1, 1)
    rows: list[tuple[str, str, str, bool]] = []

    def add(what: str, limit: float, value: float | None, unit: str = " ms") -> None:
        if value is not None:
            rows.append((what, f"{limit:g}{unit}", f"{value:.2f}{unit}", value <= limit))

    if one is not None:
        total = one["latency_ms"]["total"]
        add("frame to verdict, one face, p50", 15, total["p50"])
        add("frame to verdict, one face, p99", 33, total["p99"])
        add("the same p50, goal beyond", 8, total["p50"])
        add("decoding included, sum of the medians", 15, total["p50"] + one["latency_ms"]["capture"]["p50"])
        if four is not None:
            add("frame to verdict, four faces, p50", 33, four["latency_ms"]["total"]["p50"])
        add(
            "crops from all streams and preprocessing",
            1,
            one["parts_ms"]["crop"]["p50"] + one["parts_ms"]["encode"]["p50"],
        )
        network, need = one["parts_ms"]["network"]["p50"], _needed_ms(report, one)
        if need:
            alone = report["options"]["as it runs"]
            best, middle = alone["best"], alone["median"]
            what = "network over what its multiply-adds need"
            add(f"{what}, best round ({best:.2f} over {need:.2f} ms)", 1.5, best / need, " x")
            add(f"the same, median round ({middle:.2f} over {need:.2f} ms)", 1.5, middle / need, " x")
        if one["first_verdict_s"] is not None:
            add("start to first verdict", 3, one["first_verdict_s"], " s")
        if peer is not None:
            add("network over the peer's", 1, network / peer["parts_ms"]["network"]["p50"], " x")
    if depth is not None and peer is not None:
        ratio = depth["parts_ms"]["network"]["p50"] / peer["parts_ms"]["network"]["p50"]
        add("FeatherNetB for depth over the peer", round(1 / 3, 3), ratio, " x")
    lines = [f"{name}, one thread, CPU:", "", "| | target | measured | |", "|---|---:|---:|---|"]
    return [
        *lines,
        *(f"| {what} | {limit} | {value} | {'met' if met else 'missed'} |" for what, limit, value, met in rows),
    ]


_BEFORE: dict[str, str] = {
    "engine": "17.5",
    "four": "",
    "ratio": "2.5",
    "headless": "31 to 35",
    "window: camera": "83 to 100 %",
    "drawn": "12 to 17",
    "window: minimised": "62 %",
    "window: file": "127 %",
    "headless memory": "386",
    "window memory": "446",
    "verdict": "1.91",
}
"""What the same was before 0.3.0's work on it, measured on the same kind of machine."""


def _costs(report: dict[str, Any]) -> list[str]:
    """Return the table of goals: processor time of all threads, before and now."""
    name = report["flagship"]
    one, four = _find(report["runs"], name, 1, 1), _find(report["runs"], name, 1, 4)
    peer = _find(report["runs"], report["peer"], 1, 1)
    app = {figures["kind"]: figures for figures in report["app"]}
    lines = ["| | goal | before | now | |", "|---|---:|---:|---:|---|"]

    def add(what: str, before: str, limit: float | None, value: float, unit: str, decimals: int = 1) -> None:
        goal, met = ("", "") if limit is None else (f"{limit:g}{unit}", "met" if value <= limit else "missed")
        lines.append(f"| {what} | {goal} | {_BEFORE.get(before, '')} | {value:.{decimals}f}{unit} | {met} |")

    if one is not None:
        add("engine, one face", "engine", 5, one["cpu_ms_per_frame"] - one["decoding_cpu_ms_per_frame"], " ms")
        add("decoding its three streams", "", None, one["decoding_cpu_ms_per_frame"], " ms")
    if four is not None:
        add("engine, four faces", "four", 12, four["cpu_ms_per_frame"] - four["decoding_cpu_ms_per_frame"], " ms")
    if peer is not None:
        own_ms = peer["cpu_ms_per_frame"] - peer["decoding_cpu_ms_per_frame"]
        add(f"the peer {peer['model']} with the same face detector, one face", "", None, own_ms, " ms")
    if one is not None:
        total = one["latency_ms"]["total"]
        add("frame to verdict, p99 over p50", "ratio", 1.5, total["p99"] / total["p50"], " x", 2)
        if one["first_verdict_s"] is not None:
            add("start to first verdict", "verdict", 1.2, one["first_verdict_s"], " s", 2)
    if "headless" in app:
        headless = app["headless"]
        add("headless with `--json`, decoding included", "headless", 10, headless["cpu_ms_per_frame"], " ms")
        add("its peak memory", "headless memory", 200, headless["peak_memory_mb"], " MB", 0)
    for kind, words, goal in (
        ("window: camera", "window, camera at 30 frames a second, share of a core", 40),
        ("window: minimised", "the same minimised", 5),
        ("window: file", "window playing a file, decoding included", None),
    ):
        if kind in app:
            add(words, kind, goal, 100.0 * app[kind]["cpu_share"], " %", 0)
    if "window: camera" in app:
        drawn = app["window: camera"]["drawn_fps"]
        met = "met" if drawn >= 29.0 else "missed"
        lines.append(f"| distinct frames drawn a second | 30 | {_BEFORE['drawn']} | {drawn:.1f} | {met} |")
    if "window: file" in app:
        add("peak memory of the window", "window memory", 350, app["window: file"]["peak_memory_mb"], " MB", 0)
    return [*lines, *(["", report["machine"]["energy"]] if report["machine"].get("energy") else [])]


def _or_nothing(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _needed_ms(report: dict[str, Any], run: Run) -> float | None:
    speed = report["matrix_product_gmacs"].get(str(run["threads"]))
    return None if not run["multiply_adds"] or not speed else run["multiply_adds"] / speed / 1e6


def _stages(every: Sequence[Run], faces: int) -> list[str]:
    runs = [run for run in every if run["faces"] == faces]
    stages = ("capture", "detect", "align", "infer", "total")
    lines = [
        f"### {'One face' if faces == 1 else f'{faces} faces'}",
        "",
        "| model | provider | threads | " + " | ".join(stages) + " | others |",
        "|---|---|---:|" + "---:|" * (len(stages) + 1),
    ]
    for run in runs:
        cells = (
            " / ".join(f"{run['latency_ms'][stage][share]:.1f}" for share in ("p50", "p95", "p99")) for stage in stages
        )
        lines.append(
            f"| {run['model']} | {run['provider']} | {run['threads']} | "
            + " | ".join(cells)
            + f" | {run['others_share']:.2f} |"
        )
    return [*lines, ""]


def _resources(runs: Sequence[Run]) -> list[str]:
    head: dict[str, Callable[[Run], str]] = {
        "model": lambda run: str(run["model"]),
        "provider": lambda run: str(run["provider"]),
        "threads": lambda run: str(run["threads"]),
        "frames/s": lambda run: f"{run['fps']:.0f}",
        "processor ms a frame": lambda run: f"{run['cpu_ms_per_frame']:.1f}",
        "of it decoding": lambda run: f"{run['decoding_cpu_ms_per_frame']:.1f}",
        "mJ a frame": lambda run: _or_nothing(run["energy_mj_per_frame"]),
        "processor": lambda run: f"{run['cpu_share']:.2f}",
        "memory, MB": lambda run: f"{run['peak_memory_mb']:.0f}",
        "start, s": lambda run: f"{run['startup_s']:.2f}",
        "first verdict, s": lambda run: "" if run["first_verdict_s"] is None else f"{run['first_verdict_s']:.2f}",
        "model, MB": lambda run: f"{run['model_size_mb']:.2f}",
    }
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    return [*lines, *("| " + " | ".join(cell(run) for cell in head.values()) + " |" for run in runs)]


def _networks(report: dict[str, Any]) -> list[str]:
    lines = [
        "| model | threads | crop, ms | tensors, ms | network, ms | multiply-adds, M | yardstick, ms "
        "| network over it | over the peer |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in report["runs"]:
        if run["faces"] != 1 or not run["parts_ms"]:
            continue
        parts = run["parts_ms"]
        need = _needed_ms(report, run)
        peer = _find(report["runs"], report["peer"], run["threads"], 1)
        network = parts["network"]["p50"]
        cells = [
            run["model"],
            str(run["threads"]),
            f"{parts['crop']['p50']:.2f}",
            f"{parts['encode']['p50']:.2f}" if "encode" in parts else "",
            f"{network:.2f}",
            "" if need is None else f"{run['multiply_adds'] / 1e6:.1f}",
            "" if need is None else f"{need:.2f}",
            "" if need is None else f"{network / need:.2f}",
            "" if peer is None else f"{network / peer['parts_ms']['network']['p50']:.2f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _options(report: dict[str, Any]) -> list[str]:
    figures: dict[str, dict[str, float]] = dict(report["options"])
    base, four = figures["as it runs"], figures.pop("four_at_once", None)
    if four is not None:
        figures[f"four faces in one batch, against {4 * base['best']:.2f} one after the other"] = four
    rows = (f"| {name} | {value['best']:.2f} | {value['median']:.2f} |" for name, value in figures.items())
    return ["| | best round, ms | median round, ms |", "|---|---:|---:|", *rows]
