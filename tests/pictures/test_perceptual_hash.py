from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn

from fieldguide.pictures.decode import decode
from fieldguide.pictures.perceptual_hash import NO_STRUCTURE, hamming, perceptual_hash
from fieldguide.types import Pixels

SHARED = Path(__file__).parents[3] / "shared" / "data" / "scenes"


@pytest.fixture(scope="module")
def photograph(scene: Pixels) -> Image.Image:
    return Image.fromarray(scene).resize((400, 300), Image.Resampling.BICUBIC)


def distance(a: Image.Image, b: Image.Image) -> int:
    return int(hamming(perceptual_hash(np.array(a)), perceptual_hash(np.array(b))))


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def test_the_bits_are_those_of_the_cosine_transform(photograph: Image.Image) -> None:
    grey = photograph.convert("L").resize((32, 32), Image.Resampling.BILINEAR)
    spectrum = dctn(np.asarray(grey, float), norm="ortho")[:8, :8].ravel()
    bits = spectrum > np.median(spectrum[1:])
    bits[0] = True
    expected = sum(1 << (63 - int(place)) for place in np.flatnonzero(bits))
    found = perceptual_hash(np.array(photograph))
    assert found == expected
    assert isinstance(found, int)
    assert 0 <= found < 2**64


def test_copies_stay_close_and_others_do_not(photograph: Image.Image) -> None:
    half = photograph.resize((200, 150))
    assert distance(photograph, jpeg(photograph, 40)) <= 4
    assert distance(photograph, half) <= 4
    assert distance(photograph, photograph.crop((8, 6, 392, 294))) <= 12
    assert distance(photograph, photograph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > 12
    assert distance(photograph, photograph.rotate(180)) > 12


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (7, 3), (300, 200)])
def test_even_pictures_have_no_structure(size: tuple[int, int]) -> None:
    for colour in ("black", "white", "teal"):
        assert perceptual_hash(np.array(Image.new("RGB", size, colour))) == NO_STRUCTURE


def test_a_picture_with_structure_never_has_the_hash_of_none() -> None:
    dark = np.zeros((64, 64, 3), np.uint8)
    dark[:32] = 3
    assert perceptual_hash(dark) >> 63 == 1


@pytest.mark.parametrize(
    "pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_wrong_shapes(pixels: Pixels) -> None:
    with pytest.raises(ValueError, match="uint8 of shape"):
        perceptual_hash(pixels)


def test_hamming_equals_a_loop() -> None:
    rng = np.random.default_rng(1)
    a = rng.integers(0, 2**64, 30, np.uint64, endpoint=False)
    b = rng.integers(0, 2**64, 20, np.uint64, endpoint=False)
    found = hamming(a[:, None], b[None, :])
    expected = [[(int(x) ^ int(y)).bit_count() for y in b] for x in a]
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.uint8
    assert hamming(2**64 - 1, 0) == 64
    assert hamming(np.array([], np.uint64), 5).shape == (0,)
    assert hamming(a, int(a[0]))[0] == 0


@pytest.mark.shared
@pytest.mark.slow
def test_real_scenes() -> None:
    if not SHARED.exists():
        pytest.skip("the scenes are not beside this checkout")
    with (SHARED / "manifest.csv").open() as file:
        names = [row["file"] for row in csv.DictReader(file)]
    pictures = [decode((SHARED / name).read_bytes()).pixels for name in names[::8]]
    hashes = np.array([perceptual_hash(pixels) for pixels in pictures], np.uint64)
    images = [Image.fromarray(pixels) for pixels in pictures]

    def distances(copies: list[Image.Image]) -> np.ndarray:
        made = np.array([perceptual_hash(np.array(copy)) for copy in copies], np.uint64)
        return hamming(hashes, made)

    assert np.mean(distances([jpeg(image, 40) for image in images]) <= 4) >= 0.99
    halves = [image.resize((image.width // 2, image.height // 2)) for image in images]
    assert distances(halves).max() <= 6
    cropped = [image.crop((4, 4, image.width - 4, image.height - 4)) for image in images]
    assert np.mean(distances(cropped) <= 10) >= 0.9
    between = hamming(hashes[:, None], hashes[None, :])[np.triu_indices(len(hashes), 1)]
    assert np.mean(between <= 10) < 1e-4

    # Flat skies, which a hash of gradients takes for the same.
    with (SHARED / "near_duplicates.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = [
        int(hamming(*(perceptual_hash(decode((SHARED / n).read_bytes()).pixels) for n in pair)))
        for pair in ((row["file_a"], row["file_b"]) for row in rows)
    ]
    assert sum(value <= 10 for value in found) == 2
