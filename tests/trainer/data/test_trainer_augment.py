"""Training crops: one geometry for all streams, chance only from the generator given, faults of each sensor."""

import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.frames import STREAMS
from fasdemo.models.whole_picture import evaluation_map
from trainer.config.schema import AugmentConfig, InputConfig
from trainer.data.faces import Sample
from trainer.data.transforms.augment import Cropper
from trainer.data.transforms.geometry import random_resized
from trainer.data.transforms.stream_augment import augment_depth, augment_ir, jitter_depth_shape

SIZE = 64


def marked(size: int = 96, at: tuple[int, int] = (52, 40)) -> Sample:
    """A bright disc at the same place in every stream; depth 500 mm there and 900 mm elsewhere."""
    y, x = np.mgrid[:size, :size]
    disc = np.hypot(x - at[0], y - at[1]) < 9
    grey = np.where(disc, 220, 30).astype(np.uint8)
    return Sample(np.repeat(grey[..., None], 3, 2), np.where(disc, 500, 900).astype(np.uint16), grey)


def centre(mask: np.ndarray) -> np.ndarray:
    return np.asarray(np.array(np.nonzero(mask)).mean(1))


def bright(ir: np.ndarray) -> np.ndarray:
    return np.asarray(ir > 0.5 * np.iinfo(ir.dtype).max)


def plain(**changes: object) -> AugmentConfig:
    quiet = {
        "ir_vignette": 0,
        "ir_glare": 0,
        "ir_black": 0,
        "colour": 0,
        "blur": 0,
        "jpeg": 0,
        "noise": 0,
        "depth_holes": 0,
        "depth_delivered": 0,
        "cutout": 0,
        "misregistration": 0,
    }
    return AugmentConfig.model_validate({**quiet, "depth_offset_mm": 0, "ir_gain": (1, 1), **changes})


@pytest.mark.parametrize("kind", ["face", "published"])
def test_cropper_moves_every_stream_alike(kind: str) -> None:
    settings = plain(kind=kind, rotation_deg=20, shift=0.1, area=(0.5, 1.0))
    cropper = Cropper(STREAMS, InputConfig(size=SIZE), settings, 1.5)
    places = []
    for seed in range(8):
        crop = cropper.training(marked(), np.random.default_rng(seed)).streams
        at = centre(crop["rgb"][..., 0] > 125)
        np.testing.assert_allclose(centre(bright(crop["ir"])), at, atol=0.8)
        np.testing.assert_allclose(centre(crop["depth"] < 700), at, atol=0.8)
        places.append(at)
    assert np.ptp(places, axis=0).min() > 3  # and it does move


def test_streams_of_different_size_show_the_same_field() -> None:
    full = marked()
    assert full.depth is not None
    small = Sample(full.rgb, full.depth[::2, ::2], full.ir)
    cropper = Cropper(STREAMS, InputConfig(size=SIZE), plain(rotation_deg=0), 1.5)
    crop = cropper.exact(small).streams
    np.testing.assert_allclose(centre(crop["depth"] < 700), centre(crop["rgb"][..., 0] > 125), atol=1.0)


def test_evaluation_sees_exactly_the_middle_of_a_generated_crop() -> None:
    pictures = marked(96)
    crop = Cropper(STREAMS, InputConfig(size=SIZE), AugmentConfig(), 1.5).exact(pictures).streams
    assert pictures.rgb is not None
    assert pictures.depth is not None
    np.testing.assert_array_equal(crop["rgb"], pictures.rgb[16:80, 16:80])
    np.testing.assert_array_equal(crop["depth"], pictures.depth[16:80, 16:80])


def test_published_evaluation_resizes_the_shorter_side_and_cuts_the_centre() -> None:
    affine = evaluation_map((120, 100), 224, None, 1.0, 256)
    assert affine[0, 0] == pytest.approx(2.56)
    assert affine @ np.array([49.5, 59.5, 1]) == pytest.approx([111.5, 111.5])


def test_cropper_depends_on_its_generator_only() -> None:
    cropper = Cropper(STREAMS, InputConfig(size=SIZE), AugmentConfig(), 1.5)
    first, again, other = (cropper.training(marked(), np.random.default_rng([7, k])).streams for k in (1, 1, 2))
    for stream in STREAMS:
        np.testing.assert_array_equal(first[stream], again[stream])
        assert not np.array_equal(first[stream], other[stream])


def test_depth_without_reading_stays_without_reading() -> None:
    depth = np.full((SIZE, SIZE), 600, np.float32)
    depth[:, :20] = 0
    for seed in range(10):
        disturbed = augment_depth(depth, AugmentConfig(), np.random.default_rng(seed))
        assert (disturbed[:, :20] == 0).all()
        assert (disturbed >= 0).all()
        assert (depth[:, :20] == 0).all()  # the stored picture is untouched


def another(depth: npt.NDArray[np.float32], seed: int = 0, **settings: float) -> npt.NDArray[np.float32]:
    return jitter_depth_shape(depth, AugmentConfig.model_validate(settings), np.random.default_rng(seed))


