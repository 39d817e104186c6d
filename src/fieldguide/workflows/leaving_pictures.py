"""Pictures as they may leave the workspace: without metadata, and with blurred faces if asked."""

from __future__ import annotations

import functools
import io

from PIL import Image

from fieldguide.models import faces
from fieldguide.models.faces import FaceDetector
from fieldguide.pictures.decode import decode
from fieldguide.pictures.face_blurring import blur_faces
from fieldguide.pictures.showing import small
from fieldguide.pictures.stripping import strip
from fieldguide.pictures.thumbnail import thumbnail
from fieldguide.records.privacy import Privacy
from fieldguide.storage.thumbnails import ThumbnailCache
from fieldguide.types import Pixels
from fieldguide.workspace import Workspace

_QUALITY = 92
_SIDE = 256


class LeavingPictures:
    """Gives the pictures of a dataset as its privacy settings let them leave.

    The originals stay as they are. Metadata are taken out anew each time, for that takes less than
    reading a second copy would; pictures with blurred faces are kept in the cache.

    Args:
        workspace: Where the pictures are.
        privacy: The dataset's settings.

    Attributes:
        given: How many pictures were given as files.
    """

    def __init__(self, workspace: Workspace, privacy: Privacy) -> None:
        self.given = 0
        self._workspace = workspace
        self._blurs = privacy.faces == "blurred"
        folder = workspace.root / "cache" / f"blurred-{faces.MODEL_ID}"
        self._blurred = ThumbnailCache(folder)

    def picture(self, sha256: str) -> bytes:
        """Return a picture as a file, without metadata.

        Raises:
            WorkspaceError: If its bytes are gone or have changed.
            PictureError: If it is broken.
            MissingExtraError: If faces are to be blurred and nothing can find them.
        """
        self.given += 1
        if self._blurs:
            # An empty file stands for a picture without faces, which needs no second copy.
            blurred = self._blurred.get(sha256, functools.partial(self._blur, sha256))
            if blurred:
                return blurred
        return strip(self._workspace.read_image(sha256))

    def thumbnail(self, sha256: str) -> bytes:
        """Return a small JPEG of a picture, without metadata.

        Raises:
            WorkspaceError: If the picture's bytes are gone or have changed.
            PictureError: If it is broken.
            MissingExtraError: If faces are to be blurred and nothing can find them.
        """
        if self._blurs:
            blurred = self._blurred.get(sha256, functools.partial(self._blur, sha256))
            if blurred:
                return small(blurred, _SIDE)
        return self._workspace.thumbnails.get(sha256, functools.partial(self._small, sha256))

    def _small(self, sha256: str) -> bytes:
        data = self._workspace.read_image(sha256)
        limit = self._workspace.config.max_pixels
        pixels = decode(data, shorter_side=_SIDE, max_pixels=limit).pixels
        return thumbnail(pixels, _SIDE)

    def _blur(self, sha256: str) -> bytes:
        data = self._workspace.read_image(sha256)
        pixels = decode(data, max_pixels=self._workspace.config.max_pixels).pixels
        found = _detector().find(pixels, least=faces.BLURRED)
        if not found:
            return b""
        boxes = [(face.left, face.top, face.right, face.bottom) for face in found]
        return _as_jpeg(blur_faces(pixels, boxes))


@functools.cache
def _detector() -> FaceDetector:
    return FaceDetector()


def _as_jpeg(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
