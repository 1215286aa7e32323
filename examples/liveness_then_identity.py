"""Liveness first, then identity, both of the same face in the same frame.

    COMPREFACE_KEY=... python examples/liveness_then_identity.py --camera realsense --compreface http://localhost:8000
    python examples/liveness_then_identity.py --camera realsense --insightface people/

Prints one JSON object for each change: who is in front of the camera, or why nobody is accepted. A face is recognised
only in a frame in which it is LIVE, from the pixels of that very frame. The identity belongs to the face's track: it
ends with the track, with the first frame that is not LIVE, and if the recognition later gives another name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import httpx
import numpy as np
import numpy.typing as npt

import fasdemo

Rgb = npt.NDArray[np.uint8]
AGAIN_AFTER_S = 2.0
"""A face is recognised again at this interval, so that a person who takes another's place is noticed."""
MARGIN = 0.4
"""Added to each side of the face's box, as a share of its size: recognisers look for the face themselves."""


class Recognizer(Protocol):
    """The interface of face recognition."""

    def identify(self, crop: Rgb) -> str | None:
        """Return the name of the only person in a picture, uint8 (h, w, 3) RGB; None if unknown or not exactly one."""
        ...


class CompreFace:
    """Recognition by a CompreFace server; only crops of LIVE faces are sent to it."""

    def __init__(self, url: str, key: str, min_similarity: float = 0.97) -> None:
        self._client = httpx.Client(base_url=url, headers={"x-api-key": key}, timeout=3.0, trust_env=False)
        self._min_similarity = min_similarity

    def identify(self, crop: Rgb) -> str | None:
        """Ask the server; an error of the server or of the connection is nobody."""
        data = cv2.imencode(".jpg", crop[..., ::-1])[1].tobytes()
        try:
            answer = self._client.post(
                "/api/v1/recognition/recognize",
                params={"limit": 2, "prediction_count": 1},
                files={"file": ("face.jpg", data, "image/jpeg")},
            )
            faces = answer.json()["result"] if answer.status_code == 200 else []
            if len(faces) != 1 or not faces[0]["subjects"]:
                return None
            best = faces[0]["subjects"][0]
            return str(best["subject"]) if float(best["similarity"]) >= self._min_similarity else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
            print(f"CompreFace: {type(error).__name__}: {error}", file=sys.stderr)
            return None


class InsightFace:
    """Recognition in this process; `people` holds one picture a person, `NAME.jpg`.

    Mind the licence of the model pack: InsightFace's own are for research only.
    """

    def __init__(self, people: Path, min_similarity: float = 0.5) -> None:
        from insightface.app import FaceAnalysis

        self._app: Any = FaceAnalysis(name="buffalo_l", allowed_modules=["detection", "recognition"])
        self._app.prepare(ctx_id=-1)
        self._min_similarity = min_similarity
        self._known: dict[str, npt.NDArray[np.float32]] = {}
        for path in sorted(people.glob("*.jpg")):
            image = cv2.imread(str(path))
            faces = [] if image is None else self._app.get(image)
            if len(faces) != 1:
                raise SystemExit(f"{path}: must show exactly one face.")
            self._known[path.stem] = faces[0].normed_embedding

    def identify(self, crop: Rgb) -> str | None:
        """Compare with the known people."""
        faces = self._app.get(np.ascontiguousarray(crop[..., ::-1]))
        if len(faces) != 1 or not self._known:
            return None
        found = {name: float(known @ faces[0].normed_embedding) for name, known in self._known.items()}
        best = max(found, key=lambda name: found[name])
        return best if found[best] >= self._min_similarity else None


@dataclass
class _Bound:
    """The identity of a track."""

    name: str | None
    asked_s: float
    contradicted: bool = False


class IdentityBinder:
    """Names for the tracks that are LIVE now.

    Args:
        recognizer: is asked with crops of LIVE faces only.
        cameras_only: whether a file never gives a name; False only to try the example on a recording.
    """

    def __init__(self, recognizer: Recognizer, cameras_only: bool = True) -> None:
        self._recognizer, self._cameras_only = recognizer, cameras_only
        self._bound: dict[int, _Bound] = {}

    def update(self, frame: fasdemo.FrameSet, result: fasdemo.FrameResult) -> dict[int, str | None]:
        """Return the name of each LIVE face of a frame by track; None if it is unknown.

        Args:
            frame: the frame that `result` is about, never an older or a newer one.
            result: the engine's verdicts on it.
        """
        assert frame.index == result.frame, "identity and liveness must be of the same frame"
        allowed = result.live_source or not self._cameras_only
        live = {face.track_id: face for face in result.faces if allowed and face.status is fasdemo.Status.LIVE}
        # Whatever was known of a track ends with the first frame in which it is not LIVE or not there.
        self._bound = {track: bound for track, bound in self._bound.items() if track in live}
        for track, face in live.items():
            bound = self._bound.get(track)
            if bound is not None and 0.0 <= frame.timestamp_s - bound.asked_s < AGAIN_AFTER_S:
                continue
            name = self._recognizer.identify(face_crop(frame.rgb, face.face.box))
            if bound is None or bound.name is None:
                self._bound[track] = _Bound(name, frame.timestamp_s)
            else:
                # Two names on one track: either somebody took another's place or one is wrong.
                contradicted = bound.contradicted or (name is not None and name != bound.name)
                self._bound[track] = _Bound(bound.name, frame.timestamp_s, contradicted)
        return {track: None if bound.contradicted else bound.name for track, bound in self._bound.items()}


def face_crop(rgb: Rgb, box: tuple[float, float, float, float]) -> Rgb:
    """Return a copy of the face with a margin, uint8 (h, w, 3)."""
    x, y, width, height = box
    left, top = max(round(x - MARGIN * width), 0), max(round(y - MARGIN * height), 0)
    return rgb[top : round(y + (1 + MARGIN) * height), left : round(x + (1 + MARGIN) * width)].copy()


def main() -> None:
    """Follow one source until it ends."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--camera", metavar="NAME")
    source.add_argument("--video", metavar="PATH", help="to try it: a file proves nothing")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--compreface", metavar="URL", help="key of the recognition service in COMPREFACE_KEY")
    who.add_argument("--insightface", metavar="FOLDER", type=Path)
    args = parser.parse_args()
    recognizer: Recognizer
    if args.compreface:
        recognizer = CompreFace(args.compreface, os.environ.get("COMPREFACE_KEY", ""))
    else:
        recognizer = InsightFace(args.insightface)
    binder = IdentityBinder(recognizer, cameras_only=args.video is None)
    shown = None
    with fasdemo.open_source(args.camera or args.video) as opened, fasdemo.Engine.for_source(opened) as engine:
        for frame, result in engine.run_frames(opened):
            names = binder.update(frame, result)
            faces = [(face.track_id, str(face.status), names.get(face.track_id)) for face in result.faces]
            if faces != shown:
                shown = faces
                keys = ("track_id", "status", "name")
                print(
                    json.dumps({"frame": result.frame, "faces": [dict(zip(keys, face, strict=True)) for face in faces]})
                )


if __name__ == "__main__":
    main()