def test_another_face_keeps_its_holes_and_its_distance() -> None:
    depth = np.full((SIZE, SIZE), 600, np.float32)
    depth[:, :20] = 0
    for seed in range(10):
        other = another(depth, seed, depth_relief=0.1, depth_tilt_deg=8, depth_far=1.0)
        # Seen from farther away an edge lies between other readings.
        assert (other[:, :17] == 0).all()
        assert (other[:, 23:] > 0).all()
        assert np.median(other[other > 0]) == pytest.approx(600, abs=15)
        assert (depth[:, :20] == 0).all()


def test_relief_is_stretched_about_the_middle() -> None:
    depth = np.tile(np.linspace(580, 620, SIZE, dtype=np.float32), (SIZE, 1))
    spans = [np.ptp(another(depth, seed, depth_relief=0.1)) for seed in range(30)]
    assert 36 <= min(spans) < 38
    assert 42 < max(spans) <= 44


def test_jitter_depth_shape_turns_a_surface_by_a_few_degrees() -> None:
    depth = np.full((SIZE, SIZE), 600, np.float32)
    # The crop is 225 mm wide: 8 degrees lift its edges by 16 mm.
    spans = [np.ptp(another(depth, seed, depth_tilt_deg=8)[0]) for seed in range(30)]
    assert 23 < max(spans) <= 225 * np.tan(np.deg2rad(8)) + 0.01


def test_farther_away_readings_are_fewer_and_rougher() -> None:
    y, x = np.mgrid[:SIZE, :SIZE]
    depth = (600 + 0.2 * x + 0.1 * y).astype(np.float32)
    rough = [another(depth, seed, depth_far=1.0) for seed in range(20)]
    assert max(len(np.unique(other)) for other in rough) < SIZE * SIZE
    assert np.std([other - depth for other in rough]) > 0.5
    assert another(depth, depth_far=0.0) is depth


def test_random_resized_crops_have_the_published_areas_and_aspects() -> None:
    rng = np.random.default_rng(0)
    areas, aspects = [], []
    for _ in range(300):
        a = random_resized((200, 180), SIZE, (0.08, 1.0), (0.75, 4 / 3), rng.random(40))
        width, height = SIZE / a[0, 0], SIZE / a[1, 1]
        areas.append(width * height / (200 * 180))
        aspects.append(width / height)
    assert 0.07 < min(areas) < 0.15
    assert max(areas) <= 1.0 + 1e-9
    assert 0.72 < min(aspects) < max(aspects) < 1.38


def test_augmented_infrared_covers_what_cameras_show() -> None:
    ir = marked().ir
    assert ir is not None
    crops = [augment_ir(ir, AugmentConfig(), np.random.default_rng(seed)) for seed in range(200)]
    assert {crop.dtype for crop in crops} == {np.dtype(np.uint16)}
    tops = np.array([np.percentile(crop, 99) for crop in crops]) / 65535
    # A Kinect's faces lie at a tenth of the range; others saturate.
    assert (tops < 0.12).mean() > 0.05
    assert (tops > 0.99).mean() > 0.05
    coarse = [bool((crop % 257 == 0).all()) for crop in crops]
    assert 0.3 < np.mean(coarse) < 0.7  # 8-bit cameras as often as others


def test_augmented_infrared_takes_eight_and_sixteen_bits_alike() -> None:
    ir = marked().ir
    assert ir is not None
    narrow, wide = (augment_ir(one, plain(), np.random.default_rng(3)) for one in (ir, ir.astype(np.uint16) * 257))
    np.testing.assert_allclose(narrow.astype(float), wide.astype(float), atol=1)


def test_closer_frames_are_black_outside_and_leave_the_face() -> None:
    sample = Sample(np.full((96, 96, 3), 90, np.uint8), None, None)
    sample.rgb[:8] = 0  # type: ignore[index]  # the sample has a picture
    inputs = InputConfig(size=SIZE)
    settings = plain(frame=1.0, rotation_deg=0, shift=0, scale=(1.0, 1.0), colour=1.0, noise=1.0)
    cropper = Cropper(("rgb",), inputs, settings, 1.0)
    sides = []
    for seed in range(20):
        rgb = cropper.training(sample, np.random.default_rng(seed)).streams["rgb"]
        inside = rgb.max(-1) > 0
        assert inside[SIZE // 2 - 10 : SIZE // 2 + 10, SIZE // 2 - 10 : SIZE // 2 + 10].all()
        rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        sides.append((rows[-1] - rows[0], columns[-1] - columns[0]))
    assert min(min(pair) for pair in sides) < 0.7 * SIZE < max(max(pair) for pair in sides)
    loose = Cropper(("rgb",), inputs, plain(frame=1e-9, colour=1.0, noise=1.0, shift=0, rotation_deg=0), 1.0)
    assert (loose.training(sample, np.random.default_rng(1)).streams["rgb"][:2] == 0).all()
