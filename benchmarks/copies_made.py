"""Copies of a picture as they come about: saved again, resized, cropped, lightly changed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

Change = Callable[[Image.Image], bytes]

INFORMATION = ("mirrored",)
"""Kinds that are no copies in the sense of a near duplicate, and told only as information."""


def changes() -> Iterator[tuple[str, str, Change]]:
    """Give kind, strength and the function that makes a file's bytes of a picture."""
    for quality in (30, 50, 70, 95):
        yield "JPEG", f"quality {quality}", _saved("JPEG", quality=quality)
    yield "PNG", "", _saved("PNG")
    for quality in (30, 80):
        yield "WebP", f"quality {quality}", _saved("WEBP", quality=quality)
    for percent in (25, 50, 75, 150, 200):
        yield "resized", f"{percent} %", _then(lambda i, p=percent: _resized(i, p))
    for percent in (2, 4, 6, 8, 10):
        yield "cropped", f"{percent} % off each side", _cropped(percent, percent, percent, percent)
    yield "cropped", "10 % off one side", _cropped(10, 0, 0, 0)
    yield "cropped", "10 % off two sides", _cropped(10, 10, 0, 0)
    for percent in (70, 130):
        yield "brightness", f"{percent} %", _then(lambda i, p=percent: _brighter(i, p))
    yield "overlay", "28 % x 9 %", _then(_stamped)
    yield "mirrored", "", _then(ImageOps.mirror)


def _saved(form: str, **options: int) -> Change:
    def save(image: Image.Image) -> bytes:
        file = io.BytesIO()
        image.save(file, form, **options)
        return file.getvalue()

    return save


def _then(work: Callable[[Image.Image], Image.Image]) -> Change:
    save = _saved("JPEG", quality=90)
    return lambda image: save(work(image))


def _resized(image: Image.Image, percent: int) -> Image.Image:
    width, height = (max(1, round(side * percent / 100)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _cropped(left: int, top: int, right: int, bottom: int) -> Change:
    def crop(image: Image.Image) -> Image.Image:
        width, height = image.size
        return image.crop(
            (
                round(width * left / 100),
                round(height * top / 100),
                width - round(width * right / 100),
                height - round(height * bottom / 100),
            )
        )

    return _then(crop)


def _brighter(image: Image.Image, percent: int) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(percent / 100)


def _stamped(image: Image.Image) -> Image.Image:
    result = image.copy()
    width, height = image.size
    box = (0.7 * width, 0.88 * height, 0.98 * width, 0.97 * height)
    ImageDraw.Draw(result).rectangle(box, fill="white")
    return result
