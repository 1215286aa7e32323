"""Read a model file, check its content and its hash, and return it with its card.

The network is later loaded from these bytes, so replacing the file after the check has no effect.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fasdemo.atomic_file import write_atomically
from fasdemo.bounded_file import decode_text, read_bounded
from fasdemo.errors import UserError
from fasdemo.models.card import ModelCard
from fasdemo.models.onnx_file import MAX_FILE_BYTES, read_contents

MANIFEST = "manifest.json"
MAX_CARD_BYTES = 1024 * 1024
"""Maximum size of a card or manifest file."""


class ManifestEntry(BaseModel):
    """One shipped model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$", max_length=100)]
    """File name without a folder."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """The manifest of the shipped models, `manifest.json`, preferred models first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manifest_schema: Annotated[int, Field(ge=1, le=1)] = 1
    models: tuple[ManifestEntry, ...]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A checked model.

    Attributes:
        path: path of the file.
        content: content of the ONNX file.
        sha256: hash of the content, lower-case hexadecimal.
        card: the model card.
    """

    path: Path
    content: bytes
    sha256: str
    card: ModelCard


def read_model(path: Path) -> ModelFile:
    """Read and check a model.

    The card inside the file is used; a file without a card, from another project, needs one beside it as `NAME.json`.
    The hash in `manifest.json` of the same folder and the hash in the JSON beside the file must match. A folder with a
    manifest must not contain models that are not listed.

    Raises:
        UserError: the file is not a valid ONNX model, has no valid card, a wrong hash, external data, operators that
            ONNX Runtime does not include, or loops.
    """
    content = _read(path, MAX_FILE_BYTES, "a model")
    sha256 = hashlib.sha256(content).hexdigest()
    beside = _card_beside(path)
    _check_hash(path, sha256, beside)
    try:
        found = read_contents(content)
    except ValueError as error:
        raise UserError(f"{path} is not a valid ONNX model ({error}); export it again.") from error
    if found.external:
        raise UserError(
            f"{path} stores {found.external} of its tensors in other files, which fasdemo does not read; "
            "export the model as a single file."
        )
    if found.foreign_domains:
        raise UserError(
            f"{path} uses operators of {', '.join(map(repr, found.foreign_domains))}, which ONNX Runtime does not "
            "include; export the model with standard ONNX operators."
        )
    if found.loops:
        raise UserError(
            f"{path} uses {', '.join(sorted(found.loops))}, which may never end; export the model without loops."
        )
    if found.card_json is not None:
        card = parse_card(found.card_json, str(path))
    elif beside is not None:
        card = beside
    else:
        raise UserError(
            f"{path} has no model card inside or beside it as {path.with_suffix('.json').name}; add a card as "
            "described in docs/models.md."
        )
    return ModelFile(path, content, sha256, card)


def parse_card(text: str | bytes, where: str) -> ModelCard:
    """Validate a card.

    Raises:
        UserError: entries are missing or wrong; the message names them.
    """
    try:
        plain = text.removeprefix("\ufeff") if isinstance(text, str) else decode_text(text)
    except UnicodeDecodeError:
        raise UserError(f"{where}: the model card is not UTF-8 text; re-export the model.") from None
    try:
        return ModelCard.model_validate_json(plain)
    except ValidationError as error:
        raise UserError(
            f"{where}: the model card is not valid: {_first_problems(error)}; re-export the model."
        ) from error


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None if it has none.

    Raises:
        UserError: the manifest cannot be read or is not valid.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(decode_text(_read(path, MAX_CARD_BYTES, "a manifest")))
    except ValidationError as error:
        raise UserError(
            f"{path} is not a valid manifest: {_first_problems(error)}; install fasdemo again or write it again."
        ) from error


def write_manifest(folder: Path, preferred: tuple[str, ...] = ()) -> Manifest:
    """Write the manifest of all models in a folder: `preferred` file names first, then the others by name.

    Without `preferred`, the order of an existing manifest is kept, because it decides which of equal models is used.
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
    write_atomically(folder / MANIFEST, (json.dumps(manifest.model_dump(), indent=2) + "\n").encode())
    return manifest


def _card_beside(path: Path) -> ModelCard | None:
    card = path.with_suffix(".json")
    return parse_card(_read(card, MAX_CARD_BYTES, "a model card"), str(card)) if card.is_file() else None


def _check_hash(path: Path, sha256: str, beside: ModelCard | None) -> None:
    manifest = read_manifest(path.parent)
    if manifest is not None:
        expected = next((entry.sha256 for entry in manifest.models if entry.file == path.name), None)
        if expected is None:
            raise UserError(f"{path} is not in the manifest of its folder; move the model to another folder.")
        if expected != sha256:
            raise UserError(f"{path}: checksum mismatch with the manifest; download the file again.")
    if beside is not None and beside.sha256 is not None and beside.sha256.lower() != sha256:
        raise UserError(
            f"{path}: checksum mismatch with {path.stem}.json; download the file again or re-export the model."
        )


def _read(path: Path, limit: int, what: str) -> bytes:
    try:
        return read_bounded(path, limit)
    except ValueError as error:
        raise UserError(f"{path} cannot be used as {what}: {error}; check the file.") from error
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist; give the path of {what}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); give the path of {what}.") from error


def _first_problems(error: ValidationError) -> str:
    problems = [
        f"{'.'.join(map(str, item['loc'])) or 'card'}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_url=False, include_input=False)[:3]
    ]
    more = error.error_count() - len(problems)
    return "; ".join(problems) + (f"; and {more} more" if more > 0 else "")
