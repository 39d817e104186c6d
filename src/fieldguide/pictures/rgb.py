"""From every way of storing colours to 8-bit sRGB."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from fieldguide.pictures.container import Container, pillow_failures_as_broken

_PROFILE_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_MAX_PROFILE = 4 * 1024 * 1024


def to_rgb(container: Container) -> Image.Image:
    """Decode an opened picture into RGB.

    Transparent parts are laid on white. Values of more than 8 bits become 8 bits like this: 16-bit
    and 12-bit integers by the full range of their type; 32-bit integers and floats by the smallest
    of the customary ranges 0..1 (floats only), 0..255 and 0..65535 that holds all values of the
    picture, or else by the picture's own least and greatest value. NaN becomes black. A colour
    profile is applied if it is valid and fits the colours; sRGB is left as it is.

    Args:
        container: The opened picture.

    Returns:
        An image of mode ``RGB`` and the same size.

    Raises:
        PictureError: If the bytes are damaged.
    """
    image = container.image
    with pillow_failures_as_broken():
        image.load()
    # Its greyscale modes are "I", "F", and "I;16" with either byte order.
    if image.mode[0] in "IF":
        grey = _to_eight_bits(np.asarray(image), container)
        image = Image.fromarray(grey)
    with pillow_failures_as_broken():
        image = _on_white(image)
        image = _through_profile(image, container.icc) or image
        return image if image.mode == "RGB" else image.convert("RGB")


def _to_eight_bits(values: npt.NDArray[np.generic], container: Container) -> npt.NDArray[np.uint8]:
    transparent = container.image.info.get("transparency")
    if container.image.mode.startswith("I;16"):
        top = (1 << container.depth) - 1 if container.depth in {10, 12, 14} else 65535
        levels = np.minimum(np.arange(65536) * 255 / top + 0.5, 255).astype(np.uint8)
        grey = levels[values.astype(np.uint16, copy=False)]
    else:
        # One kind of NaN makes numpy warn when it is converted.
        with np.errstate(invalid="ignore"):
            wide = values.astype(np.float64)
        grey = _stretch(wide, floating=container.image.mode == "F")
    if container.inverted:
        grey = 255 - grey
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return grey


def _stretch(values: npt.NDArray[np.float64], *, floating: bool) -> npt.NDArray[np.uint8]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros(values.shape, np.uint8)
    low, high = float(finite.min()), float(finite.max())
    ranges = (1.0, 255.0, 65535.0) if floating else (255.0, 65535.0)
    top = next((top for top in ranges if low >= 0 and high <= top), None)
    if top is not None:
        low, high = 0.0, top
    # Halves keep the difference of the greatest doubles finite.
    spread = (high / 2 - low / 2) or 1.0
    scaled = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) / 2 - low / 2) / spread
    return (scaled * 255 + 0.5).astype(np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    has_alpha = image.mode in {"LA", "PA", "RGBA", "RGBa"}
    if not has_alpha and "transparency" not in image.info:
        return image
    with_alpha = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return white


def _through_profile(image: Image.Image, icc: bytes | None) -> Image.Image | None:
    if not icc or len(icc) > _MAX_PROFILE or image.mode not in _PROFILE_SPACES.values():
        return None
    transform = _transform(icc, image.mode)
    if transform is None:
        return None
    try:
        return transform.apply(image)
    except (ValueError, OSError):
        return None


# Pictures of one camera carry the same profile, and building its table costs more than using it.
@lru_cache(maxsize=16)
def _transform(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if _PROFILE_SPACES.get(profile.profile.xcolor_space.strip()) != mode:
            return None
        if "sRGB" in (profile.profile.profile_description or ""):
            return None
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    # What is wrong with a profile costs the picture some truth of colour, but not more.
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError, UnicodeError):
        return None
