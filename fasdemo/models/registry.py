"""The shipped models, and which of them judges what a source offers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fasdemo.assets_folder import assets_folder
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.model_file import ModelFile, read_manifest, read_model
from fasdemo.models.sandbox_check import try_out


def models_folder() -> Path:
    """The folder of the shipped models and their manifest."""
    return assets_folder() / "models"


def shipped_models(folder: Path | None = None) -> list[ModelFile]:
    """Every shipped model, checked, in the manifest's order.

    Raises:
        UserError: there is no manifest, or a model is missing or was changed.
    """
    place = models_folder() if folder is None else folder
    manifest = read_manifest(place)
    if manifest is None:
        raise UserError(
            f"{place} holds no manifest of shipped models; install fasdemo again or give --model FILE.onnx."
        )
    return [read_model(place / entry.file) for entry in manifest.models]


def choose(declared: frozenset[Stream], model: str | Path | None = None, folder: Path | None = None) -> ModelFile:
    """The model for a source that offers these streams.

    Without `model`: of the shipped models that can judge exactly these streams, the one that looks at most of them;
    among equals the manifest's first. With it: the shipped model of that name, or the file at that path.

    Raises:
        UserError: no shipped model fits, there is no such model, or it needs a stream that the source lacks.
    """
    if model is not None:
        chosen = find_model(str(model), folder)
        if not chosen.card.accepts(declared):
            missing = {spec.modality for spec in chosen.card.inputs if not spec.optional} - declared
            needs = _list(missing) if missing else "one of " + _list(chosen.card.modalities)
            raise UserError(
                f"--model {model}: {chosen.card.name} needs {needs}, and the source offers {_list(declared)}; "
                "choose another model or leave the option out."
            )
        return chosen
    fitting = [entry for entry in shipped_models(folder) if entry.card.accepts(declared)]
    if not fitting:
        raise UserError(f"No shipped model judges {_list(declared)} alone; give one with --model FILE.onnx.")
    return max(fitting, key=lambda entry: uses(entry.card, declared))


def uses(card: ModelCard, declared: frozenset[Stream]) -> int:
    """How many of these streams the network looks at."""
    return len(declared & set(card.modalities))


def find_model(model: str, folder: Path | None = None) -> ModelFile:
    """Return the shipped model of a name, or the file at a path.

    Raises:
        UserError: neither, or the file cannot be used.
    """
    path = Path(model)
    if path.suffix == ".onnx":
        if path.is_file() or len(path.parts) > 1:
            return _stranger(path, folder)
        model = path.stem
    shipped = shipped_models(folder)
    for entry in shipped:
        if model in (entry.card.name, entry.path.stem):
            return entry
    raise UserError(
        f"--model {model} is neither an ONNX file nor a shipped model; "
        f"shipped are {_list_names([entry.card.name for entry in shipped])}."
    )


def _stranger(path: Path, folder: Path | None) -> ModelFile:
    """A model that a person named by its path; one that is not among the shipped ones is tried out first."""
    chosen = read_model(path)
    manifest = read_manifest(models_folder() if folder is None else folder)
    if manifest is None or chosen.sha256 not in {entry.sha256 for entry in manifest.models}:
        try_out(chosen)
    return chosen


def _list(streams: frozenset[Stream] | set[Stream] | Sequence[Stream]) -> str:
    return "+".join(name for name in STREAMS if name in streams) or "nothing"


def _list_names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
