"""Verdicts on clips of prints and displays that are moved by hand in front of a camera with colour alone.

`python -m tools.measure.colour.carrier_clips --portraits FOLDER --count 20` makes clips of photographs on paper,
telephones, tablets and monitors: the carriers of `synth photographs`, which move and turn in perspective like in a
hand, in front of a background that stands still. `--render N` adds N clips of each carrier that the generator renders
(`--heads`); there, displays play a film of the person. Each clip is written as a video file and processed as by
`fasdemo --video CLIP --allow-colour-alone`. `--save FOLDER` keeps the clips, and `--clips CLIP ...` measures other
clips, such as those of live people.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.capture.open import open_source
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.faces.detector import FaceDetector
from tools.measure.colour.border_figures import rendered
from trainer.synth.dataset.crops import SetupSampler
from trainer.synth.people.people import People, load_people, portrait_files
from trainer.synth.people.portrait import read_picture
from trainer.synth.photographs.bona_fide import Photograph, background
from trainer.synth.photographs.carriers import (
    FLAT,
    FlatSpecies,
    carried,
    draw_moire_strength,
    in_front,
    moire,
    preview,
    reduced,
    reflection,
    shown_picture,
)
from trainer.synth.photographs.framing import centre_and_side
from trainer.synth.scene.surroundings import environment_files
from trainer.synth.sensors.sensor import centre_weight, draw_exposure_params, expose_rgb

WIDTH, HEIGHT = 640, 480
FPS = 10
START_S = 1.0
"""Frames before this time are not counted in the share of LIVE frames."""
_FACE_PX = (90.0, 200.0)
_TURN_DEG = (12.0, 18.0, 6.0)
"""Largest amplitudes of pitch, yaw and roll in a hand."""

Image = npt.NDArray[np.uint8]
Rng = np.random.Generator
Verdict = tuple[float, str, tuple[str, ...]]
"""Time since the first frame in seconds, status and reasons."""
Maker = Callable[[FlatSpecies, int], Iterable[Image]]
"""Makes the pictures of a clip from the carrier's name and a number."""


