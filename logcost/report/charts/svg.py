"""A very small SVG writer. Attribute values and text are escaped; colours are class names of the style sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable


def num(value: float) -> str:
    """A coordinate with one decimal, shortest form: ``12``, ``12.5``."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, /, *children: Markup | str, **attributes: str | float) -> Markup:
    """One element; plain strings are escaped. ``class_`` stands for ``class``, ``_`` in names for ``-`` (not in viewBox)."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{num(value) if isinstance(value, int | float) else escape(value)}"'
        for key, value in attributes.items()
    )
    if not children:
        return Markup(f"<{name}{written}/>")  # noqa: S704 -- names are ours and values are escaped above
    return Markup(f"<{name}{written}>") + join(children) + Markup(f"</{name}>")  # noqa: S704 -- the same


def join(parts: Iterable[Markup | str]) -> Markup:
    """Parts one after the other, strings escaped."""
    return Markup("").join(parts)


def rect(class_: str, x: float, y: float, width: float, height: float) -> Markup:
    """A rectangle; negative sizes become 0."""
    return element("rect", class_=class_, x=x, y=y, width=max(0.0, width), height=max(0.0, height))


def hit(x: float, y: float, width: float, height: float) -> Markup:
    """An unseen rectangle for the pointer; an open path, since there are hundreds of them and it is the shortest form."""
    return element("path", class_="hit", d=f"M{num(x)} {num(y)}v{num(height)}h{num(width)}V{num(y)}")


def line(class_: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    """A straight line."""
    return element("line", class_=class_, x1=x1, x2=x2, y1=y1, y2=y2)


def text(class_: str, x: float, y: float, content: str, anchor: str = "start") -> Markup:
    """A line of text; ``anchor`` is start, middle or end."""
    if anchor == "start":
        return element("text", content, class_=class_, x=x, y=y)
    return element("text", content, class_=class_, x=x, y=y, text_anchor=anchor)


def figure(name: str, class_: str, size: tuple[float, float], words: tuple[str, str], parts: Iterable[Markup]) -> Markup:
    """A whole picture with its title and the description that states the finding; ``name`` makes the ids unique."""
    title, description = words
    return element(
        "svg",
        element("title", title, id=f"{name}-t"),
        element("desc", description, id=f"{name}-d"),
        join(parts),
        class_=class_,
        viewBox=f"0 0 {num(size[0])} {num(size[1])}",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
    )


def decoration(class_: str, size: tuple[float, float], parts: Iterable[Markup], **attributes: str | float) -> Markup:
    """A picture that only repeats a number beside it: hidden from assistive technology."""
    return element(
        "svg", join(parts), class_=class_, viewBox=f"0 0 {num(size[0])} {num(size[1])}", aria_hidden="true", **attributes
    )
