"""Runs a stranger's network once in a process of its own before it runs in ours.

A network is a program: a few hundred bytes can ask for all memory or never end, and no look at the file tells. The
child gets a bound of memory and of time; the shipped models, known by their hashes, need none of this.
"""

from __future__ import annotations

import json
import subprocess
import sys

from fasdemo.child_process import limit_memory, run_child
from fasdemo.errors import UserError
from fasdemo.models.model_file import ModelFile

MOST_MEMORY = 3 * 1024**3
"""Bytes beyond what the libraries take. The papers' largest network, FishNet150, takes a tenth of it."""
MOST_SECONDS = 60.0

_tried: set[str] = set()


def try_out(file: ModelFile) -> None:
    """Judge one grey face, within bounds; a model that was tried before is not tried again.

    Raises:
        UserError: the network fails, or needs more memory or time than any network for faces.
    """
    if file.sha256 in _tried:
        return
    shapes = {spec.name: [1, spec.channels, file.card.input_size, file.card.input_size] for spec in file.card.inputs}
    if file.card.presence_input is not None:
        shapes[file.card.presence_input] = [1, len(file.card.inputs)]
    request = json.dumps(shapes).encode() + b"\n" + file.content
    try:
        done = run_child(__name__, seconds=MOST_SECONDS, content=request)
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{file.path}: judging one face did not end within {MOST_SECONDS:.0f} s; use another model."
        ) from None
    except OSError as error:
        raise UserError(f"{file.path}: cannot be tried out in a process of its own ({error.strerror}).") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1][:200] if said else f"it was stopped at {MOST_MEMORY // 1024**3} GB of memory"
        raise UserError(f"{file.path}: a trial run of the network fails: {reason}; check the model.")
    _tried.add(file.sha256)


def main() -> int:
    """The child: input shapes as a line of JSON, then the model, on standard input."""
    import numpy as np
    import onnxruntime as ort

    shapes = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    limit_memory(MOST_MEMORY)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        known = {item.name for item in session.get_inputs()}
        feed = {name: np.full(shape, 0.5, np.float32) for name, shape in shapes.items() if name in known}
        session.run(None, feed)
    except Exception as error:  # ONNX Runtime raises its own classes, without a common base
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0
