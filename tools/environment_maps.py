"""Convert the environment maps of the npm package `@pmndrs/assets` (CC0) to Radiance images for `--environments`.

    npm pack @pmndrs/assets && tar xzf pmndrs-assets-*.tgz
    python tools/environment_maps.py package/hdri .work/environments

The package stores OpenEXR images as base64 in `*.exr.js`. They are read with the Python package OpenEXR, which is not a
dependency of the project: `pip install OpenEXR`.
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from fasdemo.atomic_file import replacing

_CONTENT = re.compile(r"base64,([A-Za-z0-9+/=]+)")


def convert(source: Path, target: Path) -> None:
    """Write the image of a `.exr.js` file to a `.hdr` file.

    Raises:
        ValueError: the source contains no OpenEXR image in colour.
    """
    import OpenEXR

    found = _CONTENT.search(source.read_text())
    if found is None:
        raise ValueError(f"{source}: contains no base64 image; give the folder hdri of @pmndrs/assets.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.exr"
        path.write_bytes(base64.b64decode(found.group(1)))
        with OpenEXR.File(str(path)) as picture:
            channels = picture.channels()
            if "RGB" not in channels:
                raise ValueError(f"{source}: contains no RGB image; remove it from the folder.")
            rgb = np.array(channels["RGB"].pixels, np.float32)
    with replacing(target) as temporary:
        cv2.imwrite(str(temporary), np.ascontiguousarray(rgb[..., ::-1]))


def main() -> int:
    """Convert every map of a folder and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder with *.exr.js")
    parser.add_argument("output", type=Path, help="folder for the .hdr files")
    args = parser.parse_args()
    files = sorted(args.source.glob("*.exr.js"))
    if not files:
        print(f"{args.source}: contains no *.exr.js; give the folder hdri of @pmndrs/assets.", file=sys.stderr)
        return 2
    args.output.mkdir(parents=True, exist_ok=True)
    try:
        for file in files:
            convert(file, args.output / file.name.replace(".exr.js", ".hdr"))
    except ModuleNotFoundError:
        print("environment_maps: OpenEXR is not installed; run `pip install OpenEXR`.", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(files)} environment maps in {args.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
