"""Training, evaluation and export of the networks that fasdemo runs; the only package that imports torch."""

import os

# Waiting OpenMP threads spin by default. On a busy processor two spinning threads train ten times slower than two
# sleeping ones, and on an idle one they are hardly faster. Set here because torch reads it when it is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
