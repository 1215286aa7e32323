"""Limits of the measurements, beyond which a rule prevents LIVE, with the data on which they were chosen.

The figures for the cross-modal limits are for single frames: 6,243 and 1,290 rendered live faces from two generators
and eight sensors, and 323 Kinect v2 captures of six live people, each raw and smoothed in two ways.
"""

from __future__ import annotations

MIN_DEPTH_COVERAGE = 0.6
MIN_PLANE_RESIDUAL_MM = 3.5
"""Plane residual. 324 Kinect captures of six people: 5.2 mm or more; 1,248 rendered live faces on five sensors: 3.9 mm
or more; paper: 0.5 to 0.7 mm at 15-31 cm on three depth cameras."""
MIN_FACE_RESIDUAL_MM, ADULT_INTERPUPIL_MM = 5.2, 63.0
"""Plane residual of a face whose eyes are 63 mm apart; smaller faces have proportionally less. The same Kinect
captures: 5.5 mm or more; 2 of 499 rendered live faces have less; of reliefs of half of theirs, 89 % and 57 %."""
MIN_SHEET_RESIDUAL_MM = 2.4
"""Residual from a bent sheet. The same Kinect captures: 2.9 mm or more; paper with bend radii of 60 mm or more: at most
2.2 mm with 0.2 % noise."""
MIN_NOSE_MM = 4.0
"""Height of the nose. The same captures: 6.7 mm or more in 95 %; bent paper: at most 2.1 mm with uncorrelated noise of
0.5 %."""
MIN_FACE_RELIEF = 0.25
"""Relief as a share of the average face's relief. The same captures: 0.43 or more; rendered live faces: 0.54 or more;
flat boards leaning up to 65 degrees: below 0.2 in 99 of 100."""
MAX_PLANE_RESIDUAL_MM = 30.0
"""Plane residual beyond that of any face. The person of the demo session: 8 to 10 mm; an infrared image used as depth:
57 to 61 mm if its values are like the distance of a face."""
MIN_INTERPUPIL_MM, MAX_INTERPUPIL_MM = 46.0, 86.0
"""Distance between the eyes. Adults: 54 to 74 mm; children: from about 46 mm; the limits include errors of the
measurement."""
MIN_IR_LEVEL = 0.1
"""Infrared brightness of a face, as a share of full scale, below which almost nothing reflects infrared."""
MIN_IR_RGB_RATIO = 0.35
"""Infrared brightness divided by red brightness. 1,700 rendered live faces on five sensors: 0.72 or more in 99 of 100;
screens: from 0.2."""
MAX_IR_LANDMARK_ERROR = 0.3
"""Offset as a share of the distance between the eyes; the detector's error is 0.04 in each image."""
MAX_IR_CLIPPED = 0.1
"""Share of the face on which lamp and room together saturate the infrared image although the room gives a fifth of its
range. There, the difference shows the room inverted: the demo's print copied colour with 0.98 at a share of 0.17, but
with 0.79 at 0.34, and was then accepted."""
MIN_AMBIENT = 0.2
"""Light of the room as a share of full scale for the same measurement."""
MAX_IR_DETAIL = 0.97
"""Correlation of the details in infrared and colour. Rendered live faces: at most 0.97, 99 in 100 below 0.93; the
person of the demo session: 0.85; a real pair of cameras: 0.3; the demo's print: 0.99; grey colour, also with added
noise: 1.0."""
MAX_IR_DETAIL_WITHOUT_DEPTH = 0.95
"""The same without depth, where no other rule detects a flat print. Noise lowers the correlation: the demo's print,
with the lamp at 15 % of its brightness and noise of 3 grey levels, has 0.971 or more; the live person at most 0.85."""
MAX_IR_MIRROR_GAIN = 0.15
"""Correlation with mirrored colour minus that with colour. One rendered live face in 7,533 has more."""
MIN_LOWER_RESIDUAL_MM = 2.5
"""Residual of mouth and chin from their own plane. Kinect: 4.6 mm or more; no rendered live face below the limit; flat
prints in front of the mouth of a live person: 0.3 to 0.8 mm on a sensor with little noise."""
MIN_UPPER_RESIDUAL_MM, MIN_UPPER_RELIEF = 2.5, 0.2
"""Residual of forehead and eyes, and their relief as a share of the average face's; the rule needs both below the
limit. Kinect: 1 of 969; rendered live faces: 3 of 7,533."""
MAX_OFFSET_MM, MAX_OFFSET_GAIN = 13.0, 0.25
"""Offset at which the average face's relief fits best, and its gain; the rule needs both beyond the limit. Kinect
within 20 degrees: 0 of 576; rendered live faces: 9 of 6,243, most of them partly covered."""
MAX_OUTLINE_SMALLER_GAIN, MAX_OUTLINE_LARGER_GAIN = 0.235, 0.05
"""Gain if the outline in depth is 1.2 times smaller or larger. Kinect, with infrared instead of colour: 3 and 1 of 969
beyond the limits."""
MAX_DEPTH_MIRROR_GAIN = 0.17
"""Gain if the outline in depth is mirrored, mean of colour and infrared. The same Kinect captures: 3 of 969 beyond."""
MAX_STREAM_MIRROR_GAIN = 0.02
"""Gain of infrared or colour if both other streams are mirrored."""
MIN_PARALLAX_RATIO = 0.5
"""Parallax ratio, below which a face moves like a flat picture. Two real clips of live people who turn: 0.55 or more;
pictures of four clips, rotated like prints: below in 165 of 215 checks (`tools/measure/colour/motion_figures.py`)."""
MIN_EYE_MOVEMENT = 0.25
"""Range of the eyelids over ten seconds, from open (0) to closed (1). Four real clips of live people: median 0.39 to
0.65; a picture of each, moved like a print: at most 0.18 (`tools/measure/colour/motion_figures.py`)."""
MAX_BORDER_SUPPORT = 0.75
"""Support of a straight border around the face, median of three seconds. Four real clips of live people: at most 0.50;
768 portraits: at most 0.67; the clips on a display in a hand: median 0.73 to 0.96
(`tools/measure/colour/border_figures.py`)."""
MAX_FLAT_RESIDUAL = 0.06
"""Distance of the points in a face from the homography of face and surroundings, as a share of the face's motion in
0.6 s. Four real clips of live people: never measured, and at least 0.14 if the camera shakes; 48 photographs in a hand:
34 are below (`docs/verdict-measurements.md`)."""
MAX_IR_APART_MM = 3.0
MAX_DEPTH_APART_X_MM, MAX_DEPTH_APART_Y_MM = 4.0, 6.0
"""Root mean square difference between the motion of a stream and that of colour over three seconds. Fourteen rendered
people who move, on seven sensors: at most 2.0 mm in infrared, 2.7 and 2.9 mm in depth
(`python -m tools.measure.streams.stream_motion_figures`); the person of the demo session: 0.1, 0.9 and 1.8 mm; the key
points of six Kinect people over all poses within 20 degrees: at most 1.7 and 4.5 mm in depth."""
MAX_IR_STEPS_APART, MAX_DEPTH_STEPS_APART = 0.75, 1.25
"""Motion of a stream relative to colour, divided by the motion in colour, over two seconds. The demo session's person
and four rendered people: at most 0.60 in infrared and 1.16 in depth; with a delay of half a second or more, the median
is 1.0 to 2."""
MAX_IR_STEPS_AGREE, MAX_DEPTH_STEPS_AGREE = 0.45, 0.55
"""The same for streams that are known to move together. The same people after a second: 139 of 220 comparisons are
below both limits, with a delay of 0.2 s or more 0 of 695. At 0.9 for depth, depth 0.2 s late alone agreed."""
MAX_STILL_STEPS = 0.4
"""Motion of a stream divided by that in colour, below which the stream repeats an image. The same people: 0.83 or more,
but 0.46 in the infrared of one person, whose infrared fits no rule."""
HYSTERESIS = 0.1
"""Hysteresis: a gate clears 10 % beyond its limit."""
