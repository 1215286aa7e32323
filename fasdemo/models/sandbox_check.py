"""Run an unknown network once in a separate process before it runs in the main process.

A network of a few hundred bytes can use all memory or run without end, which cannot be seen in the file. The child
process therefore has a memory and a time limit. Shipped models, known by their hashes, are not checked.
"""

from __future__ import annotations

import json
import subprocess
import sys

from fasdemo.child_process import limit_memory, run_child
from fasdemo.errors import UserError
from fasdemo.models.model_file import ModelFile

MAX_MEMORY_BYTES = 3 * 1024**3
"""Memory limit in addition to the memory of the libraries; the papers' largest network, FishNet150, needs a tenth."""
MAX_TIME_S = 60.0

_checked: set[str] = set()


def sandbox_check(file: ModelFile) -> None:
    """Run the network once on a grey face within the limits; a model is checked only once per process.

    Raises:
        UserError: the network fails or exceeds a limit.
    """
    if file.sha256 in _checked:
        return
    shapes = {spec.name: [1, spec.channels, file.card.input_size, file.card.input_size] for spec in file.card.inputs}
    if file.card.presence_input is not None:
        shapes[file.card.presence_input] = [1, len(file.card.inputs)]
    request = json.dumps(shapes).encode() + b"\n" + file.content
    try:
        done = run_child(__name__, seconds=MAX_TIME_S, content=request)
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{file.path}: rating one face did not end within {MAX_TIME_S:.0f} s; use another model."
        ) from None
    except OSError as error:
        raise UserError(
            f"{file.path}: cannot be checked, because no process can be started ({error.strerror}); close other "
            "programs."
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1][:200] if said else f"it was stopped at {MAX_MEMORY_BYTES // 1024**3} GB of memory"
        raise UserError(f"{file.path}: a test run of the network fails: {reason}; use another model.")
    _checked.add(file.sha256)


def main() -> int:
    """Run the network in the child process; standard input has the input shapes as a line of JSON, then the model."""
    import numpy as np
    import onnxruntime as ort

    shapes = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    limit_memory(MAX_MEMORY_BYTES)
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
