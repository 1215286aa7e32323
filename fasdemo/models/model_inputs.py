"""List the files that are read in addition to a source, so that no output overwrites them."""

from __future__ import annotations

import os
from pathlib import Path

from fasdemo.assets_folder import assets_folder
from fasdemo.errors import UserError
from fasdemo.faces.model_file import ENVIRONMENT


def model_files(model: str | Path | None) -> list[Path]:
    """Return a model file with the files beside it, the folders of shipped files, and the face model."""
    found: list[Path] = []
    if model is not None and Path(model).suffix:
        path = Path(model)
        found += [path, path.with_suffix(".json"), path.with_name(path.name + ".json")]
    try:
        assets = assets_folder()
    except UserError:
        pass
    else:
        found += [assets / "models", assets / "demo"]
    if os.environ.get(ENVIRONMENT):
        found.append(Path(os.environ[ENVIRONMENT]))
    return found
