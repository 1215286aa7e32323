"""Trains, evaluates and exports the networks that fasdemo runs: the only rooms that know torch."""

import os

# Torch's worker threads spin while they wait for each other. Where anything else uses the processor, two spinning
# threads train ten times slower than two sleeping ones, and alone they are hardly faster. Read when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
