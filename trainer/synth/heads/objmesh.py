"""Head meshes in Wavefront OBJ: scaled and placed by landmarks that MediaPipe finds in a rendered view."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.faces.model_file import face_model_path
from fasdemo.frames import Intrinsics
from fasdemo.models.crop import ADULT_EYE_DISTANCE_M
from trainer.synth.heads.defaulthead import deformations
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.landmarks import MEDIAPIPE_68, Landmarker
from trainer.synth.people.portrait import to_srgb
from trainer.synth.scene.scene import Light, Material, Mesh, Scene

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


def read_obj(path: Path) -> tuple[Floats, Ints]:
    """Read vertices (V, 3) and triangles (T, 3) of an OBJ file; polygons become fans of triangles.

    trimesh is not used: only these two arrays are needed, in the order of the file, and an error has to name its line.

    Raises:
        UserError: the file has no triangles, or an index without a vertex.
    """
    vertices: list[tuple[float, float, float]] = []
    triangles: list[tuple[int, int, int]] = []
    number = 0
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):  # noqa: B007
            parts = line.split()
            if not parts:
                continue
            if parts[0] == "v":
                vertices.append((float(parts[1]), float(parts[2]), float(parts[3])))
            elif parts[0] == "f":
                corners = [int(corner.split("/")[0]) for corner in parts[1:]]
                corners = [c - 1 if c > 0 else len(vertices) + c for c in corners]
                triangles += [(corners[0], corners[k], corners[k + 1]) for k in range(1, len(corners) - 1)]
    except (ValueError, IndexError, OverflowError):
        raise UserError(
            f"heads {path}: line {number} is not valid OBJ; export the mesh again.", parameter="heads"
        ) from None
    if any(not 0 <= corner < len(vertices) for triangle in triangles for corner in triangle):
        # Checked before the conversion to 32 bits, which cannot represent larger indices.
        raise UserError(f"heads {path}: a face refers to a missing vertex; export the mesh again.", parameter="heads")
    faces = np.array(triangles, np.int32).reshape(-1, 3)
    if not len(faces):
        raise UserError(f"heads {path}: the mesh has no triangles; export it with faces.", parameter="heads")
    points = np.array(vertices, np.float32).reshape(-1, 3)
    if faces.min() < 0 or faces.max() >= len(points) or not np.isfinite(points).all():
        raise UserError(f"heads {path}: a face refers to a missing vertex; export the mesh again.", parameter="heads")
    return points, faces


def load_obj_head(path: Path) -> HeadModel:
    """Load a head model from a mesh of an upright head (y up) that faces +z.

    Raises:
        UserError: no face is detected in its front view.
    """
    points, triangles = read_obj(path)
    # Scale to about a head's height so that the detector finds the face; then scale by the distance of the eyes.
    middle = (points.max(0) + points.min(0)) / 2
    span = float(np.ptp(points[:, 1]))
    best = None
    for share in (1.0, 0.75, 0.5):
        scale = 0.27 / max(span * share, 1e-9)
        top = float(points[:, 1].max())
        local = (points - np.array([middle[0], top, middle[2]])) * scale + np.array([0, 0.13, 0])
        marks = _landmarks(local.astype(np.float32), triangles)
        if marks is not None:
            best = (local, marks)
            break
    if best is None:
        raise UserError(
            f"heads {path}: no face is detected from the front; turn the mesh so that y is up and it faces +z.",
            parameter="heads",
        )
    local, marks = best
    eyes = local[marks]
    distance = float(np.linalg.norm(eyes[36:42].mean(0) - eyes[42:48].mean(0)))
    local = local * (ADULT_EYE_DISTANCE_M / distance)
    # Move the eyes to the height and depth of the built-in head's eyes.
    eye = (local[marks][36:42].mean(0) + local[marks][42:48].mean(0)) / 2
    local = (local - eye + np.array([0.0, 0.0343, 0.086])).astype(np.float32)
    identity, names, expression = deformations(local)
    return HeadModel(path.stem, local, triangles, identity, expression, names, marks, {"skin": (0, len(local))})


def _landmarks(points: Floats, triangles: Ints) -> Ints | None:
    """Return the vertices nearest to the 68 points in a front view, or None if no face is detected."""
    camera = Intrinsics(512, 512, 900.0, 900.0, 255.5, 255.5)
    skin = np.array([[[0.55, 0.36, 0.28, 0.5, 1.0, 0.3]]], np.float32)
    view = (points * np.array([1, -1, -1], np.float32)) + np.array([0, 0, 0.75], np.float32)
    harmonics = np.zeros((9, 3), np.float32)
    harmonics[0] = 0.35
    lamp = np.array([[-0.35, -0.6, -0.72, 0.75, 0.75, 0.75]], np.float32)
    scene = Scene(camera, Light(harmonics, lamp, np.zeros((8, 16, 3), np.float32)))
    scene.meshes.append(Mesh(view, triangles, np.zeros((len(points), 2), np.float32), Material(skin)))
    picture = scene.render(2)
    image = np.where(picture.depth_m[..., None] > 0, to_srgb(picture.rgb), np.float32(0.6))
    with Landmarker(face_model_path()) as landmarker:
        found = landmarker.points(np.round(image * 255).astype(np.uint8))
    if found is None:
        return None
    pixels = view[:, :2] / view[:, 2:] * camera.fx + camera.cx
    column, row = np.round(pixels.T).astype(int).clip(0, 511)
    # Use only vertices on the visible surface.
    seen = np.abs(picture.depth_m[row, column] - view[:, 2]) < 0.006
    candidates = np.flatnonzero(seen)
    if len(candidates) < 68:
        return None
    target = found[list(MEDIAPIPE_68)]
    nearest = np.argmin(np.linalg.norm(pixels[candidates][None] - target[:, None], axis=2), axis=1)
    marks: Ints = candidates[nearest].astype(np.int32)
    return marks
