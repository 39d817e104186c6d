"""Pieces of an SVG drawing: elements with escaped text, and scales from values to places."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

Scale = Callable[[float], float]

EMPTY = Markup("")


def element(tag: str, *children: str | Markup, **attributes: float | str) -> Markup:
    """Build one element; every text in it is escaped.

    Args:
        tag: The element's name.
        children: Text, which is escaped, or elements, which are kept.
        attributes: Attributes, with ``_`` for ``-`` (``class_`` for ``class``). Numbers are rounded
            to two decimals, so that equal input gives equal bytes.

    Returns:
        The element as safe markup.

    Example:
        >>> print(element("text", "a < b", x=1.23456, text_anchor="end"))
        <text x="1.23" text-anchor="end">a &lt; b</text>
    """
    written = EMPTY.join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), place(value))
        for name, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(tag, written, EMPTY.join(children))


def drawing(
    children: Iterable[Markup], *, width: float, height: float, label: str, class_: str
) -> Markup:
    """Wrap elements into a drawing that scales with the page.

    Args:
        children: The elements, in drawing order.
        width: Width of the view box.
        height: Height of the view box.
        label: What the drawing says, for those who do not see it.
        class_: Its class in the stylesheet.
    """
    return element(
        "svg",
        *children,
        class_=f"figure {class_}",
        viewBox=f"0 0 {place(width)} {place(height)}",
        role="img",
        aria_label=label,
    )


def place(value: float | str) -> str:
    """Write a number with at most two decimals; text stays as it is."""
    if isinstance(value, str):
        return value
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")


def linear(domain: tuple[float, float], target: tuple[float, float]) -> Scale:
    """Map ``domain`` to ``target``; values outside are held at its ends.

    Args:
        domain: The lowest and the highest value; when equal, all values map to the middle.
        target: The places of the lowest and the highest value.
    """
    (low, high), (start, end) = domain, target

    def scale(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return start + (end - start) * min(max(share, 0.0), 1.0)

    return scale
