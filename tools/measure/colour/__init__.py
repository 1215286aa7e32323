"""Figures of colour over time: parallax, eyelids, pulse, borders, and clips of prints and displays."""
