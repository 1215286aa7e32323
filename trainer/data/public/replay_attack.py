"""Replay-Attack: webcam videos in `train`, `devel` and `test`, with attacks of three devices (Chingovska et al. 2012).

Live videos: `PART/real/clientNNN_sessionNN_webcam_authenticate_LIGHT_N.mov`. Attacks:
`PART/attack/fixed|hand/attack_print|mobile|highdef_clientNNN_sessionNN_CAMERA_photo|video_LIGHT.mov`.
"""

from __future__ import annotations

import re
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.data.faces import ATTACK, LIVE
from trainer.data.layouts.listed import Parts, check_named
from trainer.data.public.clips import Clip, Cutting, DetectedFaces, clip_set
from trainer.data.public.records import RecordSet, check_offered, parts_of

PROTOCOLS = ("grandtest", "print", "mobile", "highdef", "photo", "digitalphoto", "video")
_PARTS = {"train": "train", "val": "devel", "test": "test"}
_LIVE = re.compile(r"^client(\d+)_session\d+_webcam_authenticate_")
_ATTACK = re.compile(r"^attack_(print|mobile|highdef)_client(\d+)_session\d+_[a-z]+_(photo|video)_")


class ReplayAttack:
    """Replay-Attack with one of its protocols, which choose attacks: all (`grandtest`), a device, or photos or videos.

    The enrolment videos are not used, as in the protocols.
    """

    kind = "replay-attack"
    protocols = PROTOCOLS

    def __init__(self, folder: Path, protocol: str | None, cutting: Cutting) -> None:
        self._folder = folder
        self._protocol = check_named(protocol or self.protocols[0], self.protocols, folder, self.kind)
        self._cutting = cutting

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Return whether a folder contains the data set."""
        return (folder / "devel" / "attack").is_dir() and (folder / "train" / "real").is_dir()

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts, after cutting crops of the videos with the application's face detector."""
        check_offered(streams, ("rgb",), str(self._folder), "the data set has colour alone.")
        with DetectedFaces() as locator:
            sets = {part: self._set(name, locator, max_missing) for part, name in _PARTS.items()}
        described = f"layout {self.kind}, {self._folder}, protocol {self._protocol}, one frame in {self._cutting.step}"
        return parts_of(sets, str(self._folder), described)

    def _set(self, name: str, locator: DetectedFaces, max_missing: float) -> RecordSet:
        place = self._folder / name
        paths = [*sorted(place.glob("real/*.mov")), *sorted(place.glob("attack/*/*.mov"))]
        if not paths:
            raise UserError(f"{place}: contains no .mov videos in real and attack; unpack it completely.")
        clips = [clip for path in paths if (clip := self._clip(path)) is not None]
        return clip_set(self._folder, clips, [], self._cutting, locator, max_missing)

    def _clip(self, path: Path) -> Clip | None:
        """Return a video, None if the protocol leaves it out.

        Raises:
            UserError: the name is not one of the data set.
        """
        name = path.relative_to(self._folder).with_suffix("").as_posix()
        if path.parent.name == "real":
            live = _LIVE.match(path.name)
            if live:
                return Clip(path, name, LIVE, "", live.group(1))
        else:
            attack = _ATTACK.match(path.name)
            if attack:
                device, client, content = attack.groups()
                species = device if device == "print" else f"{device}-{content}"
                return Clip(path, name, ATTACK, species, client) if self._has(device, content) else None
        raise UserError(f"{path}: is not a name of Replay-Attack; move the file away, or give lists with `train_list`.")

    def _has(self, device: str, content: str) -> bool:
        if self._protocol == "digitalphoto":
            return device != "print" and content == "photo"
        return self._protocol in ("grandtest", device, content)
