"""A small z-buffer rasteriser and shader: colour, infrared and depth of one scene in one pass.

Compiled by numba. Colour, infrared and depth come from the same triangles, samples and lights for every class of scene.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

TEXEL = 6
"""Channels of a texel: linear red, green, blue, infrared albedo, opacity, gloss."""

# Columns of the material table.
(
    M_OFFSET, M_WIDTH, M_HEIGHT, M_CUT, M_EMISSIVE, M_SPEC, M_POWER, M_SPEC_IR, M_WRAP, M_MIRROR, M_IR_GAIN, M_REPEAT,
    M_RETRO, M_GLOW_IR, M_PLAIN,
) = range(15)  # fmt: skip
MATERIAL_COLUMNS = 15

_OUTSIDE = -1e-5
"""Barycentric coordinate below which a sample lies outside a triangle; rounding must leave no gaps at shared edges."""

# Rows of the light table: x, y, z (direction to the light, camera axes), red, green, blue.


@njit(cache=True, fastmath=True, error_model="numpy")
def _alpha(texels: Floats, offset: int, width: int, height: int, u: float, v: float) -> float:
    x = int(min(max(u, 0.0), width - 1.0) + 0.5)
    y = int(min(max(v, 0.0), height - 1.0) + 0.5)
    return float(texels[offset + min(y, height - 1) * width + min(x, width - 1), 4])


@njit(cache=True, fastmath=True, error_model="numpy")
def raster(
    screen: Floats, uv: Floats, triangles: Ints, material: Ints, materials: Floats, texels: Floats,
    inverse_z: Floats, ids: Ints,
) -> None:  # fmt: skip
    """Fill `inverse_z` (h, w) and `ids` (h, w) with the nearest triangle of every sample.

    `screen` (V, 3) is x and y in samples (sample centres are integers) and 1 / z. Triangles with a vertex behind the
    camera (1 / z <= 0) are skipped. Materials with `M_CUT` have holes where the texture's opacity is below 0.5.
    """
    height, width = inverse_z.shape
    for t in range(len(triangles)):
        i0, i1, i2 = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        z0, z1, z2 = screen[i0, 2], screen[i1, 2], screen[i2, 2]
        if z0 <= 0.0 or z1 <= 0.0 or z2 <= 0.0:
            continue
        x0, y0 = screen[i0, 0], screen[i0, 1]
        x1, y1 = screen[i1, 0], screen[i1, 1]
        x2, y2 = screen[i2, 0], screen[i2, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0.0 or area != area:
            continue
        low_x = max(0, int(np.ceil(min(x0, x1, x2))))
        high_x = min(width - 1, int(np.floor(max(x0, x1, x2))))
        low_y = max(0, int(np.ceil(min(y0, y1, y2))))
        high_y = min(height - 1, int(np.floor(max(y0, y1, y2))))
        if low_x > high_x or low_y > high_y:
            continue
        scale = 1.0 / area
        m = material[t]
        cut = materials[m, M_CUT] > 0.0
        offset = int(materials[m, M_OFFSET])
        t_width, t_height = int(materials[m, M_WIDTH]), int(materials[m, M_HEIGHT])
        # Along a row the barycentric coordinates and 1 / z are linear, so the samples inside a triangle are one range.
        step1, step2 = (y2 - y0) * scale, -(y1 - y0) * scale
        step0 = -step1 - step2
        slope = step0 * z0 + step1 * z1 + step2 * z2
        small = high_x - low_x < 4
        for y in range(low_y, high_y + 1):
            start1 = (-x0 * (y2 - y0) - (x2 - x0) * (y - y0)) * scale
            start2 = ((x1 - x0) * (y - y0) + x0 * (y1 - y0)) * scale
            start0 = 1.0 - start1 - start2
            first, last = float(low_x), float(high_x)
            for start, step in ((start0, step0), (start1, step1), (start2, step2)):
                # Divisions take longer than the test of a few samples.
                if small:
                    break
                if step > 0.0:
                    first = max(first, -start / step)
                elif step < 0.0:
                    last = min(last, -start / step)
                elif start < 0.0:
                    last = -1.0
            if last < first:
                continue
            base = start0 * z0 + start1 * z1 + start2 * z2
            for x in range(int(np.ceil(first)), int(np.floor(last)) + 1):
                w = np.float32(base + x * slope)
                if w <= inverse_z[y, x]:
                    continue
                if small and min(start0 + x * step0, start1 + x * step1, start2 + x * step2) < _OUTSIDE:
                    continue
                if cut:
                    b1, b2 = start1 + x * step1, start2 + x * step2
                    p1, p2 = b1 * z1 / w, b2 * z2 / w
                    p0 = 1.0 - p1 - p2
                    u = p0 * uv[i0, 0] + p1 * uv[i1, 0] + p2 * uv[i2, 0]
                    v = p0 * uv[i0, 1] + p1 * uv[i1, 1] + p2 * uv[i2, 1]
                    if _alpha(texels, offset, t_width, t_height, u, v) < 0.5:
                        continue
                inverse_z[y, x] = w
                ids[y, x] = t


@njit(cache=True, fastmath=True, error_model="numpy")
def _sky(panorama: Floats, x: float, y: float, z: float, out: Floats) -> None:
    height, width = panorama.shape[0], panorama.shape[1]
    u = (np.arctan2(x, z) / (2 * np.pi) + 0.5) * width
    v = np.arccos(min(max(-y, -1.0), 1.0)) / np.pi * height
    i, j = min(int(v), height - 1), int(u) % width
    for c in range(3):
        out[c] = panorama[i, j, c]


@njit(cache=True, fastmath=True, error_model="numpy")
def _irradiance(harmonics: Floats, x: np.float32, y: np.float32, z: np.float32, c: int) -> np.float32:
    one, three = np.float32(1.0), np.float32(3.0)
    level: np.float32 = (
        harmonics[0, c]
        + harmonics[1, c] * y + harmonics[2, c] * z + harmonics[3, c] * x
        + harmonics[4, c] * x * y + harmonics[5, c] * y * z + harmonics[6, c] * (three * z * z - one)
        + harmonics[7, c] * x * z + harmonics[8, c] * (x * x - y * y)
    )  # fmt: skip
    return level


_AWAY_M, _SHADOW_BIAS_M = np.float32(0.004), np.float32(0.006)
"""Distance of a point before its surface, and that of a shadow behind the surface that casts it."""


@njit(cache=True, fastmath=True, error_model="numpy")
def _lit(shadow: Floats, rows: Floats, x: np.float32, y: np.float32, z: np.float32, bias: np.float32) -> float:
    size = shadow.shape[0]
    if size < 8:
        return 1.0
    u = rows[0, 0] * x + rows[0, 1] * y + rows[0, 2] * z + rows[0, 3]
    v = rows[1, 0] * x + rows[1, 1] * y + rows[1, 2] * z + rows[1, 3]
    w = rows[2, 0] * x + rows[2, 1] * y + rows[2, 2] * z + rows[2, 3]
    i, j = int(v + np.float32(0.5)), int(u + np.float32(0.5))
    if i < 3 or j < 3 or i >= size - 3 or j >= size - 3:
        return 1.0
    total = 0.0
    for a in (-3, 3):
        for b in (-3, 3):
            if shadow[i + a, j + b] <= w + bias:
                total += 1.0
    # Away from a shadow's edge all samples are equal, so the four outermost ones suffice.
    if total == 0.0 or total == 4.0:
        return total / 4.0
    total = 0.0
    for a in (-3, -1, 1, 3):
        for b in (-3, -1, 1, 3):
            if shadow[i + a, j + b] <= w + bias:
                total += 1.0
    return total / 16.0


@njit(cache=True, fastmath=True, error_model="numpy")
def _arriving(
    gx: np.float32, gy: np.float32, gz: np.float32, nx: np.float32, ny: np.float32, nz: np.float32, row: Floats,
    harmonics: Floats, lights: Floats, shadow: Floats, shadow_rows: Floats, panorama: Floats, ir_light: Floats,
    out: Floats,
) -> None:  # fmt: skip
    """Compute the light that leaves a point (gx, gy, gz) in metres towards the camera.

    (nx, ny, nz) is its normal, of any length, and `row` its material's row of the table; the lights are those of
    `shade`. `out` (11,) is the light that a white surface reflects diffusely (red, green, blue), the highlights of a
    surface of gloss 1, and mirrored light; then infrared of a white surface, and highlights of a surface of gloss 1.
    """
    zero, one, two, tiny = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(1e-12)
    length = one / np.sqrt(nx * nx + ny * ny + nz * nz + np.float32(1e-20))
    nx, ny, nz = nx * length, ny * length, nz * length
    square = gx * gx + gy * gy + gz * gz
    length = one / np.sqrt(square + tiny)
    vx, vy, vz = -gx * length, -gy * length, -gz * length
    facing = nx * vx + ny * vy + nz * vz
    if facing < zero:
        # A back face: sheets have two sides; on closed meshes this is an artefact of smoothed normals.
        nx, ny, nz, facing = -nx, -ny, -nz, -facing
    gloss, power, mirror, wrap = row[M_SPEC], row[M_POWER], row[M_MIRROR], row[M_WRAP]
    emissive = row[M_EMISSIVE]
    # Below this cosine a highlight is weaker than 0.001 of its strongest place and is left out.
    faintest = np.float32(6.9)
    dull = one - faintest / power
    sun = sr = sg = sb = zero
    lr = lg = lb = emissive
    if emissive <= zero:
        dark = np.float32(0.01)
        lr = max(_irradiance(harmonics, nx, ny, nz, 0), dark)
        lg = max(_irradiance(harmonics, nx, ny, nz, 1), dark)
        lb = max(_irradiance(harmonics, nx, ny, nz, 2), dark)
    for k in range(len(lights)):
        lx, ly, lz = lights[k, 0], lights[k, 1], lights[k, 2]
        cosine = nx * lx + ny * ly + nz * lz
        diffuse = max(zero, (cosine + wrap) / (one + wrap))
        visible = one
        if k == 0 and diffuse > zero:
            visible = np.float32(
                _lit(shadow, shadow_rows, gx + _AWAY_M * nx, gy + _AWAY_M * ny, gz + _AWAY_M * nz, _SHADOW_BIAS_M)
            )
        diffuse *= visible
        sun += diffuse * lights[k, 3]
        if emissive <= zero:
            lr += diffuse * lights[k, 3]
            lg += diffuse * lights[k, 4]
            lb += diffuse * lights[k, 5]
        if gloss > zero and cosine > zero:
            hx, hy, hz = lx + vx, ly + vy, lz + vz
            half = (nx * hx + ny * hy + nz * hz) / np.sqrt(hx * hx + hy * hy + hz * hz + tiny)
            if half > dull:
                shine = gloss * half**power * visible * cosine
                sr += shine * lights[k, 3]
                sg += shine * lights[k, 4]
                sb += shine * lights[k, 5]
    out[0], out[1], out[2] = lr, lg, lb
    out[3], out[4], out[5] = sr, sg, sb
    if mirror > zero:
        _sky(
            panorama, two * facing * nx - vx, two * facing * ny - vy, two * facing * nz - vz, out[6:9],
        )  # fmt: skip
        grazing = (one - facing) * (one - facing)
        fresnel = mirror * (np.float32(0.04) + np.float32(0.96) * grazing * grazing * (one - facing))
        out[6], out[7], out[8] = fresnel * out[6], fresnel * out[7], fresnel * out[8]
    else:
        out[6] = out[7] = out[8] = zero
    # The infrared light is at the camera or up to a hand's breadth beside it.
    beam = one / (one + ir_light[2] * (gx * gx + gy * gy) / (gz * gz + np.float32(1e-9)))
    arriving = min(ir_light[0] / (square + np.float32(1e-6)), ir_light[3]) * beam
    tx, ty, tz = ir_light[4] - gx, ir_light[5] - gy, -gz
    length = one / np.sqrt(tx * tx + ty * ty + tz * tz + tiny)
    tx, ty, tz = tx * length, ty * length, tz * length
    around = wrap / two
    lambert = max(zero, (nx * tx + ny * ty + nz * tz + around) / (one + around))
    out[9] = row[M_IR_GAIN] * (arriving * lambert + ir_light[1] + ir_light[6] * sun)
    out[10] = zero
    if row[M_SPEC_IR] > zero:
        hx, hy, hz = tx + vx, ty + vy, tz + vz
        half = (nx * hx + ny * hy + nz * hz) / np.sqrt(hx * hx + hy * hy + hz * hz + tiny)
        if half > one - faintest / row[M_RETRO]:
            out[10] = arriving * row[M_SPEC_IR] * half ** row[M_RETRO]


@njit(cache=True, fastmath=True, error_model="numpy")
def shade(
    screen: Floats, points: Floats, normals: Floats, uv: Floats, triangles: Ints, material: Ints, materials: Floats,
    texels: Floats, inverse_z: Floats, ids: Ints, harmonics: Floats, lights: Floats, shadow: Floats,
    shadow_rows: Floats, panorama: Floats, ir_light: Floats, step: int, lit_samples: int, rgb: Floats, ir: Floats,
    depth: Floats, surface: Ints,
) -> None:  # fmt: skip
    """Shade all samples and average `step` x `step` of them into linear `rgb` (h, w, 3), `ir` (h, w), `depth` (h, w).

    Depth is z of the nearest sample in metres, not a mean, and 0 where there is no surface; `surface` (h, w) is that
    sample's material, -1 where there is no surface.
    Light is computed once for all samples of one material in squares of `lit_samples` x `lit_samples` samples (of two
    such squares along both axes on plain materials), which is a multiple of `step`; with 1 it is computed for every
    sample. The texture is looked up for every sample.
    `ir_light` (7,) is the light's intensity at 1 m, the ambient infrared, the beam's fall-off towards the corners, the
    largest irradiance (the emitter has a size), the light's position relative to the camera (x, y in metres), and the
    share of infrared in the red of the other lamps.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    side = max(lit_samples // step, 1)
    # Light of the current square, and of the larger square of plain materials, one row for each column of squares.
    light = np.zeros(11, np.float32)
    plain_lights = np.zeros((width // (2 * side) + 1, 11), np.float32)
    plain_ids = np.full(width // (2 * side) + 1, -1, np.int32)
    for top in range(0, height, side):
        if (top // side) % 2 == 0:
            plain_ids[:] = -1
        for left in range(0, width, side):
            known = -1
            for py in range(top, min(top + side, height)):
                for px in range(left, min(left + side, width)):
                    best = np.float32(0.0)
                    nearest = -1
                    red = green = blue = infra = np.float32(0.0)
                    # Inside one surface the samples of a diagonal represent all samples of the pixel.
                    mixed = False
                    first = ids[py * step, px * step]
                    kind = material[first] if first >= 0 else -1
                    for sy in range(step):
                        for sx in range(step):
                            t = ids[py * step + sy, px * step + sx]
                            here = material[t] if t >= 0 else -1
                            mixed = mixed or here != kind
                            if t >= 0 and inverse_z[py * step + sy, px * step + sx] > best:
                                best = inverse_z[py * step + sy, px * step + sx]
                                nearest = here
                    surface[py, px] = nearest
                    if nearest < 0:
                        continue
                    depth[py, px] = np.float32(1.0) / best
                    plain = not mixed and materials[kind, M_PLAIN] > 0.0
                    share = np.float32(1.0 / (step * step) if mixed else 1.0 if plain else 1.0 / step)
                    for sy in range(step):
                        for sx in range(step):
                            if not mixed and (sx != sy or (plain and sx > 0)):
                                continue
                            y, x = py * step + sy, px * step + sx
                            t = ids[y, x]
                            if t < 0:
                                continue
                            w = inverse_z[y, x]
                            i0, i1, i2 = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                            x0, y0 = screen[i0, 0], screen[i0, 1]
                            x1, y1, z1 = screen[i1, 0] - x0, screen[i1, 1] - y0, screen[i1, 2]
                            x2, y2, z2 = screen[i2, 0] - x0, screen[i2, 1] - y0, screen[i2, 2]
                            dx, dy = np.float32(x) - x0, np.float32(y) - y0
                            scale = np.float32(1.0) / ((x1 * y2 - x2 * y1) * w)
                            b1 = (dx * y2 - x2 * dy) * scale * z1
                            b2 = (x1 * dy - dx * y1) * scale * z2
                            b0 = np.float32(1.0) - b1 - b2
                            m = material[t]
                            # Sample the texture bilinearly; at its border it is clamped or repeated.
                            u = b0 * uv[i0, 0] + b1 * uv[i1, 0] + b2 * uv[i2, 0]
                            v = b0 * uv[i0, 1] + b1 * uv[i1, 1] + b2 * uv[i2, 1]
                            t_width, t_height = int(materials[m, M_WIDTH]), int(materials[m, M_HEIGHT])
                            if materials[m, M_REPEAT] > 0.0:
                                u = u % np.float32(t_width - 1)
                                v = v % np.float32(t_height - 1)
                            u = min(max(u, np.float32(0.0)), np.float32(t_width - 1.001))
                            v = min(max(v, np.float32(0.0)), np.float32(t_height - 1.001))
                            iu, iv = int(u), int(v)
                            fu, fv = u - np.float32(iu), v - np.float32(iv)
                            a = int(materials[m, M_OFFSET]) + iv * t_width + iu
                            right = 1 if t_width > 1 else 0
                            down = t_width if t_height > 1 else 0
                            b, c, d = a + right, a + down, a + down + right
                            wb, wc, wd = fu * (np.float32(1.0) - fv), (np.float32(1.0) - fu) * fv, fu * fv
                            wa = np.float32(1.0) - wb - wc - wd
                            tr = texels[a, 0] * wa + texels[b, 0] * wb + texels[c, 0] * wc + texels[d, 0] * wd
                            tg = texels[a, 1] * wa + texels[b, 1] * wb + texels[c, 1] * wc + texels[d, 1] * wd
                            tb = texels[a, 2] * wa + texels[b, 2] * wb + texels[c, 2] * wc + texels[d, 2] * wd
                            ti = texels[a, 3] * wa + texels[b, 3] * wb + texels[c, 3] * wc + texels[d, 3] * wd
                            gloss = texels[a, 5] * wa + texels[b, 5] * wb + texels[c, 5] * wc + texels[d, 5] * wd
                            wide = left // (2 * side)
                            reuse = lit_samples > 1 and plain and plain_ids[wide] == t
                            if reuse:
                                light[:] = plain_lights[wide]
                                known = -1
                            elif lit_samples <= 1 or known != m:
                                _arriving(
                                    b0 * points[i0, 0] + b1 * points[i1, 0] + b2 * points[i2, 0],
                                    b0 * points[i0, 1] + b1 * points[i1, 1] + b2 * points[i2, 1],
                                    b0 * points[i0, 2] + b1 * points[i1, 2] + b2 * points[i2, 2],
                                    b0 * normals[i0, 0] + b1 * normals[i1, 0] + b2 * normals[i2, 0],
                                    b0 * normals[i0, 1] + b1 * normals[i1, 1] + b2 * normals[i2, 1],
                                    b0 * normals[i0, 2] + b1 * normals[i1, 2] + b2 * normals[i2, 2],
                                    materials[m], harmonics, lights, shadow, shadow_rows, panorama, ir_light, light,
                                )  # fmt: skip
                                known = m
                                if plain:
                                    plain_ids[wide] = t
                                    plain_lights[wide] = light
                                    known = -1
                            red += share * (tr * light[0] + gloss * light[3] + light[6])
                            green += share * (tg * light[1] + gloss * light[4] + light[7])
                            blue += share * (tb * light[2] + gloss * light[5] + light[8])
                            infra += share * (ti * light[9] + gloss * light[10] + materials[m, M_GLOW_IR])
                    rgb[py, px, 0] = red
                    rgb[py, px, 1] = green
                    rgb[py, px, 2] = blue
                    ir[py, px] = infra
