"""A small z-buffer rasteriser and shader: colour, infrared and depth of one scene in one pass.

Compiled by numba. Colour, infrared and depth come from the same triangles, samples and lights for every class of scene.
"""

from __future__ import annotations

from math import sqrt

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
        # Along a row the barycentric coordinates are linear, so the samples inside the triangle are one range.
        step1, step2 = (y2 - y0) * scale, -(y1 - y0) * scale
        step0 = -step1 - step2
        for y in range(low_y, high_y + 1):
            start1 = (-x0 * (y2 - y0) - (x2 - x0) * (y - y0)) * scale
            start2 = ((x1 - x0) * (y - y0) + x0 * (y1 - y0)) * scale
            start0 = 1.0 - start1 - start2
            first, last = float(low_x), float(high_x)
            for start, step in ((start0, step0), (start1, step1), (start2, step2)):
                if step > 0.0:
                    first = max(first, -start / step)
                elif step < 0.0:
                    last = min(last, -start / step)
                elif start < 0.0:
                    last = -1.0
            if last < first:
                continue
            for x in range(int(np.ceil(first)), int(np.floor(last)) + 1):
                b1, b2 = start1 + x * step1, start2 + x * step2
                b0 = 1.0 - b1 - b2
                w = b0 * z0 + b1 * z1 + b2 * z2
                if w <= inverse_z[y, x]:
                    continue
                if cut:
                    p0, p1, p2 = b0 * z0 / w, b1 * z1 / w, b2 * z2 / w
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
def _irradiance(harmonics: Floats, x: float, y: float, z: float, c: int) -> float:
    return float(
        harmonics[0, c]
        + harmonics[1, c] * y + harmonics[2, c] * z + harmonics[3, c] * x
        + harmonics[4, c] * x * y + harmonics[5, c] * y * z + harmonics[6, c] * (3 * z * z - 1)
        + harmonics[7, c] * x * z + harmonics[8, c] * (x * x - y * y)
    )  # fmt: skip


