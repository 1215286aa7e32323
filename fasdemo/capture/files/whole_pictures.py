"""Pictures that a network scores as a whole, such as the aligned faces of CASIA-SURF, also without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fasdemo.capture.files.stills import grouped_pictures, read_picture
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.sessions.image_codec import Image

_WORDS: dict[Stream, str] = {"rgb": "colour", "depth": "depth", "ir": "infrared"}


@dataclass(frozen=True, slots=True)
class WholePicture:
    """The picture files of one capture, by stream."""

    files: Mapping[Stream, Path]

    @property
    def first(self) -> Path:
        """The file that names the capture: colour, else depth, else infrared."""
        return next(self.files[stream] for stream in ("rgb", "depth", "ir") if stream in self.files)

    def load(self) -> dict[Stream, Image]:
        """Read the pictures: rgb uint8 (h, w, 3), depth and ir uint8 or uint16 (h, w).

        Raises:
            UserError: a picture cannot be read.
        """
        return {stream: read_picture(file, stream, eight_bit_depth=True) for stream, file in self.files.items()}


def find_whole_pictures(
    paths: Sequence[Path], needed: Sequence[Stream], optional: frozenset[Stream] = frozenset()
) -> tuple[list[WholePicture], list[str]]:
    """Return the captures in files and folders that have all streams of a network, and sentences about the others.

    Names and folders determine the streams, as for `find_stills`. For a network with a single stream, a picture whose
    name has no stream (`0015.jpg`) is of that stream.

    Args:
        paths: files and folders.
        needed: the streams of the network, in its order.
        optional: those of `needed` that may be absent.

    Raises:
        UserError: no such file, not a picture, or no capture has these streams.
    """
    groups, notes = grouped_pictures(paths)
    found, incomplete = [], []
    for group in groups.values():
        by_stream: dict[Stream, list[Path]] = {"rgb": group.color, "depth": group.depth, "ir": group.ir}
        if len(needed) == 1 and not by_stream[needed[0]]:
            # In a group, the names of `depth` and `ir` have the stream; those of `color` may have none.
            by_stream[needed[0]] = [file for file in group.color if not group.depth and not group.ir]
        files = {stream: by_stream[stream][0] for stream in needed if by_stream[stream]}
        if files and set(needed) - set(files) <= optional:
            found.append(WholePicture(files))
        else:
            incomplete.append(next(iter([*group.color, *group.depth, *group.ir])))
    wanted = " and ".join(_WORDS[stream] for stream in needed)
    if not found:
        names = ", ".join(map(str, paths))
        more = f" {notes[0]}" if notes else ""
        raise UserError(f"{names}: no {wanted} picture found; give pictures of the streams that the model needs.{more}")
    if incomplete:
        count = "1 capture was" if len(incomplete) == 1 else f"{len(incomplete)} captures were"
        notes.append(f"{count} left out ({incomplete[0].name} ...): the model needs {wanted}.")
    return found, notes
