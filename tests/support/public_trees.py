"""The public data sets with videos, JSON labels or HDF5 in miniature."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import h5py
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream
from tests.support.tiny_set import face
from trainer.config.schema import DataConfig
from trainer.data.splits import Splits, open_splits

EYES_PX = (40.0, 60.0, 80.0, 62.0)
"""Eyes of the made-up faces: x and y of the left one in the picture, then of the right one."""


def opened(folder: Path, protocol: str | None = None, streams: tuple[Stream, ...] = ("rgb",), **data: object) -> Splits:
    """Open the parts of a data set as a training does."""
    return open_splits(DataConfig.model_validate({"folder": folder, "protocol": protocol, **data}), streams, False)


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


def celeba(root: Path) -> Path:
    """`Data/train|test/PERSON/live|spoof/N.jpg` with boxes, and the labels of `intra_test` and `protocol2`.

    Kind of attack 3 (A4) and 9 (phone) in training, 10 (3D mask) in the test.
    """
    for part, people, kinds in (("train", range(1, 7), (3, 9)), ("test", range(11, 13), (10,))):
        labels: dict[str, list[int]] = {}
        for person in people:
            for number, kind in enumerate((0, *kinds)):
                name = f"Data/{part}/{person}/{'spoof' if kind else 'live'}/{person:03d}{number:03d}.jpg"
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(root / name), boxed_picture()[..., ::-1])
                (root / name).with_name(f"{Path(name).stem}_BB.txt").write_text("84 56 56 56 0.99")
                labels[name] = [0] * 40 + [kind, 1, 2, int(kind > 0)]
        for place in ("intra_test", "protocol2/test_on_low_quality_device"):
            (root / "metas" / place).mkdir(parents=True, exist_ok=True)
            (root / "metas" / place / f"{part}_label.json").write_text(json.dumps(labels))
    return root


def boxed_picture() -> npt.NDArray[np.uint8]:
    """Return a grey picture, 400 x 200 pixels (height x width), with a red square in the box that `celeba` writes."""
    picture = np.full((400, 200, 3), 120, np.uint8)
    # x 84, y 56, 56 x 56 on the grid of 224 x 224.
    picture[100:200, 75:125] = (255, 0, 0)
    return picture


def frames_file(path: Path, frames: Sequence[npt.NDArray[np.uint8]]) -> None:
    """Write `Frame_N/array`, as the owners of WMCA preprocess their recordings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for number, frame in enumerate(frames):
            file.create_dataset(f"Frame_{number}/array", data=frame)
        file.create_dataset("FrameIndexes", data=np.arange(len(frames)))


WMCA_NAMES = {
    "train": ("001_01_000_0_00", "512_01_002_1_01", "501_01_000_2_02", "003_01_000_2_08", "018_01_000_3_06"),
    "dev": ("021_01_000_0_01", "513_01_022_1_04", "101_01_023_1_02", "019_01_000_4_01"),
    "eval": ("041_01_000_0_00", "514_01_042_1_05", "530_03_041_2_18", "098_02_000_3_10", "012_01_000_2_12"),
}


def wmca(root: Path, sides: Sequence[str] = ("RGB", "CDIT"), frames: int = 2) -> Path:
    """`WMCA_preprocessed_RGB|CDIT/WMCA/face-station/12.02.18/NAME.hdf5` and `PROTOCOL-grandtest.csv`.

    Plane p of frame n is filled with 10 p + n, of colour with 100 + 10 p + n.
    """
    lines = []
    for part, names in WMCA_NAMES.items():
        for name in names:
            for side in sides:
                planes, first = (3, 100) if side == "RGB" else (4, 0)
                pictures = [
                    np.stack([np.full((16, 16), first + 10 * plane + number, np.uint8) for plane in range(planes)])
                    for number in range(frames)
                ]
                place = root / f"WMCA_preprocessed_{side}" / "WMCA" / "face-station" / "12.02.18"
                frames_file(place / f"{name}.hdf5", pictures)
            lines.append(f"face-station/12.02.18/{name},{int(name.split('_')[3] != '0')},{part}")
    (root / "PROTOCOL-grandtest.csv").write_text("\n".join(lines) + "\n")
    return root


HQ_WMCA_NAMES = {
    "train": ("1_01_0001_0000_00_00_000-0a", "1_01_0502_0001_02_01_003-0b", "1_02_0003_0000_03_01_010-0c"),
    "dev": ("1_01_0011_0000_00_00_000-0d", "1_01_0012_0011_06_02_044-0e"),
    "eval": ("1_03_0021_0000_00_00_000-0f", "1_03_0022_0000_09_01_005-10"),
}


def hq_wmca(root: Path, picture: npt.NDArray[np.uint8]) -> Path:
    """`face-station/01.01.20/NAME.h5` with `BASLER_BGR`, and `PROTOCOL-grand_test-curated.csv` with a header."""
    lines = ["video_name,label,attack,subset"]
    for part, names in HQ_WMCA_NAMES.items():
        for name in names:
            path = root / "face-station" / "01.01.20" / f"{name}.h5"
            path.parent.mkdir(parents=True, exist_ok=True)
            with h5py.File(path, "w") as file:
                file.create_dataset("BASLER_BGR", data=np.stack([picture[..., ::-1].transpose(2, 0, 1)] * 2))
            live = name.split("_")[4] == "00"
            lines.append(f"01.01.20/{name},{int(not live)},{'bonafide' if live else 'attack/Some'},{part}")
    (root / "PROTOCOL-grand_test-curated.csv").write_text("\n".join(lines) + "\n")
    return root


def casia_3dmask(root: Path, picture: npt.NDArray[np.uint8], people: int = 4) -> Path:
    """`Real/DATE_PERSON/N.MOV` and `Fake/DATE_PERSON/MASK/N.MOV`, every video showing the given picture."""
    for person in range(people):
        names = [f"Real/0927_{person:03d}/{number}" for number in (1, 15)]
        names += [f"Fake/0927_{person:03d}/{mask}/{number}" for mask in (1, 3) for number in (1, 2)]
        for name in names:
            video(root / f"{name}.MOV", [picture])
    return root
