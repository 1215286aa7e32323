"""Sort dropped or chosen files into a source and a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fasdemo.gui.translation import tr
from fasdemo.runtime.requests import SourceRequest

_DEPTH = re.compile(r"(^|[^a-z])(depth|tiefe)([^a-z]|$)", re.IGNORECASE)
_IR = re.compile(r"(^|[^a-z])(ir|infrared|nir)([^a-z]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dropped:
    """The source and the model among the files; `problem` is a sentence if a file cannot be used, else empty."""

    source: SourceRequest | None = None
    model: Path | None = None
    problem: str = ""


def dropped_files(paths: list[Path]) -> Dropped:
    """Return the source and the model among `paths`; depth and infrared videos are recognised by their names."""
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
