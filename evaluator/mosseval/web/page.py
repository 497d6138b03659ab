"""Pages from templates: every value is escaped, every steering character shown, and the policy fits what is inline."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mosseval.web import text
from mosseval.web.policy import policy

LOOK, THEME = "look.css", "theme.js"


def templates(*packages: str) -> Environment:
    """The templates in the folder `templates` of a package, and of others (of this one last) that have what it has not.

    A value that is a string goes through `text.shown` and is escaped; one that is `Markup` is ours and stands as it
    is. A name that a template misspells is an error.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in (*packages, __package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["name"] = text.name
    made.filters["thousands"] = "{:,}".format
    return made


def asset(name: str, package: str = "mosseval.web") -> str:
    """A style sheet or script from the folder `assets` of a package."""
    return files(package).joinpath("assets", name).read_text(encoding="utf-8")


def whole_page(
    environment: Environment,
    template: str,
    values: Mapping[str, Any],
    *,
    styles: tuple[str, ...],
    scripts: tuple[str, ...],
    loads: bool = False,
) -> str:
    """A page that stands alone. The template finds `policy`, `style` and `scripts` for its head beside the values.

    `styles` become one `<style>`; each of `scripts` is an element of its own, and with `loads` may add further ones.
    Raises ValueError where the page holds what its policy would refuse.
    """
    style = "\n".join(styles)
    page = environment.get_template(template).render(
        **values,
        policy=policy(scripts=scripts, styles=(style,), loads=loads),
        style=Markup(style),  # noqa: S704 - from our own package
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - from our own package
    )
    _check(style, scripts)
    return page


def _finalized(value: object) -> object:
    return text.shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _check(style: str, scripts: tuple[str, ...]) -> None:
    """What would end its own element early, or be read with other line ends than were hashed."""
    for inline in (style, *scripts):
        if "</" in inline or "<!--" in inline or "\r" in inline:
            raise ValueError("an inline style or script holds '</', '<!--' or a carriage return")
