"""Check that the class cannot be predicted without the face itself.

A gradient boosted classifier gets only size, position, sharpness and brightness of the face's picture and features of
its surroundings, all in RGB, and predicts live or spoof for people that were not used in its training.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.progress import track
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

Floats = npt.NDArray[np.float64]

GROUPS: dict[str, tuple[str, ...]] = {
    "size": ("face_px",),
    "position": ("face_x", "face_y", "inside"),
    "pose": ("yaw", "pitch", "roll"),
    "sharpness": ("laplacian", "gradient"),
    "brightness": ("mean", "spread", "dark", "bright"),
    "background": ("corner_mean", "corner_spread", "corner_edges", "corner_red", "corner_blue"),
}


@dataclass(frozen=True)
class ShortcutFigure:
    """How well one group of features separates the classes: area under the ROC curve with its 95 % interval."""

    group: str
    auc: float
    low: float
    high: float
    accuracy: float
    """Balanced accuracy, 0.5 = chance."""


def features(data: SynthSet, indices: npt.NDArray[np.intp]) -> dict[str, Floats]:
    """Compute the features of the given samples, by column name."""
    table = data.table
    result: dict[str, list[float]] = {name: [] for names in GROUPS.values() for name in names}
    margin = (CROP_SIZE - INNER_SIZE) // 2
    core = slice(CROP_SIZE // 3, 2 * CROP_SIZE // 3)
    for index in track([int(i) for i in indices], "measuring"):
        rgb = np.asarray(data.rgb[index])
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        face = grey[core, core]
        contrast = float(face.std()) + 2.0
        result["laplacian"].append(float(np.log(cv2.Laplacian(face, cv2.CV_32F).std() / contrast + 1e-3)))
        gx, gy = np.gradient(face)
        result["gradient"].append(float(np.log(np.hypot(gx, gy).mean() / contrast + 1e-3)))
        result["mean"].append(float(face.mean()))
        result["spread"].append(float(face.std()))
        result["dark"].append(float(np.percentile(face, 2)))
        result["bright"].append(float(np.percentile(face, 98)))
        corners = np.concatenate([rgb[:margin, :margin].reshape(-1, 3), rgb[:margin, -margin:].reshape(-1, 3)]).astype(
            np.float32
        )
        grey_corners = corners @ np.array([0.299, 0.587, 0.114], np.float32)
        result["corner_mean"].append(float(grey_corners.mean()))
        result["corner_spread"].append(float(grey_corners.std()))
        edges = (
            np.abs(np.diff(grey[:margin, :margin], axis=1)).mean()
            + np.abs(np.diff(grey[:margin, -margin:], axis=1)).mean()
        )
        result["corner_edges"].append(float(edges))
        total = corners.mean(0).sum() + 1.0
        result["corner_red"].append(float(corners[:, 0].mean() / total))
        result["corner_blue"].append(float(corners[:, 2].mean() / total))
        for name in ("face_px", "face_x", "face_y", "inside", "yaw", "pitch", "roll"):
            result[name].append(float(table[name][index]))
    return {name: np.array(values) for name, values in result.items()}


def measure_shortcuts(data: SynthSet, limit: int = 4000, seed: int = 0) -> list[ShortcutFigure]:
    """Cross-validate over people, for each group of features and for all of them together.

    Raises:
        UserError: the set has only one person or only one class.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    rng = np.random.default_rng(seed)
    indices = np.sort(rng.permutation(len(data))[:limit]).astype(np.intp)
    if len(set(data.table["person"][indices])) < 2 or len(set(data.table["label"][indices])) < 2:
        raise UserError(
            "data: the shortcut check needs live and spoof samples of at least two people; render more.",
            parameter="data",
        )
    columns = features(data, indices)
    live = data.table["label"][indices] == "live"
    people = data.table["person"][indices]
    figures = []
    everything = {"all together": tuple(name for names in GROUPS.values() for name in names)}
    for group, names in {**GROUPS, **everything}.items():
        matrix = np.stack([columns[name] for name in names], -1)
        model = HistGradientBoostingClassifier(max_depth=4, max_iter=120, random_state=seed)
        folds = GroupKFold(min(5, len(set(people))))
        score = cross_val_predict(model, matrix, live, groups=people, cv=folds, method="predict_proba")[:, 1]
        auc = float(roc_auc_score(live, score))
        boot = []
        for _ in range(200):
            pick = rng.integers(0, len(live), len(live))
            boot.append(roc_auc_score(live[pick], score[pick]))
        middle = np.median(score)
        accuracy = 0.5 * (float((score[live] > middle).mean()) + float((score[~live] <= middle).mean()))
        low, high = np.percentile(boot, [2.5, 97.5])
        figures.append(ShortcutFigure(group, auc, float(low), float(high), accuracy))
    return figures


def shortcut_table(figures: list[ShortcutFigure]) -> str:
    """Format the figures as a Markdown table."""
    lines = ["| features | AUC (95 %) | balanced accuracy |", "|---|---|---|"]
    lines += [f"| {f.group} | {f.auc:.3f} ({f.low:.3f}-{f.high:.3f}) | {f.accuracy:.3f} |" for f in figures]
    return "\n".join(lines)
