"""Rendered output (crop data sets, sessions, the demo, contact sheets) and its checks."""
