"""Loading of head models: a morphable mesh from `.npz`, an OBJ mesh, or the built-in head."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from trainer.synth.heads.defaulthead import default_head
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.heads.objmesh import load_obj_head

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
"""Vertex ranges by material; `skin` and `eyes` take their colours from the portrait."""

IDENTITY_USED = 50


@lru_cache(maxsize=2)
def load_head(path: Path | None) -> HeadModel:
    """Load a head model from `.npz` or `.obj`; None returns the built-in one.

    Raises:
        UserError: the file does not exist, or is not a head mesh.
    """
    if path is None:
        return default_head()
    if not path.is_file():
        raise UserError(
            f"heads {path}: no such file; give a .npz or .obj head model, or omit the option.", parameter="heads"
        )
    if path.suffix.lower() == ".obj":
        return load_obj_head(path)
    try:
        with np.load(path, allow_pickle=False) as data:
            neutral, triangles = data["neutral"], data["triangles"]
            identity = data["identity"][:IDENTITY_USED].astype(np.float32)
            expression = data["expression"].astype(np.float32)
            names = tuple(str(name) for name in data["expression_names"])
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"heads {path}: not a head model ({error}); docs/synth.md lists the arrays it needs.", parameter="heads"
        ) from None
    if not len(triangles):
        raise UserError(f"heads {path}: the mesh has no triangles; give a mesh with faces.", parameter="heads")
    if len(neutral) != ICT_PARTS["eyes"][1]:
        raise UserError(
            f"heads {path}: has {len(neutral)} vertices, ICT-FaceKit light has 25351; use OBJ for other meshes.",
            parameter="heads",
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
