"""CASIA-SURF 3DMask: videos of live people and of masks of them (Yu et al. 2020).

`Real/DATE_PERSON/N.MOV` and `Fake/DATE_PERSON/MASK/N.MOV`, where MASK is 1, 2 or 3.
"""

from __future__ import annotations

from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.data.faces import ATTACK, LIVE
from trainer.data.layouts.listed import Parts, check_named
from trainer.data.public.clips import Clip, Cutting, DetectedFaces, clip_set
from trainer.data.public.records import check_offered, split_three_ways

_VIDEO = "*.[mM][oO][vV]"


class Casia3dMask:
    """CASIA-SURF 3DMask, split by person into three parts, since its owners publish no parts."""

    kind = "casia-surf-3dmask"
    protocols: tuple[str, ...] = ()

    def __init__(self, folder: Path, protocol: str | None, cutting: Cutting) -> None:
        if protocol is not None:
            check_named(protocol, self.protocols, folder, self.kind)
        self._folder = folder
        self._cutting = cutting

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Return whether a folder contains the data set."""
        return (folder / "Fake").is_dir() and any((folder / "Real").glob(f"*/{_VIDEO}"))

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts, after cutting crops of the videos with the application's face detector."""
        check_offered(streams, ("rgb",), str(self._folder), "the data set has colour alone.")
        real = sorted((self._folder / "Real").glob(f"*/{_VIDEO}"))
        fake = sorted((self._folder / "Fake").glob(f"*/*/{_VIDEO}"))
        if not fake:
            raise UserError(f"{self._folder / 'Fake'}: contains no PERSON/MASK/N.MOV; unpack the data set completely.")
        clips = [Clip(path, self._name(path), LIVE, "", path.parent.name) for path in real]
        clips += [
            Clip(path, self._name(path), ATTACK, f"mask-{path.parent.name}", path.parent.parent.name) for path in fake
        ]
        with DetectedFaces() as locator:
            whole = clip_set(self._folder, clips, [], self._cutting, locator, max_missing)
        return split_three_ways(whole, f"layout {self.kind}, {self._folder}, one frame in {self._cutting.step}")

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).with_suffix("").as_posix()