def moved_carrier(
    rng: Rng,
    photograph: Photograph,
    kind: FlatSpecies,
    seconds: float,
    environments: Sequence[Path],
    detector: FaceDetector,
) -> Iterator[Image]:
    """Yield pictures, uint8 (480, 640, 3), `FPS`, of a photograph on a carrier in a hand; none without a face."""
    face_px = float(np.exp(rng.uniform(*np.log(_FACE_PX))))
    shown_px = face_px * float(rng.uniform(0.9, 1.8))
    picture = shown_picture(rng, photograph, shown_px, environments)
    carrier = carried(rng, picture, kind, shown_px)
    faces = detector.detect(preview(carrier.texels))
    if not faces:
        return
    shape = HEIGHT, WIDTH
    behind = background(rng, shape, environments)
    gloss = reflection(rng, shape, carrier.gloss, environments) if carrier.gloss > 0.15 else np.float32(0.0)
    raster = moire(rng, shape, draw_moire_strength(rng, True)) if carrier.display and rng.random() < 0.6 else None
    params = draw_exposure_params(rng, "off")
    weight = centre_weight(HEIGHT, WIDTH, (WIDTH / 2, HEIGHT / 2), face_px * params.metering * 0.45)
    rates, phases = rng.uniform(0.1, 0.5, 6), rng.uniform(0.0, 2 * np.pi, 6)
    turns = rng.uniform(0.1, 1.0, 3) * _TURN_DEG
    face = centre_and_side(faces[0].box)
    rows, columns = carrier.texels.shape[:2]
    outline = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    scale = face_px / face[2]
    texels = reduced(carrier.texels, scale)

    def lit(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        image = image + gloss
        return image if raster is None else image * raster

    for number in range(int(seconds * FPS)):
        wave = np.sin(2 * np.pi * rates * number / FPS + phases)
        turn, _ = cv2.Rodrigues(np.radians(turns * wave[:3]))
        spatial = np.column_stack([(outline - face[:2]) * scale, np.zeros(4)]) @ turn.T
        distance = face_px * 4.0 * (1 + 0.06 * float(wave[5]))
        place = spatial[:, :2] * (4.0 * face_px / (distance + spatial[:, 2:]))
        place = place + (WIDTH / 2, HEIGHT / 2) + wave[3:5] * 0.1 * face_px
        corners = outline.astype(np.float32), place.astype(np.float32)
        view = np.asarray(cv2.getPerspectiveTransform(*corners), np.float64)
        yield expose_rgb(in_front(texels, view, behind, lit), params, weight, rng)


def write_clip(path: Path, pictures: Iterable[Image], fps: float = FPS) -> int:
    """Write a video file; return the number of pictures, 0 without a file."""
    # A clip that was cut off must not be taken for a complete one in the next run.
    part = path.with_name(f"part-{path.name}")
    video, number = None, 0
    for picture in pictures:
        if video is None:
            fourcc = cv2.VideoWriter.fourcc(*"mp4v")
            video = cv2.VideoWriter(str(part), fourcc, fps, picture.shape[1::-1])
        video.write(np.ascontiguousarray(picture[..., ::-1]))
        number += 1
    if video is not None:
        video.release()
        part.replace(path)
    return number


def verdicts(clip: Path) -> list[Verdict]:
    """Return time since the first frame, status and reasons of the most prominent face of each frame with a face."""
    found, first_s = [], None
    with (
        open_source(clip) as source,
        Engine.for_source(source, policy=Policy(allow_rgb_only=True)) as engine,
    ):
        for result in engine.run(source):
            first_s = result.timestamp_s if first_s is None else first_s
            if result.faces:
                face = max(result.faces, key=lambda one: one.face.box[2])
                found.append((result.timestamp_s - first_s, face.status.lower(), tuple(map(str, face.reasons))))
    return found


def row(kind: str, clips: list[list[Verdict]]) -> str:
    """Return a line of the table."""
    frames = [(status, reasons) for clip in clips for at_s, status, reasons in clip if at_s >= START_S]
    statuses = Counter(status for status, _ in frames)
    live = sum(any(status == "live" for _, status, _ in clip) for clip in clips)
    causes = Counter(reason for _, reasons in frames for reason in reasons if reason != "rgb_only")
    shares = [f"{statuses[name] / max(len(frames), 1):.1%}" for name in ("live", "uncertain", "spoof")]
    why = ", ".join(f"`{name}` {count}" for name, count in causes.most_common(5))
    return f"| {kind} | {live} of {len(clips)} | {len(frames)} | {' | '.join(shares)} | {why} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--portraits", type=Path, nargs="+", help="folders; default: the built-in person")
    parser.add_argument("--heads", type=Path, help="head model; default: the built-in one")
    parser.add_argument("--environments", type=Path, help="folder of environment maps")
    parser.add_argument("--work", type=Path, default=Path(".work/synth"), help="cache of fitted people")
    parser.add_argument("--count", type=int, default=0, help="clips of photographs on each carrier; default: none")
    parser.add_argument("--render", type=int, default=0, help="rendered clips of each carrier; default: none")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a clip; default: 4")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clips", type=Path, nargs="+", default=[], help="other clips")
    parser.add_argument("--save", type=Path, help="folder for the clips; default: they are not kept")
    args = parser.parse_args()
    print("| clips | with a LIVE frame | frames after 1 s | LIVE | UNCERTAIN | SPOOF | most frequent reasons |")
    print("|---|---|---|---|---|---|---|")
    for clip in args.clips:
        print(row(clip.stem, [verdicts(clip)]), flush=True)
    if not args.count and not args.render:
        return
    people = load_people(args.portraits, args.heads, work=args.work)
    environments = environment_files(args.environments)
    with tempfile.TemporaryDirectory() as folder:
        target = args.save or Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, count, make in (
            ("photograph", args.count, _photographs(args, people, environments)),
            ("rendered", args.render, _rendered(args, people)),
        ):
            for kind in FLAT if count else ():
                print(row(f"{name}, {kind}", list(_measured(target, name, kind, count, make))), flush=True)


def _measured(target: Path, name: str, kind: FlatSpecies, count: int, make: Maker) -> Iterator[list[Verdict]]:
    """Yield the verdicts on each clip; numbers without a face are replaced by the next ones."""
    made = number = 0
    while made < count and number < 3 * count:
        path = target / f"{name}-{kind}-{number:03d}.mp4"
        if path.is_file() or write_clip(path, make(kind, number)):
            made += 1
            yield verdicts(path)
        number += 1


def _photographs(args: argparse.Namespace, people: People, environments: Sequence[Path]) -> Maker:
    files = {path.name: path for one in args.portraits or () for path, _ in portrait_files(one)}
    order = np.random.default_rng(args.seed).permutation(len(people.names))
    detector = FaceDetector()

    def make(kind: FlatSpecies, number: int) -> Iterable[Image]:
        index = int(order[(number * len(FLAT) + FLAT.index(kind)) % len(order)])
        person = people.portrait(index)
        photograph = Photograph.of(person, read_picture(files[person.portrait]), detector)
        rng = np.random.default_rng([args.seed, number, FLAT.index(kind)])
        if photograph is None:
            return ()
        return moved_carrier(rng, photograph, kind, args.seconds, environments, detector)

    return make


def _rendered(args: argparse.Namespace, people: People) -> Maker:
    sampler = SetupSampler(people)

    def make(kind: FlatSpecies, number: int) -> Iterable[Image]:
        rng = np.random.default_rng([args.seed, number, FLAT.index(kind), 1])
        return rendered(sampler, rng, kind, round(args.seconds * FPS), FPS)

    return make


if __name__ == "__main__":
    main()
