"""SVG as text: elements with their attributes, everything that is not an element escaped."""

from __future__ import annotations

from html import escape


class Svg(str):
    """Text that is well-formed SVG already."""

    __slots__ = ()

    def __html__(self) -> str:
        """For templates that escape: this is markup."""
        return str(self)

    def _repr_svg_(self) -> str:
        """For notebooks: the picture itself."""
        return str(self)


def tag(name: str, *children: str, **attributes: object) -> Svg:
    """An element. Underscores in names of attributes stand for hyphens, one at the end is dropped; None is left out.

    A child that is no `Svg` is text and escaped, and so are values; numbers are written with at most two decimals.
    """
    words = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    ]
    inner = "".join(child if isinstance(child, Svg) else escape(child) for child in children)
    opening = f"<{name}{''.join(words)}"
    return Svg(f"{opening}>{inner}</{name}>" if inner else f"{opening}/>")


def join(*parts: str) -> Svg:
    """Elements one after the other."""
    return Svg("".join(part if isinstance(part, Svg) else escape(part) for part in parts))


def picture(width: float, height: float, title: str, *children: str, class_: str = "chart") -> Svg:
    """A whole picture with its text alternative."""
    return tag(
        "svg", tag("title", title), *children,
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_number(width)} {_number(height)}", role="img",
        aria_label=title, class_=class_,
    )  # fmt: skip


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
    return str(value)
