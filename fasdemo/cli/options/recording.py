"""Convert the command line's recording options to the labels of a session."""

from __future__ import annotations

import argparse
import sys

from fasdemo.record.labels import Labels, labels_from_options


def labels_of(options: argparse.Namespace) -> Labels:
    """Return the labels in the options; on a terminal, ask for a missing consent and date.

    Raises:
        UserError: a label is missing or wrong.
    """
    return labels_from_options(
        options.subject,
        options.label,
        options.attack,
        options.instrument,
        options.consent,
        options.retain_until,
        ask=input if sys.stdin.isatty() else None,
    )
