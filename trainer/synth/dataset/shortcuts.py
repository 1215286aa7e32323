"""Check that the class cannot be predicted without the face itself.

A gradient boosted classifier gets only size, position, sharpness and brightness of the face's picture and features of
its surroundings, all in RGB, and predicts live or spoof for people that were not used in its training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.progress import track
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

Columns = dict[str, npt.NDArray[np.float64]]

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


def picture_features(rgb: npt.NDArray[np.uint8], margin: int, middle_px: int | None = None) -> dict[str, float]:
    """Return sharpness and brightness of the middle, and features of the upper corners of `margin` pixels.

    The middle is a square of `middle_px` pixels, by default a third of the picture.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    middle = middle_px or len(grey) // 3
    core = slice((len(grey) - middle) // 2, (len(grey) - middle) // 2 + middle)
    face = grey[core, core]
    contrast = float(face.std()) + 2.0
    gx, gy = np.gradient(face)
    corners = np.concatenate([rgb[:margin, :margin].reshape(-1, 3), rgb[:margin, -margin:].reshape(-1, 3)])
    colours = corners.astype(np.float32)
    luminance = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    edges = [np.abs(np.diff(part, axis=1)).mean() for part in (grey[:margin, :margin], grey[:margin, -margin:])]
    total = float(colours.mean(0).sum()) + 1.0
    return {
        "laplacian": float(np.log(cv2.Laplacian(face, cv2.CV_32F).std() / contrast + 1e-3)),
        "gradient": float(np.log(np.hypot(gx, gy).mean() / contrast + 1e-3)),
        "mean": float(face.mean()),
        "spread": float(face.std()),
        "dark": float(np.percentile(face, 2)),
        "bright": float(np.percentile(face, 98)),
        "corner_mean": float(luminance.mean()),
        "corner_spread": float(luminance.std()),
        "corner_edges": float(edges[0] + edges[1]),
        "corner_red": float(colours[:, 0].mean() / total),
        "corner_blue": float(colours[:, 2].mean() / total),
    }


def features(data: SynthSet, indices: npt.NDArray[np.intp]) -> Columns:
    """Compute the features of the given samples, by column name."""
    table = data.table
    rows = []
    for index in track([int(i) for i in indices], "measuring"):
        known = {name: float(table[name][index]) for name in (*GROUPS["size"], *GROUPS["position"], *GROUPS["pose"])}
        rows.append(known | picture_features(np.asarray(data.rgb[index]), (CROP_SIZE - INNER_SIZE) // 2))
    return columns_of(rows)


def columns_of(rows: Sequence[dict[str, float]]) -> Columns:
    """Return rows with equal keys as arrays (N,) by key."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def measure_shortcuts(data: SynthSet, limit: int = 4000, seed: int = 0) -> list[ShortcutFigure]:
    """Cross-validate over people, for each group of features and for all of them together.

    Raises:
        UserError: the set has only one person or only one class.
    """
    rng = np.random.default_rng(seed)
    indices = np.sort(rng.permutation(len(data))[:limit]).astype(np.intp)
    live, people = data.table["label"][indices] == "live", data.table["person"][indices]
    check_classes_and_people(live, people)
    return cross_validated(GROUPS, features(data, indices), live, people, rng, seed)


def check_classes_and_people(live: npt.NDArray[np.bool_], people: npt.NDArray[np.str_]) -> None:
    """Check that there are both classes and two people.

    Raises:
        UserError: there is only one class or one person.
    """
    if len(set(people)) < 2 or len(set(live)) < 2:
        raise UserError(
            "data: the shortcut check needs live and spoof samples of at least two people; render more.",
            parameter="data",
        )


def cross_validated(
    groups: Mapping[str, tuple[str, ...]],
    columns: Columns,
    live: npt.NDArray[np.bool_],
    people: npt.NDArray[np.str_],
    rng: np.random.Generator,
    seed: int,
) -> list[ShortcutFigure]:
    """Return the figures of each group of columns and of all together, for people that the classifier was not given."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    figures = []
    everything = {"all together": tuple(name for names in groups.values() for name in names)}
    for group, names in {**groups, **everything}.items():
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
