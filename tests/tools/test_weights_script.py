"""`tools/weights.sh` from data to shipped files, with sets that are just large enough."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import cv2
import platformdirs
import pytest
from skimage.data import astronaut

from fasdemo.faces import model_file
from fasdemo.models.registry import shipped_models
from trainer.synth.people.people import split_of

ROOT = Path(__file__).resolve().parents[2]
_PEOPLE = {"train": 6, "dev": 3, "test": 3}


def portraits(folder: Path) -> None:
    """Write the built-in portrait once for each of twelve people, whose names put them into the three parts."""
    missing = dict(_PEOPLE)
    for number in itertools.count():
        part = split_of(f"person{number}")
        if missing[part]:
            missing[part] -= 1
            assert cv2.imwrite(str(folder / f"person{number}.png"), astronaut()[..., ::-1])
        if not any(missing.values()):
            return


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_weights_script_makes_every_shipped_file(tmp_path: Path) -> None:
    if not (platformdirs.user_data_path("fasdemo", appauthor=False) / model_file.FILE_NAME).is_file():
        pytest.skip("MediaPipe's model file is not installed here (run `make demo` once)")
    (tmp_path / "portraits").mkdir()
    portraits(tmp_path / "portraits")
    sizes = {"COUNT": "180", "PHOTOGRAPHS": "40", "MINUTES": "0.2"}
    folders = {"PORTRAITS": tmp_path / "portraits", "WORK": tmp_path / "work", "MODELS": tmp_path / "models"}
    environment = os.environ | sizes | {name: str(folder) for name, folder in folders.items()}
    environment |= {"PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    script = ["bash", str(ROOT / "tools" / "weights.sh")]
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert [model.card.name for model in shipped_models(tmp_path / "models")] == [
        model.card.name for model in shipped_models()
    ]
    assert (tmp_path / "models" / "fasdemo-flex.pt").is_file()
    # Nothing is rendered or trained again.
    again = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr[-2000:]
    assert "epoch 1" not in again.stdout
