"""Simple meshes and rotations in camera axes (x right, y down, z forward), in metres."""

from __future__ import annotations

from math import cos, sin, sqrt

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Matrix = npt.NDArray[np.float64]


def turn(yaw: float, pitch: float, roll: float) -> Matrix:
    """Return the rotation (3, 3) in camera axes for angles in radians.

    Yaw turns a face to the image's right, pitch down, roll clockwise.
    """
    cy, sy, cp, sp, cr, sr = cos(yaw), sin(yaw), cos(pitch), sin(pitch), cos(roll), sin(roll)
    about_y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def grid(rows: int, columns: int) -> Ints:
    """Return the triangles (T, 3) of a rows x columns grid of vertices in row-major order."""
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    return np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)]).astype(
        np.int32
    )


def plane(
    width: float, height: float, texture: tuple[int, int], rows: int = 2, columns: int = 2
) -> tuple[Floats, Ints, Floats]:
    """Return a rectangle around the origin, facing the camera (normal -z): vertices, triangles, uv in texels."""
    y, x = np.meshgrid(np.linspace(-0.5, 0.5, rows), np.linspace(-0.5, 0.5, columns), indexing="ij")
    vertices = np.stack([x * width, y * height, np.zeros_like(x)], -1).reshape(-1, 3)
    uv = np.stack([(x + 0.5) * (texture[1] - 1), (y + 0.5) * (texture[0] - 1)], -1).reshape(-1, 2)
    return vertices.astype(np.float32), grid(rows, columns), uv.astype(np.float32)


def box(width: float, height: float, depth: float) -> tuple[Floats, Ints, Floats]:
    """Return a box around the origin with flat faces (24 vertices) and uv in [0, 1] on each face."""
    vertices: list[Matrix] = []
    triangles: list[npt.NDArray[np.int_]] = []
    uv: list[Matrix] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            corner = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float64)
            face = np.zeros((4, 3))
            face[:, axis] = sign
            others = [a for a in range(3) if a != axis]
            face[:, others[0]], face[:, others[1]] = corner[:, 0], corner[:, 1]
            start = 4 * len(vertices)
            vertices.append(face * np.array([width, height, depth]) / 2)
            triangles.append(np.array([[0, 2, 1], [1, 2, 3]]) + start)
            uv.append((corner + 1) / 2)
    return (
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(uv).astype(np.float32),
    )


def tube(
    path: npt.NDArray[np.floating], radius: npt.NDArray[np.floating] | float, sides: int = 10
) -> tuple[Floats, Ints]:
    """Return a tube with closed ends along `path` (N, 3)."""
    path = np.asarray(path, np.float64)
    radii = np.broadcast_to(np.asarray(radius, np.float64), len(path)).copy()
    ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    helper = np.array([0.0, 0.0, 1.0]) if abs(ahead[0][2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    first = np.cross(ahead, helper)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(ahead, first)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=True)
    ring = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
    vertices = path[:, None] + ring * radii[:, None, None]
    return vertices.reshape(-1, 3).astype(np.float32), grid(len(path), sides)


def ellipsoid(
    centre: npt.NDArray[np.floating], axes: npt.NDArray[np.floating], rows: int = 12, columns: int = 20
) -> tuple[Floats, Ints]:
    """Return an ellipsoid with half axes along x, y and z."""
    v, u = np.meshgrid(np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    unit = np.stack([np.sin(v) * np.cos(u), -np.cos(v), np.sin(v) * np.sin(u)], -1).reshape(-1, 3)
    return (unit * axes + centre).astype(np.float32), grid(rows, columns)


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Return unit normals (V, 3), weighted by area; they point outwards for counter-clockwise triangles."""
    unit = np.zeros((len(vertices), 3), np.float32)
    _sum_normals(np.asarray(vertices, np.float32), triangles, unit)
    return unit


@njit(cache=True, error_model="numpy")
def _sum_normals(vertices: Floats, triangles: Ints, normals: Floats) -> None:
    for t in range(len(triangles)):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, az = vertices[j, 0] - vertices[i, 0], vertices[j, 1] - vertices[i, 1], vertices[j, 2] - vertices[i, 2]
        bx, by, bz = vertices[k, 0] - vertices[i, 0], vertices[k, 1] - vertices[i, 1], vertices[k, 2] - vertices[i, 2]
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        for corner in (i, j, k):
            normals[corner, 0] += x
            normals[corner, 1] += y
            normals[corner, 2] += z
    for v in range(len(normals)):
        length = sqrt(normals[v, 0] ** 2 + normals[v, 1] ** 2 + normals[v, 2] ** 2)
        for axis in range(3):
            normals[v, axis] = normals[v, axis] / max(length, 1e-12)
