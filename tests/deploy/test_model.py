"""A model takes pictures in every form, and says the same about each."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fieldguide.deploy.model import Model, Prediction
from fieldguide.errors import InputError, ModelError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.bundle import Bundle, build_bundle
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.pictures.decode import decode
from fieldguide.types import Pixels

CLASSES = ("ash", "beech", "<cedar>", "oak")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(0)
    vectors = np.abs(random.normal(0, 1, (40, 1280))).astype(np.float32)
    head = LogisticRegressionHead(c=1.0).fit(vectors, np.arange(40) % 4, count=4)
    card = {"dataset": "Bäume", "run": 7, "test": {"accuracy": {"value": 0.912}}}
    data = build_bundle(
        BACKBONES.get("efficientnet-lite0"), head, temperature=1.0, classes=CLASSES, card=card
    )
    path = tmp_path_factory.mktemp("bundle") / "model.onnx"
    path.write_bytes(data)
    return path


@pytest.fixture
def model(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setenv("FIELDGUIDE_WORKERS", "2")
    return Model(bundle)


@pytest.fixture
def pixels() -> Pixels:
    coarse = np.random.default_rng(1).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((90, 70), Image.Resampling.BICUBIC))


def encoded(pixels: Pixels, format_: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_, **options)
    return buffer.getvalue()


def scores(prediction: Prediction) -> list[float]:
    return [prediction.probabilities[name] for name in CLASSES]


def test_every_form_of_one_picture_gives_the_same(
    model: Model, bundle: Path, pixels: Pixels, tmp_path: Path
) -> None:
    path = tmp_path / "größe.png"
    path.write_bytes(encoded(pixels))
    expected = Bundle(bundle).probabilities(pixels)
    forms: list[Any] = [
        path,
        str(path),
        path.read_bytes(),
        pixels,
        np.asfortranarray(pixels),
        Image.fromarray(pixels),
        Image.open(path),
    ]
    for form in forms:
        (found,) = model.predict(form)
        np.testing.assert_allclose(scores(found), expected, atol=1e-7)
    found_together = model.predict(forms)
    assert [p.source for p in found_together] == [
        str(path),
        str(path),
        *(f"picture {n}" for n in range(3, 8)),
    ]
    for found in found_together:
        np.testing.assert_allclose(scores(found), expected, atol=1e-7)


def test_a_prediction_is_ranked(model: Model, pixels: Pixels) -> None:
    (found,) = model.predict(pixels)
    ranked = list(found.probabilities.values())
    assert sorted(found.probabilities) == sorted(CLASSES)
    assert ranked == sorted(ranked, reverse=True)
    assert sum(ranked) == pytest.approx(1, abs=1e-6)
    assert found.label == next(iter(found.probabilities))
    assert found.probability == ranked[0]
    assert found.error is None
    assert found.to_dict() == {
        "source": "picture 1",
        "label": found.label,
        "probability": found.probability,
        "probabilities": found.probabilities,
        "error": None,
    }
    assert "probabilities" not in repr(found)


def test_grey_pictures(model: Model, pixels: Pixels) -> None:
    grey = pixels[:, :, 0]
    (array,), (image,), (three,) = (
        model.predict(form)
        for form in (grey, Image.fromarray(grey), np.repeat(grey[:, :, None], 3, axis=2))
    )
    assert scores(array) == scores(image) == scores(three)


def test_lists_generators_and_stacks(model: Model, pixels: Pixels) -> None:
    stack = np.stack([pixels, pixels[::-1], 255 - pixels])
    expected = [scores(model.predict(image)[0]) for image in stack]
    assert expected[0] != expected[1]
    for form in (list(stack), tuple(stack), (image for image in stack), iter(stack), stack):
        found = model.predict(form)
        assert [scores(p) for p in found] == expected
        assert [p.source for p in found] == ["picture 1", "picture 2", "picture 3"]


def test_no_pictures(model: Model) -> None:
    assert model.predict([]) == []
    assert model.predict(iter(())) == []
    assert model.predict(np.zeros((0, 8, 8, 3), np.uint8)) == []
    assert list(model.predict_each([])) == []


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_a_turned_file_is_brought_upright(
    model: Model, pixels: Pixels, tmp_path: Path, orientation: int, format_: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(pixels, format_, exif=exif, **({"quality": 95} if format_ == "JPEG" else {}))
    path = tmp_path / "turned"
    path.write_bytes(data)
    upright = decode(data).pixels
    (expected,) = model.predict(upright)
    for form in (path, data, Image.open(path)):
        np.testing.assert_allclose(scores(model.predict(form)[0]), scores(expected), atol=1e-6)
    # An independent turn: by Pillow.
    from PIL import ImageOps

    with Image.open(path) as opened:
        turned = np.asarray(ImageOps.exif_transpose(opened))
    np.testing.assert_array_equal(turned, upright)


@pytest.mark.parametrize(
    "mode",
    [
        *("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "LAB"),
        *("HSV", "I", "F", "I;16", "I;16B", "I;16L"),
    ],
)
def test_every_mode_of_pillow(model: Model, pixels: Pixels, mode: str) -> None:
    if mode in {"La", "PA"} or mode.startswith("I;16"):
        image = Image.new(mode, (20, 10))
    elif mode == "LAB":
        image = Image.merge("LAB", Image.fromarray(pixels).split())
    elif mode == "RGBa":
        image = Image.fromarray(pixels).convert("RGBA").convert("RGBa")
    else:
        image = Image.fromarray(pixels).convert(mode)
    (found,) = model.predict(image)
    assert found.error is None
    if mode in {"RGBA", "RGBX", "RGBa", "CMYK"}:
        np.testing.assert_allclose(scores(found), scores(model.predict(pixels)[0]), atol=1e-6)


@pytest.mark.parametrize("mode", ["CMYK", "F", "HSV"])
def test_a_turned_pillow_image_of_any_mode(model: Model, pixels: Pixels, mode: str) -> None:
    image = Image.fromarray(pixels).convert(mode)
    image.getexif()[0x0112] = 6
    expected = image.transpose(Image.Transpose.ROTATE_270)
    np.testing.assert_allclose(
        scores(model.predict(image)[0]), scores(model.predict(expected)[0]), atol=1e-6
    )


def test_transparent_parts_are_white(model: Model, pixels: Pixels) -> None:
    clear = np.dstack([pixels, np.zeros(pixels.shape[:2], np.uint8)])
    (found,) = model.predict(Image.fromarray(clear))
    (white,) = model.predict(np.full_like(pixels, 255))
    np.testing.assert_allclose(scores(found), scores(white), atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (5000, 1)])
def test_narrow_pictures(model: Model, shape: tuple[int, ...]) -> None:
    (found,) = model.predict(np.full(shape, 77, np.uint8))
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4, 3)), r"must be uint8 .* got float64 of shape \(4, 4, 3\)"),
        (np.zeros((4, 4, 4), np.uint8), r"got uint8 of shape \(4, 4, 4\)"),
        (np.zeros((3, 4, 4), np.uint8), r"got uint8 of shape \(3, 4, 4\)"),
        (np.zeros(4, np.uint8), r"got uint8 of shape \(4,\)"),
        (np.zeros((), np.uint8), r"got uint8 of shape \(\)"),
        (np.zeros((0, 4, 3), np.uint8), r"must not be empty; got shape \(0, 4, 3\)"),
        (np.zeros((0, 0), np.uint8), "must not be empty"),
    ],
)
def test_arrays_that_are_no_pictures(model: Model, array: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=f"^picture 1: Pixels .*{words}"):
        model.predict(array)


def test_a_stack_of_stacks_is_refused(model: Model) -> None:
    with pytest.raises(InputError, match=r"^picture 1: .*of shape \(2, 4, 4, 3\)"):
        model.predict(np.zeros((2, 2, 4, 4, 3), np.uint8))


@pytest.mark.parametrize("thing", [3, None, 2.5, object(), bytearray(b"x"), {"a": 1}])
def test_things_that_are_no_pictures(model: Model, thing: Any, pixels: Pixels) -> None:
    with pytest.raises(InputError, match=f"^picture 2: .* got {type(thing).__name__}"):
        model.predict([pixels, thing])


def bad_files(folder: Path, pixels: Pixels) -> dict[str, tuple[Path, str]]:
    made = {
        "text": (b"no picture at all, only words", "not an image"),
        "empty": (b"", "not an image|broken"),
        "cut": (encoded(pixels)[:-200], "broken"),
    }
    found = {}
    for name, (data, words) in made.items():
        (folder / f"{name}.jpg").write_bytes(data)
        found[name] = (folder / f"{name}.jpg", words)
    found["missing"] = (folder / "missing.jpg", "missing: the file does not exist")
    found["folder"] = (folder, "unreadable: Is a directory")
    found["below"] = (folder / "text.jpg" / "x.jpg", "unreadable: Not a directory")
    found["null"] = (Path("a\0b.jpg"), "unreadable: embedded null byte")
    return found


@pytest.mark.parametrize("kind", ["text", "empty", "cut", "missing", "folder", "below", "null"])
def test_an_error_names_the_file(model: Model, pixels: Pixels, tmp_path: Path, kind: str) -> None:
    path, words = bad_files(tmp_path, pixels)[kind]
    with pytest.raises(InputError) as caught:
        model.predict([pixels, path])
    assert str(caught.value).startswith(f"{path}: ")
    assert any(word in str(caught.value) for word in words.split("|"))


def test_predict_each_goes_on_after_what_cannot_be_read(
    model: Model, pixels: Pixels, tmp_path: Path
) -> None:
    bad = [path for path, _ in bad_files(tmp_path, pixels).values()]
    given: list[Any] = [pixels, *bad, np.zeros((2, 2)), None, b"bytes of nothing", pixels]
    found = list(model.predict_each(given))
    assert len(found) == len(given)
    assert found[0].label == found[-1].label is not None
    for prediction, source in zip(found[1:-1], [*map(str, bad), *[None] * 3], strict=True):
        assert prediction.label is None
        assert prediction.probability == 0.0
        assert prediction.probabilities == {}
        assert prediction.error
        assert source is None or prediction.source == source
    assert [p.source for p in found[-4:]] == [f"picture {n}" for n in range(9, 13)]


def test_predict_each_takes_one_picture_too(model: Model, pixels: Pixels, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(encoded(pixels))
    assert [p.source for p in model.predict_each(str(path))] == [str(path)]


def test_predict_each_takes_pictures_as_they_are_needed(model: Model, pixels: Pixels) -> None:
    taken = 0

    def endless() -> Iterator[Pixels]:
        nonlocal taken
        while True:
            taken += 1
            yield pixels

    found = model.predict_each(endless())
    for number in range(1, 21):
        assert next(found).source == f"picture {number}"
    assert taken <= 20 + 8
    found.close()  # type: ignore[attr-defined]


def test_a_pillow_image_over_a_damaged_file(model: Model, pixels: Pixels, tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes(encoded(pixels, "JPEG")[:-900])
    with (
        Image.open(path) as opened,
        pytest.raises(InputError, match=r"^picture 1: broken: .*truncated"),
    ):
        model.predict(opened)


def test_files_beyond_the_limits(
    bundle: Path, picture: Callable[..., bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDGUIDE_MAX_FILE_MB", "1")
    monkeypatch.setenv("FIELDGUIDE_MAX_MEGAPIXELS", "1")
    limited = Model(bundle)
    path = tmp_path / "long.png"
    path.write_bytes(picture(1, format_="PNG") + bytes(1_000_000))
    with pytest.raises(InputError, match=r"too large: the file has more than 1 MB"):
        limited.predict(path)
    large = encoded(np.zeros((1001, 1000, 3), np.uint8))
    with pytest.raises(InputError, match=r"too large: .* 1000 x 1001 pixels"):
        limited.predict(large)


def test_a_pipe_that_ends(model: Model, pixels: Pixels, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(encoded(pixels),))
    writer.start()
    (found,) = model.predict(path)
    writer.join()
    assert scores(found) == scores(model.predict(encoded(pixels))[0])


def test_classes_and_card(model: Model) -> None:
    assert model.classes == CLASSES
    assert model.card["run"] == 7


def test_what_a_notebook_shows(model: Model) -> None:
    assert repr(model) == "Model('Bäume' run 7: 4 classes, 91.2% right on its test part)"
    html = model._repr_html_()
    assert "4 classes" in html
    assert "&lt;cedar&gt;" in html
    assert "<cedar>" not in html


@pytest.mark.parametrize("test", [{}, {"accuracy": {"value": None}}])
def test_a_model_that_was_never_measured(model: Model, test: dict[str, Any]) -> None:
    model.card["test"] = test
    assert repr(model) == "Model('Bäume' run 7: 4 classes)"


def test_a_path_as_text(bundle: Path) -> None:
    assert Model(str(bundle)).classes == CLASSES


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model file at"):
        Model(tmp_path / "none.onnx")
