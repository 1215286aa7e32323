"""The textures of all materials of a scene in one array, which scenes of one setup share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trainer.synth.scene import raster

Floats = npt.NDArray[np.float32]

_LARGE = 4096
"""Number of texels from which a texture is kept for the next scene."""
_SPARE = 65536


class TexturePack:
    """An array of textures that keeps large ones from scene to scene, so that they are copied once.

    A texture that was packed must not be changed afterwards.
    """

    def __init__(self) -> None:
        self._texels: Floats = np.empty((0, raster.TEXEL), np.float32)
        self._kept: dict[int, tuple[int, Floats]] = {}
        self._used = 0

    def pack(self, textures: Sequence[Floats]) -> tuple[Floats, list[int]]:
        """Return all texels (N, 6), and the index of the first texel of each of `textures` (h, w, 6)."""
        given = {id(one): one for one in textures}
        small = [one for one in given.values() if _size(one) < _LARGE]
        missing = [one for key, one in given.items() if _size(one) >= _LARGE and key not in self._kept]
        need = sum(map(_size, small))
        if missing or self._used + need > len(self._texels):
            large = [one for one in given.values() if _size(one) >= _LARGE]
            self._used = sum(map(_size, large))
            self._texels = np.empty((self._used + need + _SPARE, raster.TEXEL), np.float32)
            self._kept = {}
            at = 0
            for one in large:
                self._kept[id(one)] = (at, one)
                at = self._write(one, at)
        offsets = {key: at for key, (at, _) in self._kept.items()}
        at = self._used
        for one in small:
            offsets[id(one)] = at
            at = self._write(one, at)
        return self._texels, [offsets[id(one)] for one in textures]

    def _write(self, texture: Floats, at: int) -> int:
        self._texels[at : at + _size(texture)] = texture.reshape(-1, raster.TEXEL)
        return at + _size(texture)


def _size(texture: Floats) -> int:
    return int(texture.shape[0] * texture.shape[1])
