"""A site's bias: within the card's limit, for its own camera and model, and never past the gates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.engine.result import Status
from fasdemo.engine.rules.score_evidence import MAX_RAISE
from fasdemo.engine.setup.site_calibration import (
    MAX_UNMEASURED_RAISE,
    MIN_LIVE_FRAMES,
    Measured,
    Recording,
    ScoredFrame,
    SiteFile,
    accepted,
    allowed_bias,
    camera_of,
    check_recordings,
    check_site,
    fit_bias,
    read_site,
    recording_of,
    write_site,
)
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.models.card import Threshold
from fasdemo.models.log_odds import log_odds
from fasdemo.models.registry import find_model
from tests.support.engine_fixtures import CARD, ScriptedFinder, ScriptedScorer
from tests.support.scenes import frame

ALL = frozenset(STREAMS)
BALANCED = CARD.thresholds["balanced"]
LENIENT = CARD.model_copy(
    update={
        "thresholds": {
            **CARD.thresholds,
            "bpcer20": Threshold(live_above=0.4, spoof_below=0.2, rule="chosen by hand", data="none"),
        }
    }
)
SITE = SiteFile(
    camera="Camera 123",
    streams=("rgb", "depth", "ir"),
    model="scripted",
    model_sha256="0" * 64,
    policy="balanced",
    bias=0.5,
    limit=1.0,
    day=date(2026, 11, 27),
    fasdemo="0.1.0",
    live=Measured(recordings=1, frames=100, usable=100, accepted_before=0.5, accepted_after=0.9),
)


def recording(*scores: float) -> Recording:
    return Recording(len(scores), 0, tuple(ScoredFrame(score, Evidence()) for score in scores))


def limits(live_above: float, bpcer20: float) -> float:
    """Return the allowed bias of a policy on a card with that `bpcer20` threshold."""
    policy = Threshold(live_above=live_above, spoof_below=0.1, rule="chosen by hand", data="none")
    other = policy.model_copy(update={"live_above": bpcer20})
    card = CARD.model_copy(update={"thresholds": {"balanced": policy, "bpcer20": other}})
    return allowed_bias(card, policy)


def test_allowed_bias_ends_at_the_bpcer20_threshold_or_at_one_and_never_below_the_floor() -> None:
    assert limits(0.95, 0.8) == pytest.approx(log_odds(0.95) - log_odds(0.8)), "what bpcer20 admits, above 1"
    assert limits(0.99, 0.6) == MAX_RAISE
    # The policy in force is laxer than bpcer20, because one species is not told apart.
    assert limits(0.9, 0.99) == MAX_UNMEASURED_RAISE
    assert limits(0.7, 0.99) == pytest.approx(log_odds(0.7) - log_odds(MIN_LIVE_ABOVE))
    assert limits(0.5, 0.99) == 0.0
    assert allowed_bias(LENIENT, BALANCED) == pytest.approx(log_odds(0.7) - log_odds(MIN_LIVE_ABOVE))
    assert allowed_bias(CARD, BALANCED) == 0.0, "a card without that threshold allows nothing"


@pytest.mark.parametrize("name", ["fasdemo-flex", "fasdemo-featherb-depth"])
def test_allowed_bias_exists_for_every_shipped_model_with_depth(name: str) -> None:
    card = find_model(name).card
    assert allowed_bias(card, card.thresholds[card.default_policy]) > 0.5


def test_fit_bias_is_the_smallest_that_brings_live_frames_back() -> None:
    live = [recording(*[0.6] * 95, *[0.1] * 5)]
    bias = fit_bias(live, [], BALANCED, 2.0)
    assert accepted(live, BALANCED, bias) >= 0.95
    assert accepted(live, BALANCED, bias - 0.06) < 0.95
    assert fit_bias([recording(*[0.9] * 100)], [], BALANCED, 2.0) == 0.0
    assert fit_bias([recording(*[0.02] * 100)], [], BALANCED, 2.0) == 0.0, "decided attacks are not brought back"


def test_fit_bias_stays_within_the_limit() -> None:
    assert fit_bias([recording(*[0.4] * 100)], [], BALANCED, 0.3) <= 0.3


def test_fit_bias_keeps_recorded_attacks_out() -> None:
    live, attack = [recording(*[0.6] * 100)], [recording(*[0.55] * 100)]
    bias = fit_bias(live, attack, BALANCED, 2.0)
    assert accepted(attack, BALANCED, bias) == 0.0
    lowered = fit_bias([recording(*[0.9] * 100)], [recording(*[0.8] * 100)], BALANCED, 2.0)
    assert lowered < 0.0
    assert accepted([recording(*[0.8] * 100)], BALANCED, lowered) == 0.0


def test_check_recordings_refuses_few_frames_and_sheets() -> None:
    check_recordings([recording(*[0.6] * MIN_LIVE_FRAMES)])
    with pytest.raises(UserError, match="only 10 of 10 frames"):
        check_recordings([recording(*[0.6] * 10)])
    with pytest.raises(UserError, match="physical evidence of an attack"):
        check_recordings([Recording(200, 50, recording(*[0.6] * 150).usable)])


def engine(score: float, site: SiteFile | None = None) -> Engine:
    return Engine(ScriptedScorer(score, LENIENT), ScriptedFinder(), site=site)


def play(judging: Engine, kind: str = "live", count: int = 40) -> list[Status]:
    return [face.status for index in range(count) for face in judging.process(frame(index, kind)).faces]


def test_recording_of_takes_frames_that_only_the_score_speaks_against() -> None:
    with engine(0.5) as judging:
        found = recording_of([judging.process(frame(index)) for index in range(20)])
    assert found.frames == len(found.usable) == 20
    assert found.sheets == 0
    assert {round(one.score, 6) for one in found.usable} == {0.5}, "before evidence"
    with engine(0.5) as judging:
        flat = recording_of([judging.process(frame(index, "print")) for index in range(20)])
    assert flat.sheets == 20
    assert flat.usable == ()


def test_site_calibration_brings_a_live_face_back_and_no_print() -> None:
    assert play(engine(0.4))[-1] is not Status.LIVE
    assert play(engine(0.4, SITE))[-1] is Status.LIVE
    for kind in ("print", "screen"):
        assert Status.LIVE not in play(engine(0.999, SITE), kind)
    assert Status.LIVE not in play(engine(0.05, SITE.model_copy(update={"bias": 2.0})))


def test_site_calibration_acts_with_its_own_model_and_policy_only() -> None:
    judging = engine(0.4, SITE)
    bias = judging.site_bias
    assert bias == 0.5
    judging.set_policy("strict")
    assert judging.site_bias is None
    assert any("not used" in sentence for sentence in judging.warnings)
    assert engine(0.4, SITE.model_copy(update={"model_sha256": "1" * 64})).site_bias is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"camera": "Camera 999"}, "made for the camera Camera 999"),
        ({"model_sha256": "1" * 64}, "another model file"),
        ({"streams": ("rgb", "depth")}, "made for rgb\\+depth"),
        ({"policy": "gone"}, "the policy gone"),
        ({"bias": 1.9}, "exceeds the limit of scripted"),
    ],
)
def test_check_site_refuses_another_camera_or_model_in_one_sentence(change: dict[str, object], said: str) -> None:
    check_site(SITE, "Camera 123", ALL, LENIENT, "0" * 64)
    with pytest.raises(UserError, match=said):
        check_site(SITE.model_copy(update=change), "Camera 123", ALL, LENIENT, "0" * 64)


def test_check_site_refuses_a_file_of_no_known_camera() -> None:
    with pytest.raises(UserError, match="a file of an unknown camera"):
        check_site(SITE, "", ALL, LENIENT, "0" * 64)


def test_camera_of_is_the_camera_that_recorded_a_file() -> None:
    info = SourceInfo("clip.mp4", "video", False, ALL, 640, 480, 30.0, 10)
    assert camera_of(info) == ""
    assert camera_of(replace(info, device="Camera 123")) == "Camera 123"
    assert camera_of(replace(info, name="Camera 123", live=True)) == "Camera 123"


def test_site_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    write_site(path, SITE)
    assert read_site(path) == SITE


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b'{"bias": 99}', SITE.model_dump_json().replace("0.5", "9.5").encode(), b"x" * 200_000],
)
def test_site_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"^site .*site.json"):
        read_site(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_site(tmp_path / "missing.json")
