"""Labels, species and people that follow from the folder names of known data sets.

CASIA-SURF (arXiv 1812.00408): `Training/real_part|fake_part/PERSON/KIND.rssdk/color|depth|ir/N.jpg`.
CASIA-SURF CeFA (arXiv 2003.05136): `PHASE/R_ID_D_S_P/profile|depth|ir/NNNN.jpg`, R = ethnicity, P = attack (1: none);
masks of the full release: `Mask/3D-Mask/ID/1_ID_D_G_A_S_T/...` and `Mask/Silicone-Mask/ID/2_ID_D_G_A_S_T/...`.
MMFD of the published code: `our_realsense/real|gen_fake_noise/...`; its names do not name people.
Recorded sessions: `PERSON/live|spoof-SPECIES/SESSION/color|depth|ir/...`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from trainer.data.faces import ATTACK, LIVE, UNLABELLED

_CEFA = re.compile(r"^([1-3])_(\d{3})_\d_\d_([1-4])$")
_CEFA_MASK = re.compile(r"^([12])_(\d{3})_[01]_[01]_\d_\d_\d$")
_MASKS = {"1": "3d-mask", "2": "silicone-mask"}
_MMFD = "our_realsense"
_CEFA_SPECIES = {"2": "print-cloth", "3": "print", "4": "replay"}
CEFA_RACES = {"4@1": "1", "4@2": "2", "4@3": "3"}
"""Ethnicity of the training part by protocol: Africa, Central Asia, East Asia."""


@dataclass(frozen=True, slots=True)
class Described:
    """The facts about a picture that its path contains; fields are empty or -1 where unknown.

    Attributes:
        subject: identifier of the person.
        species: attack species, empty for a live face.
        label: 1 live, 0 attack, -1 unknown.
        race: ethnicity in CeFA: `1`, `2` or `3`.
    """

    subject: str = ""
    species: str = ""
    label: int = UNLABELLED
    race: str = ""


def describe(path: str) -> Described:
    """Derive label, species and person from a picture's path, whose parts are separated by `/`."""
    parts = PurePosixPath(path).parts
    for index, part in enumerate(parts[:-1]):
        if part in ("real_part", "fake_part") and index + 2 < len(parts):
            live = part == "real_part"
            kind = parts[index + 2].split(".")[0]
            return Described(parts[index + 1], "" if live else kind, LIVE if live else ATTACK)
        if part == _MMFD and index + 2 < len(parts) and (parts[index + 1] == "real" or "fake" in parts[index + 1]):
            live = parts[index + 1] == "real"
            return Described("", "" if live or index + 3 >= len(parts) else parts[index + 2], LIVE if live else ATTACK)
        found = _CEFA.match(part)
        if found:
            race, number, attack = found.groups()
            live = attack == "1"
            return Described(f"{race}_{number}", _CEFA_SPECIES.get(attack, ""), LIVE if live else ATTACK, race)
        mask = _CEFA_MASK.match(part)
        if mask:
            # The numbers of the masks' people are not those of the live faces.
            species = _MASKS[mask.group(1)]
            return Described(f"{species}-{mask.group(2)}", species, ATTACK)
        if index and (part == "live" or part.startswith("spoof-")):
            live = part == "live"
            return Described(parts[index - 1], "" if live else part.removeprefix("spoof-"), LIVE if live else ATTACK)
    found = _CEFA.match(parts[-1]) if parts else None
    if found:
        race, number, attack = found.groups()
        return Described(f"{race}_{number}", _CEFA_SPECIES.get(attack, ""), LIVE if attack == "1" else ATTACK, race)
    return Described()
