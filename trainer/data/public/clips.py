"""Aligned face crops of the videos of a data set, cut once into `FOLDER-crops` and cut again when a video changes."""

from __future__ import annotations

import json
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

from fasdemo.atomic_file import write_text
from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import Rgb
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import face_transform
from fasdemo.models.warp import Transform, warp
from fasdemo.outputs import check_output_folder
from fasdemo.progress import track
from fasdemo.sessions.image_codec import encode_image, read_image
from fasdemo.sessions.video.video_track import VideoTrack
from trainer.data.faces import Sample, UnreadableError
from trainer.data.layouts.recorded import SCALE, SIZE
from trainer.data.public.records import Record, RecordSet, check_missing
from trainer.workers import HERE, Workers

if TYPE_CHECKING:
    from fasdemo.faces.detector import FaceDetector

_CLIP_FILE = "clip.json"
"""File beside the crops of a video, written last: the parameters, and the number of frames that were left out."""
_SET_FILE = "crops-of-videos.json"
_MAX_BYTES = 16 * 1024 * 1024

Locate = Callable[[int, Rgb], Transform | None]
"""Returns the transform of a frame to its crop, given the frame's number; None if it shows no face."""


class DamagedVideoError(UserError):
    """A video lacks frames; those that were read before are good."""


class Frames(Protocol):
    """A reader of the frames of one file."""

    def __call__(self, path: Path, step: int) -> Iterator[tuple[int, Rgb]]:
        """Yield number and picture of every `step`-th frame.

        Raises:
            UserError: the file cannot be read.
            DamagedVideoError: at the end, if some of its frames cannot.
        """
        ...


@dataclass(frozen=True, slots=True)
class Clip:
    """One video of a data set.

    Attributes:
        path: the video.
        name: name in score files and of the folder with its crops, parts separated by `/`.
        label: 1 live, 0 attack, -1 unknown.
        species: species of the attack.
        subject: identifier of the person.
        sensor: name of the camera.
    """

    path: Path
    name: str
    label: int
    species: str = ""
    subject: str = ""
    sensor: str = ""


