from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from trainer.synth.dataset.shortcuts import ShortcutFigure, shortcut_table
from trainer.synth.heads.defaulthead import default_head
from trainer.synth.heads.objmesh import read_obj
from trainer.synth.heads.open_heads import load_head
from trainer.synth.people.fit import FLIP, fit_head
from trainer.synth.people.landmarks import MEDIAPIPE_68
from trainer.synth.people.people import load_people
from trainer.synth.scene.geometry import vertex_normals


def test_default_head_is_a_head() -> None:
    head = default_head()
    marks = head.vertices[head.landmarks]
    assert len(marks) == 68
    eyes = marks[36:42].mean(0) - marks[42:48].mean(0)
    assert 0.058 < np.linalg.norm(eyes) < 0.068
    assert marks[30, 2] > marks[36:48, 2].max() + 0.02  # the nose stands out
    assert marks[8, 1] < marks[57, 1] < marks[30, 1] < marks[27, 1]
    normals = vertex_normals(head.vertices, head.triangles)
    assert normals[head.landmarks[30], 2] > 0.5


def test_expressions_move_what_they_name() -> None:
    head = default_head()
    calm, open_ = head.shape(np.zeros(0)), head.shape(np.zeros(0), {"jawOpen": 1.0})
    assert open_[head.landmarks[8], 1] < calm[head.landmarks[8], 1] - 0.01
    assert np.allclose(open_[head.landmarks[27]], calm[head.landmarks[27]], atol=1e-3)


def test_fit_recovers_pose_and_place() -> None:
    import cv2

    head = default_head()
    turn, _ = cv2.Rodrigues(np.array([0.08, -0.12, 0.05]))
    true = FLIP @ head.vertices.astype(np.float64).T
    camera = (turn @ true).T + np.array([0.03, -0.02, 1.6])
    focal = 1500.0
    pixels = camera[:, :2] / camera[:, 2:] * focal + 399.5
    points = np.zeros((478, 2))
    # The first of two indices that stand for one point wins; both carry the same value.
    for index, vertex in zip(MEDIAPIPE_68, head.landmarks, strict=True):
        points[index] = pixels[vertex]
    fit = fit_head(head, points, (800, 800))
    assert fit.residual < 0.03
    found = fit.project(head.shape(fit.identity, fit.expression))[head.landmarks]
    assert np.abs(found - pixels[head.landmarks])[17:].mean() < 2.5
    angle, _ = cv2.Rodrigues(fit.rotation @ FLIP.T)
    assert np.abs(angle.ravel() - [0.08, -0.12, 0.05]).max() < 0.08


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v 0 0 0\nv 1 0 0\n", "no triangles"),
        ("v 0 0 0\nv 1 0 0\nf 1 2 9\n", "a missing vertex"),
        ("v 0 0 zero\n", "line 1"),
    ],
)
def test_broken_meshes_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "head.obj"
    path.write_text(text)
    with pytest.raises(UserError, match=words):
        load_head(path)


def test_polygons_become_triangles(tmp_path: Path) -> None:
    path = tmp_path / "quad.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1 2/1 3/1 4/1\nf -4 -3 -2\n")
    vertices, triangles = read_obj(path)
    assert vertices.shape == (4, 3)
    assert triangles.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2]]


def test_head_model_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    np.savez(path, neutral=np.zeros((5, 3)))
    with pytest.raises(UserError, match="not a head model"):
        load_head(path)


def test_built_in_person_has_hair_without_a_step(tmp_path: Path) -> None:
    people = load_people(None, None, 1, tmp_path)
    person = people.portrait(0)
    assert person.residual < 0.08
    assert people.names == ("astronaut",)
    # Front and back of hair and shoulders meet along the outline and are apart inside.
    thickness = person.relief[:, 2] - person.back[:, 2]
    assert thickness.min() > -0.02
    assert np.percentile(thickness, 60) > 0.05
    # Neighbours in the relief's grid lie close together: no step between face and hair.
    edges = person.relief[person.relief_triangles]
    edges = edges[(edges[..., 1] > -0.05).all(1) & (np.abs(edges[..., 2] - 0.04) < 0.05).all(1)]
    steps = np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1)
    assert np.percentile(steps, 97) < 0.015


def test_head_model_of_the_reference_material_fits(shared_dir: Path, tmp_path: Path) -> None:
    head = load_head(shared_dir / "data" / "heads" / "ict_facekit.npz")
    assert head.vertices.shape == (25351, 3)
    assert len(head.landmarks) == 68
    people = load_people(None, shared_dir / "data" / "heads" / "ict_facekit.npz", 1, tmp_path)
    assert people.portrait(0).residual < 0.05


def test_shortcut_table_is_markdown() -> None:
    table = shortcut_table([ShortcutFigure("size", 0.5, 0.48, 0.52, 0.5)])
    assert table.splitlines()[2] == "| size | 0.500 (0.480-0.520) | 0.500 |"
