"""Figures of the rules and of the evidence on single frames with depth and infrared."""
