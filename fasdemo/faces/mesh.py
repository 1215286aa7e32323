"""The triangles of MediaPipe's face mesh, and the normals of its landmarks."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from fasdemo.faces.slim_import import without_plots_and_sound

Floats = npt.NDArray[np.float64]


@cache
def mesh_triangles() -> npt.NDArray[np.int64]:
    """Return the triangles of the face mesh, int64 (852, 3), numbers of landmarks below 468."""
    with without_plots_and_sound():
        from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarksConnections
    starts = [edge.start for edge in FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION]
    return np.array(starts, np.int64).reshape(-1, 3)


def landmark_normals(landmarks: npt.NDArray[np.floating]) -> Floats:
    """Return the unit normals of the 468 landmarks of the mesh, float64 (468, 3); z is negative towards the camera.

    Args:
        landmarks: (468 or 478, 3) as in `Face.landmarks`: x and y in pixels, z in the same unit.
    """
    points = np.asarray(landmarks[:468, :3], np.float64)
    corners = points[mesh_triangles()]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    # The triangles do not all have the same order of corners; the surface of a face is turned to the camera.
    faces *= np.where(faces[:, 2:] > 0.0, -1.0, 1.0)
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, mesh_triangles()[:, corner], faces)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9), np.float64)
