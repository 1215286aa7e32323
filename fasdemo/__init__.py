"""fasdemo tells a live face from a presentation attack in RGB, depth and infrared."""

__version__ = "0.1.0"
