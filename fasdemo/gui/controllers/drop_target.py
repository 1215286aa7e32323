"""Sort dropped or chosen files into a source and a model."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from fasdemo.bounded_file import read_text
from fasdemo.errors import UserError
from fasdemo.gui.translation import tr
from fasdemo.runtime.requests import SourceRequest
from fasdemo.sessions.schema import SESSION_FILE

_DEPTH = re.compile(r"(^|[^a-z])(depth|tiefe)([^a-z]|$)", re.IGNORECASE)
_IR = re.compile(r"(^|[^a-z])(ir|infrared|nir)([^a-z]|$)", re.IGNORECASE)
_ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".heic"})
_WEIGHTS = frozenset({".pt", ".pth", ".ckpt", ".safetensors", ".h5", ".tflite", ".task", ".engine"})
_TABLES = frozenset({".csv", ".tsv", ".jsonl", ".xls", ".xlsx", ".ods", ".log"})
_OTHERS = frozenset(
    {
        ".pdf", ".doc", ".docx", ".odt", ".ppt", ".pptx", ".rtf", ".txt", ".md", ".html", ".htm", ".xml", ".yaml",
        ".yml", ".toml", ".ini", ".json", ".exe", ".msi", ".dll", ".so", ".dmg", ".iso", ".deb", ".bat", ".ps1", ".sh",
        ".py", ".lnk", ".desktop", ".url", ".mp3", ".wav", ".flac", ".ogg", ".ttf", ".svg",
    }
)  # fmt: skip
_MAX_JSON_BYTES = 1_000_000


def why_not_a_source(path: Path) -> str:
    """Return why a file is certainly not a source or a model, and what to do, as a sentence; empty if it may be one."""
    ending, name = path.suffix.lower(), path.name
    if not path.is_file() or name == SESSION_FILE:
        return ""
    if ending in _ARCHIVES:
        return tr("{file} is an archive; unpack it and open the video or session in it.", file=name)
    if ending in _PICTURES:
        return tr("{file} is a single picture; open a video or a folder of pictures.", file=name)
    if ending in _WEIGHTS:
        return tr("{file} contains the weights of a network; export them as an ONNX model and open that.", file=name)
    if ending in _TABLES:
        return tr("{file} is a table; a list of people is opened in the Record tab.", file=name)
    content = _json(path) if ending == ".json" else {}
    if "site_schema" in content:
        return tr("{file} is a site file; choose it in the preferences.", file=name)
    if "thresholds" in content and "inputs" in content:
        return tr("{file} describes a model; open the .onnx file beside it.", file=name)
    if ending in _OTHERS:
        return tr("{file} is not a video, a recording, a session or a model.", file=name)
    return ""


def _json(path: Path) -> dict[str, object]:
    """Return the object in a file; empty if there is none."""
    try:
        found = json.loads(read_text(path, _MAX_JSON_BYTES))
    except (OSError, UserError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Dropped:
    """The source and the model among the files; `problem` is a sentence if a file cannot be used, else empty."""

    source: SourceRequest | None = None
    model: Path | None = None
    problem: str = ""


def dropped_files(paths: list[Path]) -> Dropped:
    """Return the source and the model among `paths`; depth and infrared videos are recognised by their names."""
    refused = [words for path in paths if (words := why_not_a_source(path))]
    paths = [path for path in paths if not why_not_a_source(path)]
    if refused:
        return replace(dropped_files(paths), problem=refused[0])
    models = [path for path in paths if path.suffix.lower() == ".onnx"]
    others = [path for path in paths if path not in models]
    depth = [path for path in others if len(others) > 1 and path.is_file() and _DEPTH.search(path.stem)]
    ir = [path for path in others if len(others) > 1 and path.is_file() and _IR.search(path.stem) and path not in depth]
    colour = [path for path in others if path not in depth and path not in ir]
    model = models[0] if models else None
    left_out = [*colour[1:], *models[1:], *depth[1:], *ir[1:]]
    if left_out:
        problem = tr(
            "{file} was not opened: open one source at a time, with at most one colour, one depth and one infrared "
            "video.",
            file=left_out[0].name,
        )
        return Dropped(_request(colour, [], []) if colour else None, model, problem)
    if not colour and (depth or ir):
        return Dropped(model=model, problem=tr("A depth or infrared video needs a colour video; open both together."))
    return Dropped(_request(colour, depth, ir) if colour else None, model)


def _request(colour: list[Path], depth: list[Path], ir: list[Path]) -> SourceRequest:
    return SourceRequest(str(colour[0]), depth[0] if depth else None, ir[0] if ir else None)
