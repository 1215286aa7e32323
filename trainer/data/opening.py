"""Recognise the layout of a data set and open it."""

from __future__ import annotations

from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.sessions.schema import SESSION_FILE
from trainer.config.schema import DataConfig
from trainer.data.layouts.casia import CASIA_LISTS, CasiaRelease, CasiaSurf, parallel_list, release_lists
from trainer.data.layouts.cefa import Cefa, full_release
from trainer.data.layouts.listed import LIST_FILE, Layout, ListedLayout, ListFiles, ListFolder, refuse_given
from trainer.data.layouts.sharded import FACTS_FILE, UNFINISHED_FILE, ShardFolder, read_facts
from trainer.data.public.clips import Cutting
from trainer.data.public.registry import COLOUR_ALONE, PUBLIC, detect_public, open_public
from trainer.workers import HERE, Workers


def detect_layout(folder: Path) -> str:
    """Return the name of the layout of a folder, as `--layout` takes it.

    Raises:
        UserError: the folder does not exist, or its layout is unknown.
    """
    if folder.is_file():
        raise UserError(f"data {folder}: is a file; unpack it, and give the folder.", parameter="data")
    if not folder.is_dir():
        raise UserError(f"data {folder}: no such folder; correct the path.", parameter="data")
    if (folder / FACTS_FILE).is_file() or (folder / UNFINISHED_FILE).is_file():
        return "shards"
    if (folder / "samples.csv").is_file() or (folder / "recipe.json").is_file():
        return "synth"
    if any(folder.glob("train.txt")):
        return "lists"
    if (folder / "Training").is_dir() or (folder / CASIA_LISTS["train"][0]).is_file():
        return "casia-surf"
    # Before the patterns that search all folders below: these data sets have up to 600,000 files.
    public = detect_public(folder)
    if public:
        return public
    if any(folder.glob("**/4@?_train.txt")) or any(folder.glob("train/[1-3]_*_*_*_*")):
        return "cefa"
    if parallel_list(folder, "train") is not None:
        return "casia-surf"
    if release_lists(folder):
        return "casia-release"
    if full_release(folder):
        return "cefa"
    if (folder / LIST_FILE).is_file():
        return "lists"
    if next(folder.glob(f"*/*/*/{SESSION_FILE}"), None) is not None:
        return "sessions"
    public = detect_public(folder, below=True)
    if public:
        return public
    below = [path for path in sorted(folder.iterdir()) if path.is_dir() and _is_known(path)][:1]
    if below:
        raise UserError(f"data {folder}: is not a data set, but {below[0]} is; give that one.", parameter="data")
    raise UserError(
        f"data {folder}: the layout is unknown (known: generated samples.csv, sessions, CASIA-SURF, CeFA, "
        f"{', '.join(PUBLIC)}, train.txt and val.txt); give the folder of such a "
        "data set, or write train.txt and val.txt for this one (docs/training.md).",
        parameter="data",
    )


def _is_known(folder: Path) -> bool:
    """Return whether a folder below the given one has one of the layouts that are recognised by few files."""
    marks = (FACTS_FILE, "samples.csv", "train.txt", "Training", CASIA_LISTS["train"][0], LIST_FILE, "Ethnicity")
    return any((folder / mark).exists() for mark in marks) or parallel_list(folder, "train") is not None


def listed_layout(
    folder: Path,
    layout: str = "auto",
    protocol: str | None = None,
    workers: Workers = HERE,
) -> ListedLayout:
    """Return the layout of a folder that is not a rendered set; crops of recorded sessions are cut if needed.

    Args:
        folder: the data set.
        layout: `auto`, `sessions`, `casia-surf`, `cefa`, `casia-release` or `lists`.
        protocol: official protocol; None takes the layout's default.
        workers: what cuts the crops.

    Raises:
        UserError: the layout is unknown, is that of a rendered set, has no such protocol, or the crops cannot be cut.
    """
    name = detect_layout(folder) if layout == "auto" else layout
    if name == "synth":
        raise UserError(f"{folder}: a generated set names its own split in samples.csv; train on it as it is.")
    if name == "shards":
        raise UserError(f"{folder}: shards have the parts of the set that they were written from; train on them.")
    if name in PUBLIC:
        raise UserError(f"{folder}: {name} has its own parts; train on it as it is, and choose them with `protocol`.")
    if name == "cefa":
        return Cefa(folder, protocol)
    if name == "casia-release":
        return CasiaRelease(folder, protocol)
    if protocol is not None:
        listed = name == "lists"
        reason = "its train.txt, val.txt and test.txt are used" if listed else f"the layout is {name}"
        raise UserError(
            f"protocol {protocol}: {folder} is not read by a protocol, because {reason}; add `layout` cefa (or the "
            f"data set's own layout), {'remove those lists, ' if listed else ''}or leave `protocol` out.",
            parameter="protocol",
        )
    if name == "casia-surf":
        return CasiaSurf(folder)
    if name == "sessions":
        from trainer.data.layouts.recorded import crops_of

        folder = crops_of(folder, workers=workers)
    return ListFolder(folder)


def is_generated(data: DataConfig) -> bool:
    """Return whether the configuration names a rendered set, in which every sample has a species and a sensor."""
    if data.folder is None or data.train_list is not None:
        return False
    name = detect_layout(data.folder) if data.layout == "auto" else data.layout
    return name == "synth" or (name == "shards" and read_facts(data.folder).generated)


def offered_streams(data: DataConfig) -> tuple[Stream, ...]:
    """Return the streams that the layout of a data set can have."""
    if data.folder is None or data.train_list is not None:
        return STREAMS
    name = detect_layout(data.folder) if data.layout == "auto" else data.layout
    return ("rgb",) if name in COLOUR_ALONE else STREAMS


def open_layout(data: DataConfig, workers: Workers = HERE) -> Layout:
    """Return the layout of the data set that a configuration names; `workers` cut missing crops.

    Raises:
        UserError: there is neither a folder nor a training list, or the layout is unknown.
    """
    paths = {"train": data.train_list, "val": data.val_list, "test": data.test_list}
    lists = {part: path for part, path in paths.items() if path is not None}
    if data.train_list is not None:
        if data.protocol is not None:
            raise UserError(
                f"protocol {data.protocol}: has no effect beside `train_list`; leave one of the two out.",
                parameter="protocol",
            )
        files = ListFiles(data.folder or data.train_list.parent, lists)
        files.live_label = data.live_label
        return files
    if data.folder is None:
        raise UserError(
            "no data: give `data` (a folder with a data set or recorded sessions) or `train_list` and `val_list`."
        )
    # Once, because large data sets have hundreds of thousands of files.
    name = detect_layout(data.folder) if data.layout == "auto" else data.layout
    if name in (*PUBLIC, "synth", "shards"):
        refuse_given(lists, str(data.folder))
    if name == "synth":
        from trainer.data.layouts.generated import GeneratedFolder

        return GeneratedFolder(data.folder)
    if name == "shards":
        if data.protocol is not None:
            raise UserError(
                f"protocol {data.protocol}: {data.folder} has the parts of the protocol for which its shards were "
                "written; leave `protocol` out, or write shards for this one.",
                parameter="protocol",
            )
        return ShardFolder(data.folder)
    if name in PUBLIC:
        return open_public(name, data.folder, data.protocol, Cutting(data.frame_step, workers))
    layout = listed_layout(data.folder, name, data.protocol, workers)
    layout.live_label = data.live_label
    layout.given = lists
    return layout
