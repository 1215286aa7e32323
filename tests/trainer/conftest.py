"""Settings that have to be made before torch is loaded."""

import trainer  # noqa: F401  (makes torch's threads sleep while they wait)