@njit(cache=True, fastmath=True, error_model="numpy")
def _lit(shadow: Floats, rows: Floats, x: float, y: float, z: float, bias: float) -> float:
    size = shadow.shape[0]
    if size < 8:
        return 1.0
    u = rows[0, 0] * x + rows[0, 1] * y + rows[0, 2] * z + rows[0, 3]
    v = rows[1, 0] * x + rows[1, 1] * y + rows[1, 2] * z + rows[1, 3]
    w = rows[2, 0] * x + rows[2, 1] * y + rows[2, 2] * z + rows[2, 3]
    i, j = int(v + 0.5), int(u + 0.5)
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
def shade(
    screen: Floats, points: Floats, normals: Floats, uv: Floats, triangles: Ints, material: Ints, materials: Floats,
    texels: Floats, inverse_z: Floats, ids: Ints, harmonics: Floats, lights: Floats, shadow: Floats,
    shadow_rows: Floats, panorama: Floats, ir_light: Floats, step: int, rgb: Floats, ir: Floats, depth: Floats,
    surface: Ints,
) -> None:  # fmt: skip
    """Shade all samples and average `step` x `step` of them into linear `rgb` (h, w, 3), `ir` (h, w), `depth` (h, w).

    Depth is z of the nearest sample in metres, not a mean, and 0 where there is no surface; `surface` (h, w) is that
    sample's material, -1 where there is no surface.
    `ir_light` (7,) is the light's intensity at 1 m, the ambient infrared, the beam's fall-off towards the corners, the
    largest irradiance (the emitter has a size), the light's position relative to the camera (x, y in metres), and the
    share of infrared in the red of the other lamps.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    texel = np.zeros(TEXEL, np.float32)
    sky = np.zeros(3, np.float32)
    for py in range(height):
        for px in range(width):
            best = 0.0
            red = green = blue = infra = 0.0
            # Inside one surface the samples of a diagonal represent all samples of the pixel.
            mixed = False
            first = ids[py * step, px * step]
            for sy in range(step):
                for sx in range(step):
                    y, x = py * step + sy, px * step + sx
                    t = ids[y, x]
                    if t < 0 or first < 0:
                        mixed = mixed or t != first
                        if t < 0:
                            continue
                    elif material[t] != material[first]:
                        mixed = True
                    if inverse_z[y, x] > best:
                        best = inverse_z[y, x]
                        surface[py, px] = material[t]
            plain = not mixed and first >= 0 and materials[material[first], M_PLAIN] > 0.0
            share = 1.0 / (step * step) if mixed else 1.0 if plain else 1.0 / step
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
                    x1, y1, z1 = screen[i1, 0], screen[i1, 1], screen[i1, 2]
                    x2, y2, z2 = screen[i2, 0], screen[i2, 1], screen[i2, 2]
                    scale = 1.0 / ((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))
                    b1 = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) * scale * z1 / w
                    b2 = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) * scale * z2 / w
                    b0 = 1.0 - b1 - b2
                    m = material[t]
                    # Sample the texture bilinearly; at its border it is clamped or repeated.
                    u = b0 * uv[i0, 0] + b1 * uv[i1, 0] + b2 * uv[i2, 0]
                    v = b0 * uv[i0, 1] + b1 * uv[i1, 1] + b2 * uv[i2, 1]
                    t_width, t_height = int(materials[m, M_WIDTH]), int(materials[m, M_HEIGHT])
                    if materials[m, M_REPEAT] > 0.0:
                        u = u % (t_width - 1)
                        v = v % (t_height - 1)
                    u = min(max(u, 0.0), t_width - 1.001)
                    v = min(max(v, 0.0), t_height - 1.001)
                    iu, iv = int(u), int(v)
                    fu, fv = u - iu, v - iv
                    base = int(materials[m, M_OFFSET]) + iv * t_width + iu
                    right = 1 if t_width > 1 else 0
                    down = t_width if t_height > 1 else 0
                    for c in range(TEXEL):
                        top = texels[base, c] * (1 - fu) + texels[base + right, c] * fu
                        low = texels[base + down, c] * (1 - fu) + texels[base + down + right, c] * fu
                        texel[c] = top * (1 - fv) + low * fv
                    # Geometry in camera axes.
                    gx = b0 * points[i0, 0] + b1 * points[i1, 0] + b2 * points[i2, 0]
                    gy = b0 * points[i0, 1] + b1 * points[i1, 1] + b2 * points[i2, 1]
                    gz = b0 * points[i0, 2] + b1 * points[i1, 2] + b2 * points[i2, 2]
                    nx = b0 * normals[i0, 0] + b1 * normals[i1, 0] + b2 * normals[i2, 0]
                    ny = b0 * normals[i0, 1] + b1 * normals[i1, 1] + b2 * normals[i2, 1]
                    nz = b0 * normals[i0, 2] + b1 * normals[i1, 2] + b2 * normals[i2, 2]
                    length = 1.0 / sqrt(nx * nx + ny * ny + nz * nz + 1e-20)
                    nx, ny, nz = nx * length, ny * length, nz * length
                    square = gx * gx + gy * gy + gz * gz
                    length = 1.0 / sqrt(square + 1e-12)
                    vx, vy, vz = -gx * length, -gy * length, -gz * length
                    facing = nx * vx + ny * vy + nz * vz
                    if facing < 0.0:
                        # A back face: sheets have two sides; on closed meshes this is an artefact of smoothed normals.
                        nx, ny, nz, facing = -nx, -ny, -nz, -facing
                    gloss = texel[5] * materials[m, M_SPEC]
                    power = materials[m, M_POWER]
                    # Below this cosine a highlight is weaker than 0.001 of its strongest place and is left out.
                    dull = 1.0 - 6.9 / power
                    mirror = materials[m, M_MIRROR]
                    lr = lg = lb = 0.0
                    sr = sg = sb = 0.0
                    sun = 0.0
                    if materials[m, M_EMISSIVE] > 0.0:
                        lr = lg = lb = materials[m, M_EMISSIVE]
                    else:
                        lr = max(_irradiance(harmonics, nx, ny, nz, 0), 0.01)
                        lg = max(_irradiance(harmonics, nx, ny, nz, 1), 0.01)
                        lb = max(_irradiance(harmonics, nx, ny, nz, 2), 0.01)
                    wrap = materials[m, M_WRAP]
                    for k in range(len(lights)):
                        lx, ly, lz = lights[k, 0], lights[k, 1], lights[k, 2]
                        cosine = nx * lx + ny * ly + nz * lz
                        diffuse = max(0.0, (cosine + wrap) / (1.0 + wrap))
                        visible = 1.0
                        if k == 0 and diffuse > 0.0:
                            visible = _lit(
                                shadow, shadow_rows, gx + 0.004 * nx, gy + 0.004 * ny, gz + 0.004 * nz, 0.006
                            )
                        sun += diffuse * lights[k, 3] * visible
                        if materials[m, M_EMISSIVE] <= 0.0:
                            lr += diffuse * lights[k, 3] * visible
                            lg += diffuse * lights[k, 4] * visible
                            lb += diffuse * lights[k, 5] * visible
                        if gloss > 0.0 and cosine > 0.0:
                            hx, hy, hz = lx + vx, ly + vy, lz + vz
                            length = 1.0 / sqrt(hx * hx + hy * hy + hz * hz + 1e-12)
                            half = (nx * hx + ny * hy + nz * hz) * length
                            if half > dull:
                                shine = gloss * half**power * visible * cosine
                                sr += shine * lights[k, 3]
                                sg += shine * lights[k, 4]
                                sb += shine * lights[k, 5]
                    if mirror > 0.0:
                        rx, ry, rz = 2 * facing * nx - vx, 2 * facing * ny - vy, 2 * facing * nz - vz
                        _sky(panorama, rx, ry, rz, sky)
                        fresnel = mirror * (0.04 + 0.96 * (1.0 - facing) ** 5)
                        sr += fresnel * sky[0]
                        sg += fresnel * sky[1]
                        sb += fresnel * sky[2]
                    red += share * (texel[0] * lr + sr)
                    green += share * (texel[1] * lg + sg)
                    blue += share * (texel[2] * lb + sb)
                    # The infrared light is at the camera or up to a hand's breadth beside it.
                    beam = 1.0 / (1.0 + ir_light[2] * (gx * gx + gy * gy) / (gz * gz + 1e-9))
                    arriving = min(ir_light[0] / (square + 1e-6), ir_light[3]) * beam
                    tx, ty, tz = ir_light[4] - gx, ir_light[5] - gy, -gz
                    length = 1.0 / sqrt(tx * tx + ty * ty + tz * tz + 1e-12)
                    tx, ty, tz = tx * length, ty * length, tz * length
                    towards = nx * tx + ny * ty + nz * tz
                    lambert = max(0.0, (towards + 0.5 * wrap) / (1.0 + 0.5 * wrap))
                    glow = texel[3] * materials[m, M_IR_GAIN] * (arriving * lambert + ir_light[1] + ir_light[6] * sun)
                    if materials[m, M_SPEC_IR] > 0.0:
                        hx, hy, hz = tx + vx, ty + vy, tz + vz
                        length = 1.0 / sqrt(hx * hx + hy * hy + hz * hz + 1e-12)
                        half = (nx * hx + ny * hy + nz * hz) * length
                        if half > 1.0 - 6.9 / materials[m, M_RETRO]:
                            glow += arriving * materials[m, M_SPEC_IR] * texel[5] * half ** materials[m, M_RETRO]
                    glow += materials[m, M_GLOW_IR]
                    infra += share * glow
            rgb[py, px, 0] = red
            rgb[py, px, 1] = green
            rgb[py, px, 2] = blue
            ir[py, px] = infra
            depth[py, px] = 1.0 / best if best > 0.0 else 0.0
