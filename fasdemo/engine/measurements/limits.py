"""The limits of the measurements beyond which a rule speaks against LIVE, each with the data that it was chosen on.

The figures of the cross-modal limits are of single frames: 6,243 and 1,290 rendered live faces of two generators and
eight sensors, 323 Kinect v2 captures of six live people, each raw and smoothed in two ways.
"""

from __future__ import annotations

MIN_DEPTH_COVERAGE = 0.6
MIN_PLANE_RESIDUAL_MM = 3.5
"""Plane residual. 324 Kinect captures of six people: 5.2 mm and more; of 1,248 rendered live faces on five sensors none
below 3.9 mm; paper: 0.5 to 0.7 mm at 15-31 cm on three depth cameras."""
MIN_SHEET_RESIDUAL_MM = 2.4
"""Residual from a bent sheet. The same Kinect captures: 2.9 mm and more; paper bent to radii from 60 mm: 2.2 mm at most
at 0.2 % noise."""
MIN_NOSE_MM = 4.0
"""A surface with a nose this high is no sheet. The same captures: 6.7 mm and more in 95 %; bent paper: 2.1 mm at most
in uncorrelated noise of 0.5 %."""
MIN_FACE_RELIEF = 0.25
"""Share of the average face's relief. The same captures: 0.43 and more; rendered live faces: 0.54 and more; flat boards
leaning up to 65 degrees: below 0.2 in 99 of 100."""
MAX_PLANE_RESIDUAL_MM = 30.0
"""Plane residual that no face has: the demo session's person 8 to 10 mm; an infrared image taken for depth, 57 to 61 mm
where its values happen to be a face's distance."""
MIN_INTERPUPIL_MM, MAX_INTERPUPIL_MM = 46.0, 86.0
"""Adults have 54 to 74 mm, children from about 46; the rest is the measurement's error."""
MIN_IR_LEVEL = 0.1
"""Infrared level of a face, of 1, below which hardly anything reflects."""
MIN_IR_RGB_RATIO = 0.35
"""Infrared over red; 1,700 rendered live faces on five sensors: 0.72 and more in 99 of 100, screens from 0.2."""
MAX_IR_LANDMARK_ERROR = 0.3
"""Of the eyes' distance; the detector's own error is 0.04 in either image."""
MAX_IR_DETAIL = 0.97
"""Correlation of infrared's details with colour's. Rendered live faces: 0.97 at most, 99 in 100 below 0.93; the demo
session's person 0.85; a real pair of cameras 0.3; the demo's print 0.99; grey colour 1.0 also with added noise."""
MAX_IR_MIRROR_GAIN = 0.15
"""Correlation with colour's mirror image over that with colour. One rendered live face in 7,533 has more."""
MIN_LOWER_RESIDUAL_MM = 2.5
"""Mouth and chin from their own plane. Kinect: 4.6 mm and more; rendered live faces: none below; flat prints before the
mouth of a live person: 0.3 to 0.8 mm on a calm sensor."""
MIN_UPPER_RESIDUAL_MM, MIN_UPPER_RELIEF = 2.5, 0.2
"""Forehead and eyes, and their share of the average face's relief; both have to be low. Kinect: 1 of 969; rendered live
faces: 3 of 7,533."""
MAX_OFFSET_MM, MAX_OFFSET_GAIN = 13.0, 0.25
"""The average face's relief fits so far away, and so much better. Kinect within 20 degrees: 0 of 576; rendered live
faces: 9 of 6,243, most of them partly covered."""
MAX_OUTLINE_SMALLER_GAIN, MAX_OUTLINE_LARGER_GAIN = 0.235, 0.05
"""The outline in depth fits colour and infrared better if it is 1.2 times smaller or larger. Kinect, with infrared also
for colour: 3 and 1 of 969 beyond."""
MAX_DEPTH_MIRROR_GAIN = 0.17
"""The mirrored outline fits better, mean of colour and infrared. The same Kinect captures: 3 of 969 beyond."""
MAX_STREAM_MIRROR_GAIN = 0.02
"""Infrared or colour fits the mirror image of both others better."""
MIN_PARALLAX_RATIO = 0.5
"""Parallax ratio below which a face moves as a flat picture does. Two real clips of live people who turn: 0.55 and
more; pictures of four clips turned as prints: below in 165 of 215 looks (`tools/measure/motion_figures.py`)."""
HYSTERESIS = 0.1
"""Hysteresis: a gate clears 10 % beyond its limit."""
