"""Head models: a mesh and its modes of variation.

Coordinates are in metres, x to the person's left (the viewer's right), y up, z towards the viewer; the origin is inside
the head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class HeadModel:
    """A head mesh with identity and expression modes.

    Attributes:
        vertices: float32 (V, 3): the mean head in metres.
        triangles: int32 (T, 3).
        identity: float32 (K, V, 3): offsets in metres per unit weight, weights ~ N(0, 1); K may be 0.
        expression: float32 (E, V, 3): offsets in metres per unit weight, weights 0 to 1; E may be 0.
        expression_names: E names in ARKit's spelling, e.g. `eyeBlink_L`.
        landmarks: int32 (68,): vertices of the Multi-PIE points, or empty if the mesh has none.
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
        """Return vertices (V, 3) in metres for identity weights (<= K,) and expression weights by name."""
        result = self.vertices.copy()
        for weight, offsets in zip(identity, self.identity, strict=False):
            if weight:
                result += np.float32(weight) * offsets
        for name, value in (expression or {}).items():
            if value and name in self.expression_names:
                result += np.float32(value) * self.expression[self.expression_names.index(name)]
        return result
