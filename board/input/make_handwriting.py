#!/usr/bin/env python3
"""Makes handwriting.bin, the templates of GB 2312 level 1, from the npm package hanzi-writer-data.

    npm pack hanzi-writer-data && tar xzf hanzi-writer-data-*.tgz     # needs python3-numpy
    ./make_handwriting.py package handwriting.bin sample/handwriting.tsv

A template holds 4 directions x 8 rows x 8 columns of how much line of that direction lies there, as one byte each.
`features` must stay equal to `src/domain/input/ink.rs`; the tests of the recogniser fail when it does not.
File: "KHW1", u16 count, u16 features, then by character u16 code point and the features (little-endian).
The sample is 60 characters drawn twice with jitter, in shuffled order, some strokes reversed or joined.
"""
import json
import math
import pathlib
import struct
import sys

import numpy as np

GRID, DIRECTIONS, STEP, BLUR, SPREAD = 8, 4, 0.02, 0.06, 4.0
SAMPLE = (
    "武江区新华街道惠民西联镇河龙归湾重阳韶关市广东省村委会居养老保险高龄津贴社身份证"
    "张王李陈刘黄杨赵周我你是的人大一二十口日木水火路号"
)


def level_one() -> list[str]:
    cells = [(row, cell) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return [bytes(c).decode("gb2312") for c in cells if not (c[0] == 0xD7 and c[1] > 0xF9)]


def medians(package: pathlib.Path, character: str) -> list[np.ndarray]:
    data = json.loads((package / f"{character}.json").read_text(encoding="utf-8"))
    return [np.array([(x, 900 - y) for x, y in stroke], float) / 1024 for stroke in data["medians"]]


def resample(stroke: np.ndarray) -> np.ndarray:
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.r_[0, np.cumsum(lengths)]
    at = np.linspace(0, along[-1], max(2, int(along[-1] / STEP) + 1))
    return np.c_[np.interp(at, along, stroke[:, 0]), np.interp(at, along, stroke[:, 1])]


def features(strokes: list[np.ndarray]) -> np.ndarray:
    points = np.concatenate(strokes)
    low = points.min(0)
    size = (points.max(0) - low).max()
    strokes = [resample((stroke - low) / size) for stroke in strokes]
    middle = np.concatenate([(s[1:] + s[:-1]) / 2 for s in strokes])
    step = np.concatenate([np.diff(s, axis=0) for s in strokes])
    length = np.hypot(step[:, 0], step[:, 1])
    mean = (middle * length[:, None]).sum(0) / length.sum()
    spread = np.sqrt(((middle - mean) ** 2 * length[:, None]).sum(0) / length.sum()) + 1e-4
    aspect = math.sqrt(math.sin(math.pi / 2 * spread.min() / spread.max()))
    scale = np.where(spread == spread.max(), 1.0, aspect) / (SPREAD * spread)
    place = (middle - mean) * scale + 0.5
    step = step * scale
    length = np.hypot(step[:, 0], step[:, 1])
    turn = (np.arctan2(step[:, 1], step[:, 0]) % math.pi) / math.pi * DIRECTIONS
    first, share = np.floor(turn).astype(int) % DIRECTIONS, turn - np.floor(turn)
    centre = (np.arange(GRID) + 0.5) / GRID
    column = np.exp(-((place[:, 0, None] - centre) ** 2) / (2 * BLUR**2))
    row = np.exp(-((place[:, 1, None] - centre) ** 2) / (2 * BLUR**2))
    maps = []
    for direction in range(DIRECTIONS):
        second = (first + 1) % DIRECTIONS
        weight = length * ((first == direction) * (1 - share) + (second == direction) * share)
        maps.append((row * weight[:, None]).T @ column)
    return np.sqrt(np.array(maps).ravel())


def drawn(strokes: list[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
    """Someone's handwriting: rotated, sheared, stretched; every stroke moved, resized and shaky; order lost."""
    angle, slant = math.radians(random.normal(0, 4)), random.normal(0, 0.07)
    stretch = 1 + random.normal(0, 0.1, 2)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = turn @ np.array([[stretch[0], slant], [0, stretch[1]]])
    out = []
    for stroke in strokes:
        stroke = stroke @ matrix.T
        middle = stroke.mean(0)
        stroke = (stroke - middle) * (1 + random.normal(0, 0.08)) + middle
        stroke = stroke + random.normal(0, 0.02, 2) + random.normal(0, 0.012, stroke.shape)
        if out and random.random() < 0.1:
            out[-1] = np.concatenate([out[-1], stroke])
        else:
            out.append(stroke)
    out = [s[::-1] if random.random() < 0.2 else s for s in out]
    return [out[i] for i in random.permutation(len(out))]


def line(character: str, strokes: list[np.ndarray]) -> str:
    ink = ";".join(" ".join(f"{x * 1000:.0f},{y * 1000:.0f}" for x, y in s) for s in strokes)
    return f"{character}\t{ink}\n"


def main() -> None:
    package, target, sample = map(pathlib.Path, sys.argv[1:4])
    characters = level_one()
    out = bytearray(b"KHW1" + struct.pack("<HH", len(characters), DIRECTIONS * GRID * GRID))
    for character in characters:
        values = features(medians(package, character))
        out += struct.pack("<H", ord(character))
        out += np.round(values / values.max() * 255).astype(np.uint8).tobytes()
    target.write_bytes(out)
    random = np.random.default_rng(1)
    twice = [c for c in dict.fromkeys(SAMPLE) for _ in range(2)]
    sample.parent.mkdir(exist_ok=True)
    sample.write_text("".join(line(c, drawn(medians(package, c), random)) for c in twice), encoding="utf-8")


if __name__ == "__main__":
    main()