def video_frames(path: Path, step: int) -> Iterator[tuple[int, Rgb]]:
    """Yield number and picture, uint8 (H, W, 3) in RGB order, of every `step`-th frame of a video file.

    Raises:
        UserError: the file is not a video.
        DamagedVideoError: at the end, if frames could not be decoded.
    """
    with VideoTrack(path) as video:
        wanted = seen = 0
        while (frame := video.read()) is not None:
            seen = frame.number + 1
            # A damaged frame is left out; the next readable one takes its place.
            if frame.number >= wanted:
                yield frame.number, cast(Rgb, frame.image)  # a colour track gives rgb24
                wanted = frame.number + step
        declared = video.frame_count or 0
        # The container may count a few frames that its edit list hides.
        if video.damaged or video.cut_off or declared - seen > max(2, declared // 100):
            raise DamagedVideoError(f"{path}: is damaged or cut off; copy it again.")


@dataclass(frozen=True, slots=True)
class Cutting:
    """How the crops of videos are cut.

    Attributes:
        step: every `step`-th frame is used, beginning with the first.
        workers: what cuts them.
    """

    step: int
    workers: Workers = HERE


class DetectedFaces:
    """A locator that seeks the largest face with the detector of the application.

    Each thread opens a detector of its own when its first video needs it. Used as a context manager, which closes them.
    A copy for another process has no detectors.
    """

    def __init__(self) -> None:
        self._own = local()
        self._opened: list[FaceDetector] = []

    def __reduce__(self) -> tuple[type[DetectedFaces], tuple[()]]:
        """Return what another process needs to make its own."""
        return DetectedFaces, ()

    def __call__(self, clip: Clip) -> Locate:
        """Return the locator of faces of a video."""
        return self._locate

    def __enter__(self) -> Self:
        """Return the locator."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the detectors."""
        while self._opened:
            self._opened.pop().close()
        self._own = local()

    def _locate(self, number: int, rgb: Rgb) -> Transform | None:
        detector: FaceDetector | None = getattr(self._own, "detector", None)
        if detector is None:
            from fasdemo.faces.detector import FaceDetector

            self._own.detector = detector = FaceDetector()
            self._opened.append(detector)
        faces = detector.detect(rgb)
        try:
            return face_transform(faces[0], CropSpec(scale=SCALE), SIZE) if faces else None
        except ValueError:
            return None


def clip_set(
    root: Path,
    clips: Sequence[Clip],
    missing: Sequence[str],
    cutting: Cutting,
    locator: Callable[[Clip], Locate],
    max_missing: float,
    frames: Frames = video_frames,
) -> RecordSet:
    """Return the crops of videos as a set; missing and outdated crops are cut first.

    Args:
        root: folder of the data set; the crops are kept in `ROOT-crops`.
        clips: the videos of one part.
        missing: names of videos of the part that do not exist.
        cutting: which frames are used, and what cuts them.
        locator: returns the locator of faces of one video.
        max_missing: largest allowed share of missing or unreadable videos, 0 to 1.
        frames: reads the frames of a file.

    Raises:
        UserError: too many videos are missing, or the crops cannot be written.
    """
    folder = _folder(root)
    gone, records = list(missing), []
    skipped: Counter[str] = Counter()
    faceless: list[str] = []
    damaged: list[str] = []
    # A link may have no file.
    cut = [_current(folder / clip.name, clip, cutting.step) if clip.path.is_file() else None for clip in clips]
    outdated = [n for n, facts in enumerate(cut) if facts is None and clips[n].path.is_file()]
    videos = tuple(replace(clips[n], path=clips[n].path.absolute()) for n in outdated)
    job = ClipJob(folder, videos, cutting.step, locator, frames)
    done = cutting.workers.run(cut_clip, job, range(len(outdated)), [root, folder])
    for number, facts in track(done, "cutting crops of videos", len(outdated)):
        cut[outdated[number]] = facts
    for number, (clip, facts) in enumerate(zip(clips, cut, strict=True)):
        place = folder / clip.name
        if facts is None:
            gone.append(clip.name)
            continue
        skipped["attack" if clip.label == 0 else "live"] += int(facts["without_face"])
        if not facts["frames"]:
            faceless.append(clip.name)
        if facts["damaged"]:
            damaged.append(clip.name)
        records += [
            Record(
                place / f"{frame:06d}.png", 0, number, clip.name, clip.label, clip.species, clip.subject, clip.sensor
            )
            for frame in facts["frames"]
        ]
    warnings = [*check_missing(gone, len(clips) + len(missing), str(root), max_missing)]
    if skipped.total():
        warnings.append(
            f"{root}: {skipped.total()} frames show no face ({skipped['live']} live, {skipped['attack']} attack) and "
            "are left out."
        )
    if faceless:
        warnings.append(f"{root}: {len(faceless)} videos have no usable frame ({', '.join(faceless[:3])} ...).")
    if damaged:
        warnings.append(
            f"{root}: {len(damaged)} videos are damaged or cut off ({', '.join(damaged[:3])} ...), and only their "
            "readable frames are used; copy them again."
        )
    return RecordSet(records, ("rgb",), _read, str(root), SCALE, tuple(warnings))


def _folder(root: Path) -> Path:
    folder = root.resolve().with_name(root.resolve().name + "-crops")
    if folder.exists() and any(folder.iterdir()) and not (folder / _SET_FILE).is_file():
        raise UserError(f"{folder}: this folder exists, but does not contain crops of videos; move or rename it.")
    check_output_folder("--data", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _SET_FILE).is_file():
            write_text(folder / _SET_FILE, json.dumps({"videos": str(root.resolve())}, indent=1))
    except OSError as error:
        raise UserError(
            f"{folder}: cannot be written ({error.strerror}); crops of the videos are kept there, so make it writable."
        ) from None
    return folder


def _wanted(clip: Clip, step: int) -> dict[str, Any]:
    facts = clip.path.stat()
    return {"bytes": facts.st_size, "time_ns": facts.st_mtime_ns, "step": step, "size": SIZE, "scale": SCALE}


def _current(place: Path, clip: Clip, step: int) -> dict[str, Any] | None:
    """Return the facts about crops that fit the video and the settings, else None."""
    try:
        facts = json.loads(read_bounded(place / _CLIP_FILE, _MAX_BYTES))
        fits = facts["made_for"] == _wanted(clip, step)
        found = {"frames": [int(n) for n in facts["frames"]]}
        return found | {name: facts[name] for name in ("without_face", "damaged")} if fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class ClipJob:
    """Videos whose crops are cut, by several threads or machines.

    Attributes:
        folder: folder of the crops.
        clips: the videos, with absolute paths.
        step: every `step`-th frame is used.
        locator: returns the locator of faces of one video.
        frames: reads the frames of a file.
    """

    folder: Path
    clips: tuple[Clip, ...]
    step: int
    locator: Callable[[Clip], Locate]
    frames: Frames


def cut_clip(job: ClipJob, number: int) -> dict[str, Any] | None:
    """Cut the crops of one video and return the facts about them; None if the video cannot be read.

    Raises:
        UserError: the crops cannot be written, or what the locator needs is malformed.
    """
    clip = job.clips[number]
    place = job.folder / clip.name
    try:
        return _cut(place, clip, job.step, job.locator(clip), job.frames)
    except OSError as error:
        raise UserError(f"{place}: cannot be written ({error.strerror}); free space, or move the data.") from None


def _cut(place: Path, clip: Clip, step: int, locate: Locate, frames: Frames) -> dict[str, Any] | None:
    wanted = _wanted(clip, step)
    partial = place.with_name(f".{place.name}.{secrets.token_hex(4)}.partial")
    partial.mkdir(parents=True)
    try:
        kept, without, damaged = [], 0, False
        try:
            for number, rgb in frames(clip.path, step):
                transform = locate(number, rgb)
                if transform is None:
                    without += 1
                    continue
                crop = warp(rgb, transform, SIZE)
                (partial / f"{number:06d}.png").write_bytes(encode_image(crop, "rgb", "png"))
                kept.append(number)
        except DamagedVideoError:
            damaged = True
        except UserError:
            return None
        facts = {"made_for": wanted, "frames": kept, "without_face": without, "damaged": damaged}
        write_text(partial / _CLIP_FILE, json.dumps(facts))
        shutil.rmtree(place, ignore_errors=True)
        try:
            partial.replace(place)
        except OSError:
            # Another run has just cut the same video.
            if _current(place, clip, step) is None:
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return facts


def _read(record: Record) -> Sample:
    try:
        return Sample(read_image(record.file, "rgb"), None, None)
    except (OSError, ValueError):
        raise UnreadableError(str(record.file)) from None
