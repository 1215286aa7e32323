"""The public data sets with videos, JSON labels or HDF5 in miniature."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from tests.support.tiny_set import face

EYES_PX = (40.0, 60.0, 80.0, 62.0)
"""Eyes of the made-up faces: x and y of the left one in the picture, then of the right one."""


def video(path: Path, frames: Sequence[npt.NDArray[np.uint8]], codec: str = "mjpeg") -> None:
    """Write a video of RGB pictures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuvj420p"
        for picture in frames:
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def marked(live: bool, seed: int, size: int = 120) -> npt.NDArray[np.uint8]:
    """Return a picture with a red disc on the left eye and a blue one on the right."""
    picture = face(np.random.default_rng(seed), live, size)[0]
    for x, y, colour in ((EYES_PX[0], EYES_PX[1], (255, 0, 0)), (EYES_PX[2], EYES_PX[3], (0, 0, 255))):
        cv2.circle(picture, (int(x), int(y)), 4, colour, -1)
    return picture


def oulu_video(root: Path, name: str, folder: str, frames: int = 4, without: Sequence[int] = ()) -> None:
    """Write a video of OULU-NPU and its eye positions; frames in `without` have zeros for eyes."""
    live = name.endswith("_1")
    video(root / folder / f"{name}.avi", [marked(live, number) for number in range(frames)])
    lines = [
        f"{number}," + ",".join("0" if number in without else f"{value:.0f}" for value in EYES_PX)
        for number in range(frames)
    ]
    (root / folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


OULU_NAMES = {
    "Train_files": [
        f"{phone}_{session}_01_{kind}" for phone in (1, 2) for session in (1, 3) for kind in (1, 2, 3, 4, 5)
    ],
    "Dev_files": [f"{phone}_{session}_21_{kind}" for phone in (1, 2) for session in (1, 3) for kind in (1, 2, 3, 4, 5)],
    "Test_files": [
        f"{phone}_{session}_36_{kind}" for phone in (1, 2) for session in (1, 3) for kind in (1, 2, 3, 4, 5)
    ],
}


def oulu(root: Path) -> Path:
    """`Train_files|Dev_files|Test_files/P_S_UU_F.avi` of one person a part, two phones and two sessions."""
    for folder, names in OULU_NAMES.items():
        for name in names:
            oulu_video(root, name, folder)
    return root


def replay(root: Path, picture: npt.NDArray[np.uint8]) -> Path:
    """`train|devel|test/real|attack/...` with one client a part, every video showing the given picture."""
    for number, part in enumerate(("train", "devel", "test"), 1):
        client = f"client{number:03d}_session01"
        names = [f"real/{client}_webcam_authenticate_adverse_1", f"real/{client}_webcam_authenticate_controlled_1"]
        for support in ("fixed", "hand"):
            names += [f"attack/{support}/attack_print_{client}_highdef_photo_adverse"]
            for device in ("mobile", "highdef"):
                for content in ("photo", "video"):
                    names += [f"attack/{support}/attack_{device}_{client}_{device}_{content}_controlled"]
        for name in names:
            video(root / part / f"{name}.mov", [picture] * 3)
        video(root / "enroll" / part / f"{client}_webcam_enroll_adverse_1.mov", [picture])
    return root
