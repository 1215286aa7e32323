"""CASIA-SURF: the challenge's lists and the folders; and the owners' lists of CASIA-SURF and of CeFA."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fasdemo.errors import UserError
from trainer.data.layouts.listed import ListedLayout, check_named
from trainer.data.lists.entries import Entry, frames_of
from trainer.data.lists.paths import describe

CASIA_LISTS = {
    "train": ("train_list.txt",),
    "val": ("val_private_list.txt", "val_label.txt", "val_public_list.txt"),
    "test": ("test_private_list.txt", "test_public_list.txt"),
}
_WITH_MMFD = ("2{}_{}.txt",)


class CasiaSurf(ListedLayout):
    """CASIA-SURF, MMFD: the lists of the published code with both sets, the challenge's lists, or the tree.

    `2rgb_train.txt`, `2depth_train.txt` ... (CASIA-SURF with MMFD) are used as in the published code, which needs the
    challenge's `train_list.txt` beside them. Then come the challenge's lists, then `rgb_train.txt` ... as `fileList.py`
    of the published code writes them, and then the tree `Training/real_part|fake_part/...`.
    """

    kind = "casia-surf"

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists, or scan the tree as the part `train`."""
        found: dict[str, list[Entry]] = {}
        for part, names in CASIA_LISTS.items():
            path = next((self.folder / name for name in names if (self.folder / name).is_file()), None)
            path = parallel_list(self.folder, part, _WITH_MMFD) or path or parallel_list(self.folder, part)
            if path is not None:
                found[part] = self.read(part, path)
        if "train" not in found:
            found["train"] = scan(self.folder, sorted((self.folder / "Training").glob("*_part/*/*")))
        return found


class CasiaRelease(ListedLayout):
    """The lists of the data set owners: `CASIA_SURF@p1_image_train.txt`, `CASIA_CeFA@p4.1_video_dev.txt` and others.

    The lists of single pictures are preferred to those of videos. They write live 0 and attack 1.
    """

    kind = "casia-release"

    def __init__(self, folder: Path, protocol: str | None) -> None:
        super().__init__(folder)
        self._lists = release_lists(folder)
        self.protocols = tuple(sorted(self._lists))
        if protocol is None and len(self.protocols) > 1:
            raise UserError(f"{folder}: has the protocols {', '.join(self.protocols)}; choose one with `protocol`.")
        self._protocol = check_protocol(self, protocol or "".join(self.protocols))

    def entries(self) -> dict[str, list[Entry]]:
        """Read the protocol's lists."""
        return {part: self.read(part, path) for part, path in self._lists[self._protocol].items()}

    def described(self) -> str:
        """Return protocol and lists."""
        return f"{super().described()}, protocol {self._protocol}"


def scan(folder: Path, videos: Sequence[Path], by_video: bool = False) -> list[Entry]:
    """Return every frame of folders whose names contain label and person.

    Args:
        folder: the data set.
        videos: the folders.
        by_video: whether the frames of a video share one line, so that they get one score.

    Raises:
        UserError: no frame is found.
    """
    entries: list[Entry] = []
    for number, video in enumerate(videos):
        for files in frames_of(video, folder):
            known = describe(next(iter(files.values())))
            text = " ".join(files.get(s, "-") for s in ("rgb", "depth", "ir"))
            entries.append(Entry(dict(files), known.label, number if by_video else len(entries), text))
    if not entries:
        raise UserError(
            f"data {folder}: no pictures were found in the folders of a known layout; correct the path.",
            parameter="data",
        )
    return entries


def check_protocol(layout: ListedLayout, protocol: str) -> str:
    """Return the protocol.

    Raises:
        UserError: the layout has no protocol of this name.
    """
    return check_named(protocol, layout.protocols, layout.folder, layout.kind)


def parallel_list(
    folder: Path, part: str, forms: Sequence[str] = (*_WITH_MMFD, "{}_{}.txt", "{}_final_{}.txt")
) -> Path | None:
    """Return one of the parallel lists of a part, the first of the forms that exists; None without any."""
    names = [form.format(stream, part) for form in forms for stream in ("rgb", "depth", "ir")]
    return next((folder / name for name in names if (folder / name).is_file()), None)


def release_lists(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the owners' lists in a folder by protocol and part; only protocols with a training list."""
    found: dict[str, dict[str, Path]] = {}
    for kind in ("video", "image"):
        for path in sorted(folder.glob(f"**/CASIA_*@p*_{kind}_*.txt")):
            protocol, _, part = path.stem.partition("@p")[2].partition(f"_{kind}_")
            found.setdefault(protocol, {})["val" if part == "dev" else part] = path
    return {protocol: lists for protocol, lists in found.items() if "train" in lists}
