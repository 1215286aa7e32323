"""Measure the image quality of a face on its aligned crop and key points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Face, Points

_NOSE_DEPTH = 0.55
"""Distance of the tip of the nose in front of the line of the eyes, divided by the eye distance: about 35 / 63 mm."""
_NOSE_DROP = 0.53
"""Distance of the detector's nose point below the line of the eyes in a frontal view, divided by the eye distance."""
_SHARP_SIZE = 64
_LOOKS = ("OutLeft", "InLeft", "InRight", "OutRight", "UpLeft", "DownLeft", "UpRight", "DownRight")
_EYE_YAW_DEG, _EYE_PITCH_DEG = 30.0, 20.0
"""Rotation of an eye for which MediaPipe's `eyeLook` weight is 1."""
MAX_GAZE_YAW_DEG, MAX_GAZE_PITCH_DEG = 25.0, 30.0
"""Limits of a look at the camera; fewer than 1 of 100 portraits in `gaze_deg` exceed each."""
EYE_CLOSED = 0.55
"""Value of MediaPipe's `eyeBlink` weight above which an eye is closed."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality measurements of one face in one image.

    Attributes:
        brightness: mean luma of the middle of the face, in [0, 1].
        white: share of saturated pixels in the middle of the face, in [0, 1].
        sharpness: high-frequency share of the crop's contrast, without unit; 0.1 or more if sharp.
        eye_px: distance of the eyes in pixels of the RGB image.
        yaw_deg: positive if the person turns to their left.
        pitch_deg: positive if the person looks up.
        roll_deg: positive if the person's right eye is higher.
        eyes_closed: None if landmarks were not computed.
    """

    brightness: float
    white: float
    sharpness: float
    eye_px: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    eyes_closed: bool | None


def assess(face: Face, crop: npt.NDArray[np.uint8]) -> Quality:
    """Return the quality measurements of a face.

    Args:
        face: the face, with key points in pixels of the RGB image.
        crop: the aligned crop, uint8 (S, S, 3) RGB.
    """
    size = crop.shape[0]
    luma = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.uint8)
    middle = luma[int(size * 0.3) : int(size * 0.78), int(size * 0.3) : int(size * 0.7)]
    yaw, pitch, roll = head_pose_deg(face.keypoints)
    return Quality(
        brightness=float(cv2.mean(middle)[0]) / 255.0,
        white=np.count_nonzero(middle >= 250) / max(middle.size, 1),
        sharpness=sharpness(luma),
        eye_px=float(np.hypot(*(face.keypoints[1] - face.keypoints[0]))),
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        eyes_closed=eyes_closed(face),
    )


def sharpness(luma: npt.NDArray[np.uint8]) -> float:
    """Return the share of the contrast that a 3 x 3 mean removes from the image, reduced to 64 x 64 pixels.

    At this size, a sharp face has about the same value at any distance and contrast.
    """
    small = cv2.resize(luma, (_SHARP_SIZE, _SHARP_SIZE), interpolation=cv2.INTER_AREA).astype(np.float32)
    inner = small[12:-8, 16:-16]
    detail = inner - cv2.blur(small, (3, 3))[12:-8, 16:-16]
    of_detail, of_inner = (float(cv2.meanStdDev(one)[1][0, 0]) for one in (detail, inner))
    return of_detail / max(of_inner, 1.0)


def head_pose_deg(keypoints: Points) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees, estimated from eyes and nose with the proportions of an average face.

    The error is about 10 degrees, which is enough to ask a person to look at the camera.
    """
    # Plain numbers, because NumPy takes ten times as long for arrays of two.
    (right_x, right_y), (left_x, left_y), (nose_x, nose_y) = keypoints[:3].tolist()
    across_x, across_y = left_x - right_x, left_y - right_y
    distance = math.hypot(across_x, across_y)
    if distance < 1e-6:
        return 90.0, 0.0, 0.0
    roll = math.degrees(math.atan2(across_y, across_x))
    along_x, along_y = across_x / distance, across_y / distance
    offset_x, offset_y = nose_x - (right_x + left_x) / 2, nose_y - (right_y + left_y) / 2
    # Yaw shortens the eye distance by cos(yaw) and moves the nose by sin(yaw); their ratio is the tangent.
    yaw = math.degrees(math.atan((offset_x * along_x + offset_y * along_y) / distance / _NOSE_DEPTH))
    drop = (offset_y * along_x - offset_x * along_y) / (distance / max(math.cos(math.radians(yaw)), 0.2))
    pitch = math.degrees(math.asin(min(max((_NOSE_DROP - drop) / _NOSE_DEPTH, -1.0), 1.0)))
    return yaw, pitch, roll


def gaze_deg(face: Face) -> tuple[float, float] | None:
    """Return yaw and pitch in degrees between the gaze and the direction to the camera; None without landmarks.

    The gaze is the rotation of the head plus that of the eyes in the head, with the signs of `head_pose_deg`. In 102
    portraits of people who look at the camera, the two cancel out (correlation -0.88): the yaw is at most 18.6 degrees
    in 99 of 100.
    """
    if face.blendshapes is None:
        return None
    look = {name: face.blendshapes.get(f"eyeLook{name}", 0.0) for name in _LOOKS}
    across = (look["OutLeft"] - look["InLeft"] + look["InRight"] - look["OutRight"]) / 2
    up = (look["UpLeft"] - look["DownLeft"] + look["UpRight"] - look["DownRight"]) / 2
    yaw, pitch, _ = head_pose_deg(face.keypoints)
    return yaw + _EYE_YAW_DEG * across, pitch + _EYE_PITCH_DEG * up


def looks_at_camera(face: Face) -> bool:
    """Return whether the eyes are known to look at the camera, within `MAX_GAZE_YAW_DEG` and `MAX_GAZE_PITCH_DEG`."""
    gaze = gaze_deg(face)
    return gaze is not None and abs(gaze[0]) <= MAX_GAZE_YAW_DEG and abs(gaze[1]) <= MAX_GAZE_PITCH_DEG


def eyes_closed(face: Face) -> bool | None:
    """Return whether both eyes are closed; None if landmarks were not computed."""
    if face.blendshapes is None:
        return None
    return min(face.blendshapes.get("eyeBlinkLeft", 0.0), face.blendshapes.get("eyeBlinkRight", 0.0)) > EYE_CLOSED
