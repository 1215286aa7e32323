"""Program of `make demo`: show the demo session in the window, or write an annotated video without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

display = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
command = [sys.executable, "-m", "fasdemo.cli", "--demo"]
if not display:
    output = Path("out")
    output.mkdir(exist_ok=True)
    print(f"No display: writing {output / 'demo.mp4'} and {output / 'demo.jsonl'} instead of opening the window.")
    command += ["--headless", "--output", str(output / "demo.mp4"), "--json", str(output / "demo.jsonl")]
try:
    sys.exit(subprocess.call(command))
except KeyboardInterrupt:
    # The demo has been interrupted too, and has said so.
    sys.exit(130)
