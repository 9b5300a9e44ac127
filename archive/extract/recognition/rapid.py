"""Recognising the characters in a picture with RapidOCR, whose wheel carries the models: it asks no network.

Loaded in the limited child process alone, and only there: it takes seconds and hundreds of megabytes.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from statistics import median
from typing import Any

import numpy as np
from PIL import Image
from rapidocr import RapidOCR

from archive.extract.recognition.page import Line, RecognisedPage

# A text line this much longer than high says how much the page is turned; a shorter one says it badly.
_LONG = 8
_SETTINGS = {
    "Global.log_level": "error",
    # Whole pages are read upright: which way is up is said by the file. A third of a second less for each page.
    "Global.use_cls": False,
    "Global.text_score": 0.5,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_Point = tuple[float, float]


def recognise(image: Image.Image, threads: int = 2) -> RecognisedPage:
    """Return what is recognised in a picture. The lines of a page that lies askew are set straight."""
    engine = _engine(threads)
    # The models were taught with pictures whose channels are in the order of OpenCV.
    pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
    found = engine(pixels, return_word_box=True, return_single_char_box=True)
    model = f"rapidocr {version('rapidocr')} {engine.cfg.Rec.ocr_version.value} {engine.cfg.Rec.model_type.value}"
    if found.txts is None:
        return RecognisedPage(image.width, image.height, model, ())
    boxes = [[(float(x), float(y)) for x, y in box] for box in found.boxes]
    turn = _Turn(boxes)
    lines = [
        line
        for box, characters, score in zip(boxes, found.word_results, found.scores, strict=True)
        if (line := _line(turn, box, characters, float(score)))
    ]
    return RecognisedPage(image.width, image.height, model, tuple(lines))


@cache
def _engine(threads: int) -> RapidOCR:
    return RapidOCR(params=_SETTINGS | {"EngineConfig.onnxruntime.intra_op_num_threads": threads})


class _Turn:
    """How much a page is turned, judged by its long lines; it sets points straight."""

    def __init__(self, boxes: Iterable[Sequence[_Point]]) -> None:
        angles = [
            math.atan2(right[1] - left[1], right[0] - left[0])
            for left, right, _, bottom in boxes
            if right[0] - left[0] > _LONG * abs(bottom[1] - left[1])
        ]
        angle = median(angles) if angles else 0.0
        self._cosine, self._sine = math.cos(angle), math.sin(angle)

    def straight(self, point: _Point) -> _Point:
        x, y = point
        return x * self._cosine + y * self._sine, y * self._cosine - x * self._sine


def _line(turn: _Turn, box: Sequence[_Point], characters: Any, score: float) -> Line | None:
    corners = [turn.straight(corner) for corner in box]
    text: list[str] = []
    edges: list[int] = []
    for character, _, place in characters:
        sides = [turn.straight((float(x), float(y)))[0] for x, y in place]
        shown = [sign for sign in character if sign.isprintable() and sign != " "]
        for number, each in enumerate(shown):
            # The engine boxes single characters, and rarely two or three together.
            left, width = min(sides), (max(sides) - min(sides)) / len(shown)
            text.append(each)
            edges += (round(left + number * width), round(left + (number + 1) * width))
    if not text:
        return None
    top = sum(corner[1] for corner in corners[:2]) / 2
    bottom = sum(corner[1] for corner in corners[2:]) / 2
    return Line("".join(text), tuple(edges), round(top), round(bottom), score)
