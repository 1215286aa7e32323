"""Training, evaluation and export of the networks that fasdemo runs; the only package that imports torch."""

import os

# Waiting OpenMP threads spin by default. On a busy processor two spinning threads train ten times slower than two
# sleeping ones, and on an idle one they are hardly faster. Set here because torch reads it when it is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# ONNX Runtime reads this when it is loaded: since 1.32 it sends usage data and stores a device number by default.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
