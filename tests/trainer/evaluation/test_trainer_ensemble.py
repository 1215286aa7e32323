"""The published ensemble rules, held to the published loops written out."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from trainer.cli.main import main
from trainer.evaluation import ensemble

Floats = npt.NDArray[np.float64]
RNG = np.random.default_rng(0)


def published_cascade(
    scores: Floats,
    ir: Floats,
    fish: Floats,
    factors: Floats,
    low: float,
    high: float,
    ir_threshold: float,
    fish_threshold: float,
) -> list[float]:
    """The rule as its authors' notebook states it, sample by sample."""
    result: list[float] = []
    for k in range(scores.shape[1]):
        line = scores[:, k]
        mean = line @ factors / factors.sum()
        if mean < low:
            result.append(min(line))
        elif mean > high:
            result.append(max(line))
        elif fish[k] < fish_threshold or ir[k] < ir_threshold:
            result.append(min(ir[k], min(line), fish[k]))
        elif (factors.sum() * mean + fish[k]) / (factors.sum() + 1) > 0.5:
            result.append(max(fish[k], max(line)))
        else:
            result.append(min(ir[k], min(line)))
    return result


def test_cascade_equals_the_published_rule() -> None:
    scores, ir, fish = RNG.random((10, 500)), RNG.random(500), RNG.random(500)
    factors = np.array([1, 0, 1, 1, 0, 1, 0, 0, 1, 1], float)
    expected = published_cascade(scores, ir, fish, factors, 0.18, 0.8, 0.54, 0.32)
    np.testing.assert_allclose(ensemble.cascade(scores, ir, fish), expected)
    low = np.clip(scores * 0.3, 0, 1)
    np.testing.assert_allclose(
        ensemble.cascade(low, ir, fish), published_cascade(low, ir, fish, factors, 0.18, 0.8, 0.54, 0.32)
    )


def test_max_or_min_and_its_scan_equal_the_published_rule() -> None:
    scores = np.array([[0.9, 0.4, 0.2], [0.6, 0.7, 0.1]])
    np.testing.assert_allclose(ensemble.max_or_min(scores, 0.5), [0.9, 0.7, 0.1])
    np.testing.assert_allclose(ensemble.max_or_min(scores, 0.6), [0.9, 0.4, 0.1])
    threshold, errors = ensemble.scan_threshold(scores, np.array([1, 0, 0]))
    assert errors == 0
    assert 0.55 <= threshold < 0.75


@pytest.fixture
def members(tmp_path: Path) -> Path:
    labels = RNG.integers(0, 2, 60)
    names = [f"Val/{k}-color.jpg Val/{k}-depth.jpg Val/{k}-ir.jpg" for k in range(60)]
    for member in range(3):
        scores = np.clip(labels * 0.6 + 0.2 + RNG.normal(0, 0.25, 60), 0, 1)
        lines = (f"{name} {score:.5f}\n" for name, score in zip(names, scores, strict=True))
        (tmp_path / f"m{member}.txt").write_text("".join(lines))
    (tmp_path / "labels.txt").write_text(
        "".join(f"{name} {label}\n" for name, label in zip(names, labels, strict=True))
    )
    return tmp_path


def test_ensemble_command_scans_writes_and_reports_each_member(
    members: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(members / f"m{k}.txt") for k in range(3)]
    output = members / "out.txt"
    assert main(["ensemble", *files, "--labels", str(members / "labels.txt"), "--output", str(output)]) == 0
    said = capsys.readouterr().out
    assert "threshold" in said
    assert said.count("alone") == 3
    lines = output.read_text().splitlines()
    assert len(lines) == 60
    assert lines[7].startswith("Val/7-color.jpg Val/7-depth.jpg Val/7-ir.jpg ")


def test_ensemble_command_applies_the_cascade_to_files(members: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(members / f"m{k}.txt") for k in range(3)]
    options = ["--rule", "cascade", "--ir", files[1], "--fish", files[2], "--output", str(members / "out.txt")]
    assert main(["ensemble", *files, *options]) == 0
    assert main(["ensemble", *files, "--rule", "cascade", "--output", str(members / "o.txt")]) == 2
    assert "--ir and --fish" in capsys.readouterr().err


def test_ensemble_command_refuses_members_of_different_lists(members: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = members / "other.txt"
    other.write_text((members / "m0.txt").read_text().replace("Val/3-", "Val/x-"))
    command = ["ensemble", str(members / "m0.txt"), str(other), "--threshold", "0.5", "--output", str(members / "o")]
    assert main(command) == 2
    assert "line 4" in capsys.readouterr().err
