from __future__ import annotations

import sys
from pathlib import Path

# The small ONNX models of the other tests.
sys.path.insert(0, str(Path(__file__).parent.parent / "fasdemo"))
