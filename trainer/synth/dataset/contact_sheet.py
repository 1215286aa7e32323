"""Contact sheets: examples of every species in all three modalities."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.faces.detector import FaceDetector
from fasdemo.models.crop import FaceCrops, crop_face
from fasdemo.models.infrared import ir_8bit
from fasdemo.progress import track
from trainer.synth.dataset.crop_set import CROP_SIZE
from trainer.synth.dataset.crops import CROP, SetupSampler, find_face
from trainer.synth.people.people import People
from trainer.synth.scene.setup import render_exposure
from trainer.synth.scene.subject import LIVE
from trainer.synth.sensors.sensor import PRESETS

Rgb = npt.NDArray[np.uint8]

DEPTH_SPAN_MM = 300.0


def depth_colours(depth_mm: npt.NDArray[np.floating], middle_mm: float) -> Rgb:
    """Colour depth (h, w): blue is 150 mm before `middle_mm`, red 150 mm behind it, black no reading."""
    unit = np.clip((depth_mm - middle_mm) / DEPTH_SPAN_MM + 0.5, 0, 1)
    bgr = cv2.applyColorMap(np.round(unit * 255).astype(np.uint8), cv2.COLORMAP_TURBO)
    bgr[depth_mm <= 0] = 0
    return np.ascontiguousarray(bgr[..., ::-1])


def triple(crops: FaceCrops, size: int = 128) -> Rgb:
    """Return RGB, depth and IR side by side, uint8 (size, 3 * size, 3)."""
    assert crops.rgb is not None
    assert crops.depth_mm is not None
    assert crops.ir is not None
    ir = ir_8bit(crops.ir)
    parts: list[Rgb] = [crops.rgb, depth_colours(crops.depth_mm, crops.distance_mm), np.repeat(ir[..., None], 3, 2)]
    return np.hstack([cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA) for part in parts])


def write_contact_sheet(
    output: Path, people: People, species: tuple[str, ...], seed: int, environments: tuple[Path, ...],
    columns: int = 5, size: int = 128,
) -> None:  # fmt: skip
    """Write a picture with one row for live and each species, `columns` triples per row."""
    if output.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        raise UserError(f"output {output}: must end in .jpg or .png; correct the file name.", parameter="output")
    sampler = SetupSampler(people, environments)
    rows = []
    with FaceDetector() as detector:
        for line, name in enumerate(track((LIVE, *species), "rendering")):
            row: list[Rgb] = []
            for attempt in range(columns * 4):
                rng = np.random.default_rng([seed, line, attempt])
                first, second = rng.choice(len(people.files), 2, replace=len(people.files) < 2)
                sensor = list(PRESETS)[(line + attempt) % len(PRESETS)]
                setup = sampler.setup(rng, name, int(first), int(second), sensor)
                frame = render_exposure(setup, rng)
                face = find_face(detector, frame)
                if face is None:
                    continue
                picture = triple(crop_face(frame.frames, face, CROP, CROP_SIZE), size)
                cv2.putText(
                    picture,
                    f"{sensor} {frame.params.projector}",
                    (3, size - 5),
                    cv2.FONT_HERSHEY_SIMPLEX,
                    0.33,
                    (255, 255, 0),
                    1,
                )
                row.append(picture)
                if len(row) == columns:
                    break
            while len(row) < columns:
                row.append(np.zeros((size, 3 * size, 3), np.uint8))
            strip = np.hstack(row)
            (width, _), _ = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)
            # On black, because the colours of the pictures would hide the name.
            cv2.rectangle(strip, (0, 0), (width + 6, 18), (0, 0, 0), cv2.FILLED)
            cv2.putText(strip, name, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1)
            rows.append(strip)
    output.parent.mkdir(parents=True, exist_ok=True)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 90] if output.suffix.lower() in (".jpg", ".jpeg") else []
    if not cv2.imwrite(str(output), np.vstack(rows)[..., ::-1], quality):
        raise UserError(
            f"output {output}: cannot be written; give the name of a .jpg or .png file in an existing folder.",
            parameter="output",
        )
