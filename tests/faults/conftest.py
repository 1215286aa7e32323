from __future__ import annotations

import sys
from pathlib import Path

# Scenes, small ONNX models and the face model's fixture of the other tests.
sys.path.insert(0, str(Path(__file__).parent.parent / "fasdemo"))
