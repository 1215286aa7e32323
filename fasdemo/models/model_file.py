"""A model file from disk to memory: read once, hashed, checked, with its card.

Whatever runs afterwards runs these bytes, so a file that is exchanged after the check changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fasdemo.bounded_file import decode_text, read_bounded
from fasdemo.errors import UserError
from fasdemo.models.card import ModelCard
from fasdemo.models.onnx_file import LARGEST_FILE, read_contents

MANIFEST = "manifest.json"
LARGEST_CARD = 1024 * 1024
"""Bytes of a card beside its model."""


class ManifestEntry(BaseModel):
    """One shipped model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$", max_length=100)]
    """A name without a folder."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """`manifest.json` of the shipped models, the preferred ones first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest_schema: Annotated[int, Field(ge=1, le=1)] = 1
    models: tuple[ManifestEntry, ...]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A checked model.

    Attributes:
        path: where it was read from.
        content: the ONNX bytes.
        sha256: their hash, lower-case hexadecimal.
        card: what the model says about itself.
    """

    path: Path
    content: bytes
    sha256: str
    card: ModelCard


def read_model(path: Path) -> ModelFile:
    """Read and check a model.

    The card is the one inside the file; a file without one, from another project, may have it beside it as
    `NAME.json`. A hash in `manifest.json` of the same folder, or in the JSON beside the file, has to match; a folder
    with a manifest holds no model that is not in it.

    Raises:
        UserError: not an ONNX model, no card or an invalid one, a wrong hash, external data, foreign operators or
            loops.
    """
    content = _read(path, LARGEST_FILE, "a model")
    sha256 = hashlib.sha256(content).hexdigest()
    beside = _card_beside(path)
    _check_hash(path, sha256, beside)
    try:
        found = read_contents(content)
    except ValueError as error:
        raise UserError(f"{path} is no ONNX model ({error}); export it again.") from error
    if found.external:
        raise UserError(
            f"{path} keeps {found.external} of its tensors in other files, which fasdemo does not read; "
            "save the model with its weights inside."
        )
    if found.foreign_domains:
        raise UserError(
            f"{path} uses operators of {', '.join(map(repr, found.foreign_domains))}, which need a library that "
            "fasdemo does not load; export it with ONNX's own operators."
        )
    if found.loops:
        raise UserError(
            f"{path} uses {', '.join(sorted(found.loops))}, which may never come to an end; export the network without."
        )
    if found.card_json is not None:
        card = parse_card(found.card_json, str(path))
    elif beside is not None:
        card = beside
    else:
        raise UserError(
            f"{path} has no model card, neither inside nor beside it as {path.with_suffix('.json').name}; "
            "without one its score means nothing. See docs/models.md."
        )
    return ModelFile(path, content, sha256, card)


def parse_card(text: str | bytes, where: str) -> ModelCard:
    """Validate a card.

    Raises:
        UserError: says which entries are missing or wrong.
    """
    try:
        plain = text.removeprefix("\ufeff") if isinstance(text, str) else decode_text(text)
    except UnicodeDecodeError:
        raise UserError(f"{where}: the model card is not valid: it is not text in UTF-8.") from None
    try:
        return ModelCard.model_validate_json(plain)
    except ValidationError as error:
        raise UserError(f"{where}: the model card is not valid: {_first_problems(error)}.") from error


def read_manifest(folder: Path) -> Manifest | None:
    """The folder's manifest, None where there is none.

    Raises:
        UserError: it is there and cannot be used.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(decode_text(_read(path, LARGEST_CARD, "a manifest")))
    except ValidationError as error:
        raise UserError(f"{path} is not a valid manifest: {_first_problems(error)}.") from error


def write_manifest(folder: Path, preferred: tuple[str, ...] = ()) -> Manifest:
    """Write the manifest of all models in a folder: `preferred` file names first, then the others by name.

    Without `preferred` the order of the manifest that is there is kept: it decides which of equal models runs.
    """
    if not preferred and (before := read_manifest(folder)) is not None:
        preferred = tuple(entry.file for entry in before.models)
    names = sorted(path.name for path in folder.glob("*.onnx"))
    ordered = [name for name in preferred if name in names] + [name for name in names if name not in preferred]
    manifest = Manifest(
        models=tuple(
            ManifestEntry(file=name, sha256=hashlib.sha256((folder / name).read_bytes()).hexdigest())
            for name in ordered
        )
    )
    temporary = folder / (MANIFEST + ".part")
    temporary.write_text(json.dumps(manifest.model_dump(), indent=2) + "\n", encoding="utf-8")
    temporary.replace(folder / MANIFEST)
    return manifest


def _card_beside(path: Path) -> ModelCard | None:
    card = path.with_suffix(".json")
    return parse_card(_read(card, LARGEST_CARD, "a model card"), str(card)) if card.is_file() else None


def _check_hash(path: Path, sha256: str, beside: ModelCard | None) -> None:
    manifest = read_manifest(path.parent)
    if manifest is not None:
        expected = next((entry.sha256 for entry in manifest.models if entry.file == path.name), None)
        if expected is None:
            raise UserError(f"{path} is not in the manifest of its folder; keep own models in a folder of their own.")
        if expected != sha256:
            raise UserError(f"{path} is damaged or was changed: its sha256 is not that of the manifest; get it anew.")
    if beside is not None and beside.sha256 is not None and beside.sha256.lower() != sha256:
        raise UserError(f"{path} is damaged or was changed: its sha256 is not that in {path.stem}.json; get it anew.")


def _read(path: Path, limit: int, what: str) -> bytes:
    try:
        return read_bounded(path, limit)
    except ValueError as error:
        raise UserError(f"{path} cannot be {what}: {error}; check the file.") from error
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; give {what}'s path.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); give {what}'s path.") from error


def _first_problems(error: ValidationError) -> str:
    problems = [
        f"{'.'.join(map(str, item['loc'])) or 'card'}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_url=False, include_input=False)[:3]
    ]
    more = error.error_count() - len(problems)
    return "; ".join(problems) + (f"; and {more} more" if more > 0 else "")
