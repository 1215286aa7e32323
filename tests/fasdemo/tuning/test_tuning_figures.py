"""Error rates, curve, cases, saved thresholds and report of presentations whose scores are known."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fasdemo.engine.policy import Policy, thresholds
from fasdemo.engine.result import Status
from fasdemo.engine.setup.site_calibration import allowed_bias, check_site, read_site
from fasdemo.errors import UserError
from fasdemo.models.log_odds import log_odds
from fasdemo.models.model_file import read_model
from fasdemo.models.onnx_file import read_contents, with_card
from fasdemo.tuning.figures import checked_thresholds, det_curve, figures_at, histogram
from fasdemo.tuning.gallery import Case, cases, in_order
from fasdemo.tuning.report import Variant, report_html, report_json, write_report
from fasdemo.tuning.saving import save_policy, save_site, site_of
from fasdemo.tuning.scores.scoring import Scoring
from tests.support.tuning_fixtures import CAMERA, LIVE, MASK, PRINT, scoring

MADE = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def shown() -> Scoring:
    return scoring(
        (0.95, LIVE, ()), (0.9, LIVE, ()), (0.6, LIVE, ()), (0.2, LIVE, ()), (None, LIVE, ()),
        (0.99, PRINT, ("flat_surface",)), (0.1, PRINT, ()), (0.85, MASK, ()), (0.55, MASK, ()),
    )  # fmt: skip


def wrong(scoring: Scoring, live_above: float = 0.7, spoof_below: float = 0.3) -> list[Case]:
    return in_order([case for case in cases(scoring, live_above, spoof_below) if case is not None])


def test_figures_count_presentations_by_hand(shown: Scoring) -> None:
    figures = figures_at(shown, 0.7, 0.3)
    assert (figures.bpcer.errors, figures.bpcer.total) == (2, 4)
    assert (figures.apcer["mask-resin"].errors, figures.apcer["mask-resin"].total) == (1, 2)
    assert (figures.apcer["print-flat"].errors, figures.apcer["print-flat"].total) == (0, 2)
    assert figures.worst is not None
    assert figures.worst[0] == "mask-resin"
    assert figures.non_response["bpnrr"] == pytest.approx(0.2)


def test_figures_accept_a_score_exactly_at_the_threshold_as_the_app_does(shown: Scoring) -> None:
    mask = next(one for one in shown.presentations if one.kind == "mask-resin")
    assert figures_at(shown, mask.score, 0.3).apcer["mask-resin"].errors == 1
    assert figures_at(shown, math.nextafter(mask.score, 1.0), 0.3).apcer["mask-resin"].errors == 0


def test_det_curve_contains_the_figures_of_each_threshold(shown: Scoring) -> None:
    curve = det_curve(shown)
    assert curve is not None
    for threshold, highest, refused in zip(curve.thresholds, curve.apcer, curve.bpcer, strict=True):
        figures = figures_at(shown, float(threshold), 0.0001)
        assert figures.bpcer.value == pytest.approx(refused)
        assert figures.worst is not None
        assert figures.worst[1].value == pytest.approx(highest)


def test_one_class_alone_has_rates_for_it_and_no_curve() -> None:
    only = scoring((0.9, LIVE, ()), (0.4, LIVE, ()))
    figures = figures_at(only, 0.7, 0.3)
    assert figures.bpcer.value == 0.5
    assert figures.worst is None
    assert det_curve(only) is None
    assert figures.to_json()["apcer_max"] is None


def test_histogram_counts_each_presentation_with_a_score_once(shown: Scoring) -> None:
    bars = histogram(shown)
    assert {kind: values.sum() for kind, values in bars.items()} == {"live": 4, "print-flat": 2, "mask-resin": 2}
    assert bars["print-flat"][0] == 1, "evidence forbids LIVE, so its score is 0"


def test_cases_are_the_wrong_and_uncertain_verdicts_with_the_worst_first(shown: Scoring) -> None:
    found = wrong(shown)
    kinds = [(case.presentation.kind, case.kind, str(case.outcome)) for case in found]
    assert kinds[0] == ("mask-resin", "accepted", "LIVE")
    assert ("live", "refused", "SPOOF") in kinds
    assert ("live", "refused", "NO RESPONSE") in kinds
    assert ("live", "uncertain", "UNCERTAIN") in kinds
    assert ("print-flat", "accepted", "LIVE") not in kinds
    accepted = found[0]
    assert accepted.margin == pytest.approx(log_odds(0.85) - log_odds(0.7), abs=0.1)
    assert accepted.face is not None
    no_response = next(case for case in found if case.outcome == "NO RESPONSE")
    assert no_response.reasons == ("no_face",)
    uncertain = next(case for case in found if case.kind == "uncertain" and case.presentation.live)
    assert uncertain.reasons == ("score_uncertain",)
    refused = next(case for case in found if case.outcome == Status.SPOOF)
    assert refused.reasons == ("score_spoof",)
    assert all(case.kind == "accepted" for case in wrong(shown, 0.5)[:2])


def test_checked_thresholds_keep_the_limits_of_every_policy() -> None:
    assert checked_thresholds(0.3, 0.9) == (0.5, 0.5)
    assert checked_thresholds(0.8, 0.2) == (0.8, 0.2)
    assert checked_thresholds(2.0, 0.0) == (0.9999, 0.0001)


def test_saved_policy_is_the_default_of_a_usable_copy_of_the_model(shown: Scoring, tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    save_policy(shown, figures_at(shown, 0.83, 0.41), "front-door", path)
    model = read_model(path)
    name, threshold = thresholds(model.card, Policy())
    assert (name, threshold.live_above, threshold.spoof_below) == ("front-door", 0.83, 0.41)
    assert "BPCER 2/4" in threshold.data
    original = read_model(shown.model_path)
    assert with_card(model.content, original.card.model_dump_json()) != model.content
    kept = read_contents(model.content)
    assert (kept.domains, len(kept.metadata)) == (read_contents(original.content).domains, 1)
    from fasdemo.models.predictor import Predictor

    with Predictor(model, "cpu") as predictor:
        assert predictor.card.default_policy == "front-door"


@pytest.mark.parametrize(
    ("name", "file", "live", "message"),
    [
        ("a b", "own.onnx", 0.8, "use up to 40 letters"),
        ("mean", "own.onnx", 0.8, "already has it"),
        ("mine", "own.txt", 0.8, "ends in .onnx"),
        ("mine", "own.onnx", 0.45, "LIVE must be at least 0.5"),
        ("mine", "there.onnx", 0.8, "already exists"),
        ("mine", "no/such/own.onnx", 0.8, "there is no folder .*; create it"),
    ],
)
def test_policy_that_cannot_be_saved_gets_one_sentence(
    shown: Scoring, tmp_path: Path, name: str, file: str, live: float, message: str
) -> None:
    (tmp_path / "there.onnx").touch()
    with pytest.raises(UserError, match=message):
        save_policy(shown, figures_at(shown, live, 0.3), name, tmp_path / file)


def live_people(count: int = 6, score: float = 0.65) -> Scoring:
    return scoring(*((score, LIVE, ()) for _ in range(count)), (0.05, PRINT, ()))


def test_saved_site_file_is_accepted_by_the_engine_and_has_the_thresholds_effect(tmp_path: Path) -> None:
    shown = live_people()
    limit = allowed_bias(shown.card, shown.threshold)
    assert limit > 0
    live_above = 1 / (1 + math.exp(-(log_odds(shown.threshold.live_above) - limit * 0.9)))
    site = save_site(shown, live_above, tmp_path / "site.json")
    assert site == read_site(tmp_path / "site.json")
    assert site.bias == pytest.approx(limit * 0.9, abs=1e-3)
    check_site(site, CAMERA, frozenset(shown.streams), shown.card, shown.model_sha256)
    assert site.live.usable == site.live.frames == 180
    assert site.live.accepted_before <= site.live.accepted_after


def test_site_file_beyond_its_limits_is_refused_with_the_nearest_threshold() -> None:
    shown = live_people()
    with pytest.raises(UserError, match="allows") as low:
        site_of(shown, 0.45, date(2026, 1, 5))
    nearest = float(str(low.value).split("choose ")[1].split(" ")[0])
    assert site_of(shown, nearest, date(2026, 1, 5)).bias <= allowed_bias(shown.card, shown.threshold)
    with pytest.raises(UserError, match="or less"):
        site_of(shown, 0.99, date(2026, 1, 5))


def test_site_file_needs_one_camera_and_enough_live_frames() -> None:
    two = scoring((0.9, LIVE, ()), cameras=(CAMERA, "Kinect v2"))
    with pytest.raises(UserError, match="single known camera"):
        site_of(two, two.threshold.live_above, date(2026, 1, 5))
    few = scoring((0.9, LIVE, ()))
    with pytest.raises(UserError, match="30 of 30 frames"):
        site_of(few, few.threshold.live_above, date(2026, 1, 5))


def test_report_holds_figures_curves_model_and_date_without_other_files(shown: Scoring, tmp_path: Path) -> None:
    variant = Variant("flex <1>", shown, figures_at(shown, 0.7, 0.3), wrong(shown))
    write_report(tmp_path / "r.html", [variant, variant], MADE)
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert shown.model_sha256 in text
    assert "2026-01-05 12:00 UTC" in text
    assert "LIVE above 0.700, SPOOF below 0.300" in text
    assert "1 of 2" in text
    assert text.count("<svg") == 3
    assert "flex &lt;1&gt;" in text
    assert "no such folder" in text, "the made-up sessions have no pictures, which is said"
    assert 'src="http' not in text
    found = report_json([variant], MADE)["variants"][0]
    assert found["figures"]["bpcer"]["errors"] == 2
    assert json.dumps(found)
    assert found["cases"][0]["verdict"] == Status.LIVE


def test_report_on_a_full_or_missing_disk_is_one_sentence(shown: Scoring) -> None:
    variant = Variant("flex", shown, figures_at(shown, 0.7, 0.3), [])
    assert "no wrong or uncertain" in report_html([variant], MADE)
    with pytest.raises(UserError, match="cannot be written"):
        write_report(Path("/dev/null/report.html"), [variant], MADE)
