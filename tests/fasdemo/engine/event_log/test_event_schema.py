"""The documentation of results and reasons agrees with the engine's output."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.event_log.events import COLUMNS
from fasdemo.engine.measurements.cross_modal import infrared_agreement
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.measure import grids, measure
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import FrameResult
from fasdemo.frames import Truth
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import crop_face
from fasdemo.models.predictor import Predictor
from tests.support.engine_fixtures import RGB_CARD, ScriptedFinder, make_engine
from tests.support.onnx_fixtures import make_model
from tests.support.scenes import frame, true_face
from tools.verdict_tables import measure_rows, reason_rows

DOCS = Path(__file__).resolve().parents[4] / "docs"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((DOCS / "events.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def results() -> list[FrameResult]:
    engine = make_engine(0.97)
    found = [engine.process(frame(index)) for index in range(8)]
    found += [engine.process(frame(index, "screen")) for index in range(8, 14)]
    found.append(engine.process(dataclasses.replace(frame(14), depth=None, truth=Truth("spoof", "print-flat"))))
    found.append(engine.process(dataclasses.replace(frame(15), faults=("stream_stalled",))))
    found.append(engine.process(dataclasses.replace(frame(16), timestamp_s=float("nan"))))
    found.append(engine.process(frame(17), still=True))
    found.append(make_engine(None).process(frame(0)))
    found.append(make_engine(0.5, faces=[]).process(frame(0)))
    found.append(make_engine(0.97, card=RGB_CARD).process(frame(0, declared=frozenset({"rgb"}))))
    return found


def test_event_schema_fits_every_result(validator: jsonschema.Draft202012Validator, tmp_path: Path) -> None:
    with Predictor(make_model(tmp_path / "m.onnx"), device="cpu") as predictor:
        engine = Engine(predictor, ScriptedFinder())
        found = [*results(), engine.process(frame(0))]
    assert found[-1].faces[0].per_modality
    for result in found:
        validator.validate(json.loads(json.dumps(result.to_json(), allow_nan=False)))


@pytest.mark.parametrize(
    "change",
    [
        {"faces": [{"status": "YES"}]},
        {"live_source": "no"},
        {"latency_ms": {}},
        {"truth": {"label": "maybe", "species": ""}},
        {"surprise": 1},
    ],
)
def test_event_schema_refuses_what_is_no_result(
    validator: jsonschema.Draft202012Validator, change: dict[str, object]
) -> None:
    good = make_engine(0.97).process(frame(0)).to_json()
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**good, **change})


@pytest.mark.parametrize(("page", "rows"), [("reasons.md", reason_rows), ("verdict.md", measure_rows)])
def test_verdict_tables_are_those_of_the_code(page: str, rows: Callable[[str], str]) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert rows(text) == text, "run `python -m tools.verdict_tables`"
    first = next(line for line in text.splitlines() if line.startswith("| `"))
    with pytest.raises(ValueError, match=page):
        rows(text.replace(first, ""))


def test_evidence_applies_and_is_written_by_name_in_one_order() -> None:
    evidence = Evidence.of({"ir_level": 0.5, "distance_m": None})
    assert dict(evidence) == {"distance_m": None, "ir_level": 0.5}
    assert evidence.updated({"nose_mm": 9.0}).nose_mm == 9.0
    assert list(evidence.updated({"nose_mm": 9.0})) == ["distance_m", "nose_mm", "ir_level"]
    assert "nose_mm" not in evidence
    with pytest.raises(KeyError, match="nose_inch"):
        Evidence.of({"nose_inch": 1.0})


def test_docs_list_every_reason_with_effect_and_sentence() -> None:
    rows = {
        cells[0].strip("` "): [cell.strip() for cell in cells[1:]]
        for line in (DOCS / "reasons.md").read_text().splitlines()
        if line.startswith("| `") and (cells := line.strip("|").split("|"))
    }
    assert rows == {reason.value: [reason.effect.value, reason.meaning, reason.guidance] for reason in Reason}


def test_docs_list_every_measurement() -> None:
    crops = crop_face(frame(0), true_face(), CropSpec(), 64)
    names = {*measure(frame(0), true_face(), crops, grids(crops)), *infrared_agreement(crops)}
    names |= {"ir_landmark_error", "score_shift", "parallax_ratio", "eye_movement", "border_support", "pulse_snr_db"}
    names |= {"pulse_bpm"}
    names |= {"ir_ambient_ratio", "ir_clipped"}
    names |= {"outline_larger_gain", "outline_smaller_gain", "ir_outline_mirror_gain", "rgb_outline_mirror_gain"}
    documented = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "verdict.md").read_text(), re.MULTILINE))
    assert documented == names


def test_docs_list_every_field_of_the_log() -> None:
    text = (DOCS / "events.md").read_text().split("## The event log")[1]
    assert set(COLUMNS) <= set(re.findall(r"`(\w+)`", text))
