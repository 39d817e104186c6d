"""How sure it is that the pictures of a scene belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from fieldguide.curate.near_duplicates import NearPair


class Nearness:
    """Looks up how alike pictures are.

    Args:
        pairs: Pairs of images that show one scene. They need not hold every pair of a scene.
    """

    def __init__(self, pairs: Iterable[NearPair]) -> None:
        self._pairs: dict[str, list[NearPair]] = defaultdict(list)
        for pair in pairs:
            self._pairs[pair.a].append(pair)
            self._pairs[pair.b].append(pair)

    def of_scene(self, hashes: Collection[str]) -> float:
        """Return the cosine of the least alike pair on the way between a scene's images, [0, 1].

        Args:
            hashes: SHA-256 of images; 1.0 where there are not two of them.
        """
        if len(set(hashes)) < 2:
            return 1.0
        seen, waiting = set(hashes), list(hashes)
        weakest = 1.0
        while waiting:
            for pair in self._pairs[waiting.pop()]:
                weakest = min(weakest, pair.cosine)
                fresh = {pair.a, pair.b} - seen
                seen |= fresh
                waiting += fresh
        return max(0.0, weakest)
