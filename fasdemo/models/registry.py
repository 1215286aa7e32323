"""Find the shipped models, and select the model for a source's streams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fasdemo.assets_folder import assets_folder
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.model_file import ModelFile, read_manifest, read_model
from fasdemo.models.sandbox_check import sandbox_check

_NAMES: dict[Stream, str] = {"rgb": "colour", "depth": "depth", "ir": "infrared"}


def models_folder() -> Path:
    """Return the folder of the shipped models and their manifest."""
    return assets_folder() / "models"


def shipped_models(folder: Path | None = None) -> list[ModelFile]:
    """Return all shipped models, checked, in the order of the manifest.

    Raises:
        UserError: the manifest is missing, or a model is missing or was changed.
    """
    place = models_folder() if folder is None else folder
    manifest = read_manifest(place)
    if manifest is None:
        raise UserError(
            f"{place} has no manifest of shipped models; install fasdemo again or choose a model file.",
            parameter="model",
        )
    return [read_model(place / entry.file) for entry in manifest.models]


def select_model(declared: frozenset[Stream], model: str | Path | None = None, folder: Path | None = None) -> ModelFile:
    """Return the model for a source with these streams.

    Without `model`, this is the shipped model that accepts exactly these streams and uses most of them, and among equal
    ones the first in the manifest. With `model`, it is the shipped model of that name, or the file at that path.

    Raises:
        UserError: no shipped model accepts the streams, the model does not exist, or it needs a stream that the source
            does not have.
    """
    if model is not None:
        chosen = find_model(str(model), folder)
        if not chosen.card.accepts(declared):
            missing = {spec.modality for spec in chosen.card.inputs if not spec.optional} - declared
            needs = _words(missing) if missing else _words(chosen.card.modalities, "or")
            raise UserError(
                f"{chosen.card.name} needs {needs}, but this source has {_words(declared)} only; choose another model.",
                parameter="model",
            )
        return chosen
    fitting = [entry for entry in shipped_models(folder) if entry.card.accepts(declared)]
    if not fitting:
        raise UserError(
            f"No shipped model accepts a source with {_words(declared)} only; choose a model file.", parameter="model"
        )
    return max(fitting, key=lambda entry: uses(entry.card, declared))


def uses(card: ModelCard, declared: frozenset[Stream]) -> int:
    """Return how many of these streams the network uses."""
    return len(declared & set(card.modalities))


def find_model(model: str, folder: Path | None = None) -> ModelFile:
    """Return the shipped model with a name, or the model file at a path.

    Raises:
        UserError: neither exists, or the file cannot be used.
    """
    path = Path(model)
    if path.suffix == ".onnx":
        if path.is_file() or len(path.parts) > 1:
            return _model_at(path, folder)
        model = path.stem
    shipped = shipped_models(folder)
    for entry in shipped:
        if model in (entry.card.name, entry.path.stem):
            return entry
    raise UserError(
        f"model {model} is not an ONNX file or a shipped model; choose from "
        f"{_list_names([entry.card.name for entry in shipped])}.",
        parameter="model",
    )


def _model_at(path: Path, folder: Path | None) -> ModelFile:
    """Return the model at a path, after `sandbox_check` if it is not a shipped one."""
    chosen = read_model(path)
    manifest = read_manifest(models_folder() if folder is None else folder)
    if manifest is None or chosen.sha256 not in {entry.sha256 for entry in manifest.models}:
        sandbox_check(chosen)
    return chosen


def _words(streams: frozenset[Stream] | set[Stream] | Sequence[Stream], joint: str = "and") -> str:
    names = [_NAMES[name] for name in STREAMS if name in streams]
    return f" {joint} ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "nothing"


def _list_names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
