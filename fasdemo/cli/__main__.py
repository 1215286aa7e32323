"""Run the command line with `python -m fasdemo.cli`."""

import sys

from fasdemo.cli.main import main

sys.exit(main())
