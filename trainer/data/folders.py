"""Finds the samples of data sets that come as folder trees, and splits them by person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.sessions.schema import SESSION_FILE
from trainer.data.faces import ATTACK, LIVE
from trainer.data.lists import Entry, frames_of, read_list
from trainer.data.paths import CEFA_RACES, describe

_CASIA_LISTS = {
    "train": ("train_list.txt",),
    "val": ("val_private_list.txt", "val_label.txt", "val_public_list.txt"),
    "test": ("test_private_list.txt", "test_public_list.txt"),
}
PARTS = ("train", "val", "test")


def detect_layout(folder: Path) -> str:
    """`synth`, `sessions`, `casia-surf`, `cefa` or `lists`.

    Raises:
        UserError: no such folder, or nothing known in it.
    """
    if not folder.is_dir():
        raise UserError(f"--data {folder}: no such folder; correct the path.")
    if (folder / "samples.csv").is_file() or (folder / "recipe.json").is_file():
        return "synth"
    if any(folder.glob("train.txt")):
        return "lists"
    if (folder / "Training").is_dir() or (folder / _CASIA_LISTS["train"][0]).is_file():
        return "casia-surf"
    if any(folder.glob("**/4@?_train.txt")) or any(folder.glob("train/[1-3]_*_*_*_*")):
        return "cefa"
    if (folder / "list.txt").is_file():
        return "lists"
    if next(folder.glob(f"*/*/*/{SESSION_FILE}"), None) is not None:
        return "sessions"
    raise UserError(
        f"--data {folder}: holds no data set that is known here (generated samples.csv, sessions, CASIA-SURF, CeFA, "
        "train.txt and val.txt); give --train-list and --val-list."
    )


def casia_surf(folder: Path) -> dict[str, list[Entry]]:
    """The challenge's lists where they are, else the tree `Training/real_part|fake_part/...`, to be split by person."""
    found: dict[str, list[Entry]] = {}
    for part, names in _CASIA_LISTS.items():
        path = next((folder / name for name in names if (folder / name).is_file()), None)
        if path is not None:
            found[part] = read_list(path, folder)
    if "train" not in found:
        found["train"] = scan(folder, sorted((folder / "Training").glob("*_part/*/*")))
    return found


def cefa(folder: Path, protocol: str) -> dict[str, list[Entry]]:
    """One cross-ethnicity protocol of CASIA-SURF CeFA, or the union `4` of all three.

    Where lists `4@1_train.txt`, `4@1_dev_ref.txt` or `_dev_res.txt`, `4@1_test_ref.txt` or `_test_res.txt` lie
    anywhere below the folder they count; otherwise the folders `train/R_ID_D_S_P` of the protocol's ethnicity.
    """
    wanted = list(CEFA_RACES) if protocol == "4" else [protocol]
    found: dict[str, list[Entry]] = {}
    for part, phases in (("train", ("train",)), ("val", ("dev_ref", "dev_res")), ("test", ("test_ref", "test_res"))):
        entries: list[Entry] = []
        for name in wanted:
            paths = [p for phase in phases for p in sorted(folder.glob(f"**/{name}_{phase}.txt"))]
            if paths:
                first = entries[-1].line + 1 if entries else 0
                root = _root_of(paths[0], folder)
                prefix = "" if root == folder else root.relative_to(folder).as_posix() + "/"
                for entry in read_list(paths[0], root):
                    files = {stream: prefix + file for stream, file in entry.files.items()}
                    entries.append(replace(entry, files=files, line=entry.line + first))
        if entries:
            found[part] = entries
    if "train" not in found:
        races = {CEFA_RACES[name] for name in wanted}
        videos = [v for v in sorted(folder.glob("**/train/[1-3]_*_*_*_*")) if describe(v.name).race in races]
        found["train"] = scan(folder, videos)
    return found


def _root_of(path: Path, folder: Path) -> Path:
    """What a CeFA list's paths are relative to: its own folder if the first one is there, else the data folder."""
    first = path.read_text(encoding="utf-8").split(maxsplit=1)
    return folder if first and (folder / first[0]).exists() else path.parent


def scan(folder: Path, videos: Sequence[Path]) -> list[Entry]:
    """Every frame of folders whose names say what they show.

    Raises:
        UserError: nothing found.
    """
    entries: list[Entry] = []
    for number, video in enumerate(videos):
        for files in frames_of(video, folder):
            known = describe(next(iter(files.values())))
            text = " ".join(files.get(s, "-") for s in ("rgb", "depth", "ir"))
            entries.append(Entry(dict(files), known.label, number, text))
    if not entries:
        raise UserError(f"--data {folder}: no pictures were found in the folders of a known layout; correct the path.")
    return [replace(entry, line=number) for number, entry in enumerate(entries)]


def by_person(
    people: Sequence[str], labels: Sequence[int], shares: tuple[float, float, float], seed: int, where: str
) -> dict[str, set[str]]:
    """Which people go to which part.

    People are ordered by a hash of seed and name, so that one who joins later moves nobody. Training and validation
    get at least one live face and one attack each where the people allow it.

    Args:
        people: who each sample shows.
        labels: 1 live, 0 attack.
        shares: of the people, for training, validation and test; a share of 0 leaves the part out.
        seed: of the order.
        where: for the error.

    Raises:
        UserError: fewer people than parts, or unnamed ones.
    """
    names = sorted({name for name in people if name}, key=lambda n: hashlib.sha256(f"{seed}:{n}".encode()).hexdigest())
    wanted = [part for part, share in zip(PARTS, shares, strict=True) if share > 0]
    if not names:
        raise UserError(
            f"{where}: the paths name no people, so nothing can be split by person; give the lists yourself."
        )
    if len(names) < 2:
        raise UserError(f"{where}: shows one person only ({names[0]}); at least two are needed to hold one back.")
    if len(names) < len(wanted):
        wanted.remove("test" if "test" in wanted else wanted[-1])
    kinds: dict[str, set[int]] = {name: set() for name in names}
    for name, label in zip(people, labels, strict=True):
        if name:
            kinds[name].add(label)
    # People who are seen live and attacked can stand for a part alone, so they are dealt first.
    left = sorted(names, key=lambda n: not kinds[n] >= {LIVE, ATTACK})
    parts: dict[str, set[str]] = {part: set() for part in wanted}
    weight = dict(zip(PARTS, shares, strict=True))
    total = sum(weight[part] for part in wanted)
    ranked = sorted(wanted, key=lambda p: -weight[p])
    for place, part in enumerate(ranked):
        # Without such people two stand for a part: one seen live, one attacked. Someone stays for the next part.
        spare = sum(later != "test" for later in ranked[place + 1 :])
        while len(left) > spare and (lacking := {LIVE, ATTACK} - {kind for n in parts[part] for kind in kinds[n]}):
            chosen = next((name for name in left if kinds[name] & lacking), None if parts[part] else left[0])
            if chosen is None:
                break
            parts[part].add(chosen)
            left.remove(chosen)
            if not kinds[chosen] & {LIVE, ATTACK}:
                break
    for name in left:
        needy = max(wanted, key=lambda p: weight[p] / total * len(names) - len(parts[p]))
        parts[needy].add(name)
    if "test" in parts and not parts["test"]:
        del parts["test"]
    return parts
