"""Plots show the names of species unchanged, also names like formulas or names that would hide a curve."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest

from trainer.evaluation.metrics import Scored
from trainer.evaluation.report_plots import det_plot, histograms, roc_plot

NAMES = ("a$b", r"$\frac{$", r"\begin{x}", "_hidden", "a_b^{c", "$", "50 % $x$ & <b>")


def scored() -> Scored:
    rng = np.random.default_rng(1)
    scores = np.concatenate([rng.uniform(0.0, 1.0, 200), rng.uniform(0.0, 1.0, 350)])
    return Scored(scores, np.repeat([1, 0], [200, 350]), np.array([""] * 200 + [*NAMES] * 50))


@pytest.mark.parametrize("plot", [histograms, det_plot, roc_plot])
def test_report_plots_accept_names_that_look_like_tex(plot: Callable[[Scored, float], str]) -> None:
    text = plot(scored(), 0.5)
    drawn = "".join(ET.fromstring(text).itertext())
    if plot is not roc_plot:
        for name in NAMES:
            assert name in drawn
