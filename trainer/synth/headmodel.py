"""Head models: a morphable mesh from `.npz`, any OBJ mesh, or the built-in default.

Unit metres, x to the person's left (the viewer's right), y up, z towards the viewer; the origin lies inside the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

ICT_LANDMARKS = (
    1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443, 268, 493, 1914,
    2044, 1401, 3615, 4240, 4114, 2734, 2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360, 1507, 1542, 1537,
    1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957,
    5841, 5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966,
)  # fmt: skip
"""Vertices of the Multi-PIE 68 points in ICT-FaceKit's light topology."""

ICT_PARTS = {
    "skin": (0, 11248),
    "socket": (11248, 14062),
    "gums": (14062, 17039),
    "teeth": (17039, 21451),
    "eyes": (21451, 25351),
}
"""Vertex ranges by material; everything in `skin` and `eyes` is coloured from the portrait."""

IDENTITY_USED = 50


@dataclass(frozen=True)
class HeadModel:
    """A head mesh with what is known to vary in it.

    Attributes:
        vertices: float32 (V, 3), metres, the mean head.
        triangles: int32 (T, 3).
        identity: float32 (K, V, 3) offsets per unit weight, weights ~ N(0, 1); K may be 0.
        expression: float32 (E, V, 3) offsets per unit weight, weights 0..1; E may be 0.
        expression_names: E names in ARKit's spelling, e.g. `eyeBlink_L`.
        landmarks: int32 (68,) vertices of the Multi-PIE points, or empty where the mesh has none.
        parts: material name to vertex range.
    """

    name: str
    vertices: Floats
    triangles: Ints
    identity: Floats
    expression: Floats
    expression_names: tuple[str, ...]
    landmarks: Ints
    parts: dict[str, tuple[int, int]]

    def shape(self, identity: npt.NDArray[np.floating], expression: dict[str, float] | None = None) -> Floats:
        """Vertices (V, 3) for identity weights (<= K,) and expression weights by name."""
        result = self.vertices.copy()
        for weight, offsets in zip(identity, self.identity, strict=False):
            if weight:
                result += np.float32(weight) * offsets
        for name, value in (expression or {}).items():
            if value and name in self.expression_names:
                result += np.float32(value) * self.expression[self.expression_names.index(name)]
        return result


@lru_cache(maxsize=2)
def load_head(path: Path | None) -> HeadModel:
    """A head from `.npz` or `.obj`; the built-in one for None.

    Raises:
        UserError: the file is missing, or is no head mesh.
    """
    if path is None:
        from trainer.synth.defaulthead import default_head

        return default_head()
    if not path.is_file():
        raise UserError(
            f"--heads {path}: there is no such file; give a .npz or .obj head model, or leave the option out."
        )
    if path.suffix.lower() == ".obj":
        from trainer.synth.objmesh import load_obj_head

        return load_obj_head(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            neutral, triangles = data["neutral"], data["triangles"]
            identity = data["identity"][:IDENTITY_USED].astype(np.float32)
            expression = data["expression"].astype(np.float32)
            names = tuple(str(name) for name in data["expression_names"])
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"--heads {path}: is no head model ({error}); docs/synth.md lists the arrays it needs."
        ) from None
    if not len(triangles):
        raise UserError(f"--heads {path}: the mesh has no triangles; give a mesh with faces.")
    if len(neutral) != ICT_PARTS["eyes"][1]:
        raise UserError(
            f"--heads {path}: has {len(neutral)} vertices, ICT-FaceKit light has 25351; use OBJ for other meshes."
        )
    centimetre = np.float32(0.01)
    return HeadModel(
        name=path.stem,
        vertices=neutral.astype(np.float32) * centimetre,
        triangles=triangles.astype(np.int32),
        identity=identity * centimetre,
        expression=expression * centimetre,
        expression_names=names,
        landmarks=np.array(ICT_LANDMARKS, np.int32),
        parts=ICT_PARTS,
    )


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Unit normals (V, 3), weighted by area; outwards for counter-clockwise triangles."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros((len(vertices), 3), np.float64)
    for axis in range(3):
        for corner in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], faces[:, axis], len(vertices))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    unit: Floats = (normals / np.maximum(length, 1e-12)).astype(np.float32)
    return unit
