from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fasdemo.frames import Intrinsics
from trainer.synth.scene import geometry
from trainer.synth.scene.scene import Light, Material, Mesh, Rendering, Scene
from trainer.synth.scene.textures import TexturePack

CAMERA = Intrinsics(64, 48, 60.0, 60.0, 31.5, 23.5)


def light(ir: float = 0.1) -> Light:
    harmonics = np.zeros((9, 3), np.float32)
    harmonics[0] = 0.5
    return Light(harmonics, np.zeros((0, 6), np.float32), np.zeros((8, 16, 3), np.float32), ir, 0.0, 0.0)


def sheet(z: float, width: float, colour: float = 0.6, cut: bool = False, emissive: float = 0.0) -> Mesh:
    texels = np.full((8, 8, 6), colour, np.float32)
    texels[..., 4] = 1.0
    texels[..., 5] = 0.0
    vertices, triangles, uv = geometry.plane(width, width, (8, 8))
    material = Material(texels, cut=cut, emissive=emissive)
    return Mesh(vertices + np.array([0, 0, z], np.float32), triangles, uv, material)


def render(*meshes: Mesh, ir: float = 0.1) -> Rendering:
    return Scene(CAMERA, light(ir), list(meshes)).render()


def test_nearer_surface_hides_the_farther_one_and_depth_is_in_metres() -> None:
    picture = render(sheet(1.0, 3.0, 0.2), sheet(0.5, 0.2, 0.8))
    assert picture.depth_m[24, 32] == pytest.approx(0.5, abs=1e-4)
    assert picture.depth_m[2, 2] == pytest.approx(1.0, abs=1e-4)
    assert picture.surface[24, 32] == 1
    assert picture.rgb[24, 32, 0] == pytest.approx(0.8 * 0.5, rel=0.02)


def test_render_gives_zero_depth_where_nothing_is() -> None:
    picture = render(sheet(1.0, 0.2))
    assert picture.depth_m[0, 0] == 0
    assert picture.surface[0, 0] == -1


def test_depth_at_edges_is_never_a_mean_of_two_distances() -> None:
    picture = render(sheet(1.0, 3.0), sheet(0.5, 0.21))
    values = np.unique(np.round(picture.depth_m, 3))
    assert set(values.tolist()) <= {0.5, 1.0}


def test_infrared_falls_with_the_square_of_the_distance() -> None:
    near, far = render(sheet(0.5, 3.0)), render(sheet(1.0, 3.0))
    assert near.ir[24, 32] / far.ir[24, 32] == pytest.approx(4.0, rel=0.05)


def test_holes_are_cut_by_opacity() -> None:
    front = sheet(0.5, 0.3, cut=True)
    front.material.texels[2:6, 2:6, 4] = 0.0
    picture = render(sheet(1.0, 3.0), front)
    assert picture.depth_m[24, 32] == pytest.approx(1.0, abs=1e-3)
    assert picture.depth_m[24 - 16, 32] == pytest.approx(0.5, abs=1e-3)


def test_screens_shine_by_themselves_and_are_dark_in_infrared() -> None:
    screen = sheet(0.5, 0.3, emissive=1.0)
    screen.material.texels[..., 3] = 0.03
    picture = render(sheet(1.0, 3.0, 0.6), screen)
    assert picture.rgb[24, 32, 0] == pytest.approx(0.6, rel=0.02)
    assert picture.ir[24, 32] < 0.1 * render(sheet(0.5, 3.0)).ir[24, 32]


def ball(z: float, shine: float) -> Mesh:
    vertices, triangles = geometry.ellipsoid(np.array([0.0, 0.0, z]), np.full(3, 0.12), 40, 60)
    texels = np.full((1, 1, 6), 0.5, np.float32)
    material = Material(texels, specular=shine, power=14.0, specular_ir=shine, retro=24.0, wrap=0.25)
    return Mesh(vertices, triangles, np.zeros((len(vertices), 2), np.float32), material)


@pytest.mark.parametrize("supersample", [1, 2])
def test_light_of_squares_hardly_changes_a_shaded_ball(supersample: int) -> None:
    camera = Intrinsics(160, 120, 300.0, 300.0, 79.5, 59.5)
    lit = light()
    lit = replace(lit, lamps=np.array([[0.6, -0.48, -0.64, 0.9, 0.8, 0.7]], np.float32))
    scene = Scene(camera, lit, [sheet(1.0, 3.0), ball(0.5, 0.2)])
    exact, quick = scene.render(supersample), scene.render(supersample, lit_samples=2)
    np.testing.assert_array_equal(exact.depth_m, quick.depth_m)
    np.testing.assert_array_equal(exact.surface, quick.surface)
    for one, other in ((exact.rgb, quick.rgb), (exact.ir, quick.ir)):
        assert other.mean() == pytest.approx(one.mean(), rel=0.01)
        assert np.abs(other - one).mean() < 0.02 * one.mean()
        assert np.corrcoef(other.ravel(), one.ravel())[0, 1] > 0.99


def test_texture_pack_copies_large_textures_once() -> None:
    rng = np.random.default_rng(1)
    large, other, small, changed = (rng.random((n, n, 6), np.float32) for n in (80, 90, 2, 2))
    pack = TexturePack()
    texels, (first, second) = pack.pack([large, small])
    np.testing.assert_array_equal(texels[first : first + 6400], large.reshape(-1, 6))
    np.testing.assert_array_equal(texels[second : second + 4], small.reshape(-1, 6))
    again, (second, first) = pack.pack([changed, large])
    assert again is texels
    np.testing.assert_array_equal(again[first : first + 6400], large.reshape(-1, 6))
    np.testing.assert_array_equal(again[second : second + 4], changed.reshape(-1, 6))
    more, (third, first) = pack.pack([other, large])
    np.testing.assert_array_equal(more[third : third + 8100], other.reshape(-1, 6))
    np.testing.assert_array_equal(more[first : first + 6400], large.reshape(-1, 6))


def test_triangles_behind_the_camera_are_left_out() -> None:
    picture = render(sheet(-0.5, 1.0))
    assert not picture.depth_m.any()


def test_turn_directions_are_those_of_the_docstring() -> None:
    face = np.array([0.0, 0.0, -1.0])
    assert (geometry.turn(0.5, 0, 0) @ face)[0] > 0.4
    assert (geometry.turn(0, 0.5, 0) @ face)[1] > 0.4
    assert (geometry.turn(0, 0, 0.5) @ np.array([1.0, 0, 0]))[1] > 0.4
    assert np.linalg.det(geometry.turn(0.3, 0.2, 0.1)) == pytest.approx(1.0)
