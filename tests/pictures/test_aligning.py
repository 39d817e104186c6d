from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from fieldguide.pictures.aligning import DIMENSIONS, MOST_CUT, likeness, may_be_alike, sketch
from fieldguide.types import Pixels


@pytest.fixture(scope="module")
def photograph(scene: Pixels) -> Image.Image:
    return Image.fromarray(scene).resize((400, 300), Image.Resampling.BICUBIC)


def drawn(image: Image.Image) -> np.ndarray:
    return sketch(np.asarray(image.convert("RGB")))


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    w, h = image.size
    return image.crop((int(w * left), int(h * top), int(w - w * right), int(h - h * bottom)))


@pytest.mark.parametrize(
    "edges",
    [
        (0, 0, 0, 0),
        (0.02, 0.02, 0.02, 0.02),
        (0.1, 0.1, 0.1, 0.1),
        (0.1, 0, 0, 0),
        (0.03, 0.07, 0, MOST_CUT),
    ],
)
def test_a_cut_is_found_whichever_picture_is_the_whole(
    photograph: Image.Image, edges: tuple[float, float, float, float]
) -> None:
    file = io.BytesIO()
    cut(photograph, *edges).save(file, "JPEG", quality=60)
    whole, part = drawn(photograph), drawn(Image.open(file))
    assert likeness(whole, part) > 0.8
    assert likeness(part, whole) == pytest.approx(likeness(whole, part), abs=1e-5)
    assert may_be_alike(np.array([whole, part]), np.array([part, whole])).all()


def test_other_pictures_and_larger_cuts_are_not_alike(photograph: Image.Image) -> None:
    whole = drawn(photograph)
    assert likeness(whole, drawn(photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT))) < 0.7
    assert likeness(whole, drawn(photograph.rotate(180))) < 0.7
    assert likeness(whole, drawn(cut(photograph, 0.35, 0.35, 0.0, 0.0))) < 0.7


def test_skies_that_grow_brighter_alike_are_not_alike() -> None:
    random = np.random.default_rng(0)
    slope = np.linspace(60, 220, 200)[:, None, None]
    one, other = (np.clip(slope + random.normal(0, 3, (200, 200, 3)), 0, 255) for _ in range(2))
    assert likeness(sketch(one.astype(np.uint8)), sketch(other.astype(np.uint8))) < 0.5


def test_what_cannot_be_a_copy_is_told_quickly(photograph: Image.Image) -> None:
    whole = drawn(photograph)
    others = np.array([drawn(photograph.rotate(180)), drawn(ImageOps.invert(photograph)), whole])
    told = may_be_alike(np.tile(whole, (3, 1)), others)
    assert told.tolist() == [False, False, True]
    assert may_be_alike(np.zeros((0, DIMENSIONS)), np.zeros((0, DIMENSIONS))).shape == (0,)


def test_leaves_of_which_only_the_rib_is_alike_are_not_alike() -> None:
    leaves = []
    for seed in range(2):
        blotches = np.random.default_rng(seed).normal((90, 140, 60), 12, (16, 16, 3))
        leaf = Image.fromarray(np.clip(blotches, 0, 255).astype(np.uint8)).resize((200, 200))
        leaf.paste((250, 250, 200), (0, 96, 200, 106))
        leaves.append(leaf)
    one, other = map(drawn, leaves)
    assert likeness(one, other) < 0.65
    # A copy of one of them is alike everywhere.
    assert likeness(one, drawn(cut(leaves[0], 0.04, 0.02, 0.05, 0.03))) > 0.65


def test_even_pictures_have_no_likeness() -> None:
    even = sketch(np.full((40, 60, 3), 90, np.uint8))
    assert even.shape == (DIMENSIONS,)
    assert likeness(even, even) == 0.0


def test_pixels_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        sketch(np.zeros((4, 4), np.uint8))
