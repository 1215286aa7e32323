"""The published data sets' folder layouts in miniature, filled with the blobs of `tiny_set`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from tests.support.tiny_set import face

SIZE = 96


def save(folder: Path, names: Sequence[str], live: bool, rng: np.random.Generator) -> None:
    """Write three pictures: colour and infrared JPEG, depth as 8-bit grey, nearer brighter."""
    rgb, depth, ir = face(rng, live, SIZE)
    near = depth[depth > 0].min()
    grey = np.where(depth > 0, np.clip(255 - (depth.astype(float) - near) * 255 / 400, 0, 255), 0).astype(np.uint8)
    for name, picture in zip(names, (rgb[..., ::-1], grey, ir), strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), picture)


def casia_surf(root: Path, people: int = 4, frames: int = 4) -> Path:
    """`Training/real_part|fake_part/PERSON/KIND.rssdk/color|depth|ir/N.jpg`, `Val/0000/000000-color.jpg` and lists."""
    rng = np.random.default_rng(0)
    train, val = [], []
    for person in range(people):
        for part, kind in (("real_part", "real"), ("fake_part", "01_en_b"), ("fake_part", "05_enm_b")):
            for frame in range(frames if part == "real_part" else frames // 2):
                base = f"Training/{part}/CLKJ_AS{person:04d}/{kind}.rssdk"
                names = [f"{base}/{stream}/{frame}.jpg" for stream in ("color", "depth", "ir")]
                save(root, names, part == "real_part", rng)
                train.append(" ".join([*names, str(int(part == "real_part"))]))
    for number in range(8):
        names = [f"Val/0000/{number:06d}-{stream}.jpg" for stream in ("color", "depth", "ir")]
        save(root, names, number % 2 == 0, rng)
        val.append(" ".join([*names, str(int(number % 2 == 0))]))
    (root / "train_list.txt").write_text("\n".join(train) + "\n")
    (root / "val_private_list.txt").write_text("\n".join(val) + "\n")
    (root / "test_public_list.txt").write_text("\n".join(line[:-2] for line in val) + "\n")
    return root


def cefa(root: Path, people: int = 3, frames: int = 3) -> Path:
    """`phase1/train/R_ID_D_S_P/profile|depth|ir/NNNN.jpg`, `phase1/dev/00300N/...` with video-level lists."""
    rng = np.random.default_rng(1)
    for race in (1, 2):
        lines, videos = [], []
        for person in range(people):
            for attack in (1, 2, 4):
                for frame in range(frames):
                    base = f"train/{race}_{person:03d}_1_1_{attack}"
                    names = [f"{base}/{stream}/{frame + 1:04d}.jpg" for stream in ("profile", "depth", "ir")]
                    save(root / "phase1", names, attack == 1, rng)
                    lines.append(f"{names[0]} {int(attack == 1)}")
        for video in range(4):
            for frame in range(frames):
                base = f"dev/00{race}{video:03d}"
                names = [f"{base}/{stream}/{frame + 1:04d}.jpg" for stream in ("profile", "depth", "ir")]
                save(root / "phase1", names, video % 2 == 0, rng)
            videos.append(f"{base} {int(video % 2 == 0)}")
        (root / "phase1" / f"4@{race}_train.txt").write_text("\n".join(lines) + "\n")
        (root / "phase1" / f"4@{race}_dev_ref.txt").write_text("\n".join(videos) + "\n")
        (root / "phase1" / f"4@{race}_test_res.txt").write_text("\n".join(v.split()[0] for v in videos) + "\n")
    return root


def mmfd(root: Path, people: int = 4, frames: int = 4) -> Path:
    """Parallel lists `rgb_train.txt`, `depth_train.txt`, `ir_train.txt`, `label_train.txt` with absolute paths."""
    rng = np.random.default_rng(2)
    for part in ("train", "val"):
        columns: dict[str, list[str]] = {"rgb": [], "depth": [], "ir": [], "label": []}
        for person in range(people):
            for frame in range(frames):
                live = frame % 2 == 0
                names = [f"our_realsense/{part}{person}/{s}/{frame}.jpg" for s in ("rgb", "depth", "ir")]
                save(root, names, live, rng)
                for stream, name in zip(("rgb", "depth", "ir"), names, strict=True):
                    columns[stream].append(str(root.resolve() / name))
                columns["label"].append(str(int(live)))
        for name, column in columns.items():
            (root / f"{name}_{part}.txt").write_text("\n".join(column) + "\n")
    return root
