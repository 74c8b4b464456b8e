"""The report as one HTML file: no request when opened, readable without scripting, a content policy with hashes."""

from __future__ import annotations

import base64
import hashlib
import json as standard
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from logcost import resources
from logcost.report import json, money
from logcost.report.view import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logcost.report.model import ReportModel

LISTS_EMBEDDED: Final = 200
"""Longest list of the embedded model; ``logcost report --json`` has all."""


def render(model: ReportModel) -> str:
    """The whole file as text; the same model gives the same bytes."""
    view = page.view(model)
    style = _style(view.title)
    script = _script()
    return (
        _environment()
        .get_template("base.html")
        .render(
            page=view,
            style=Markup(style),  # noqa: S704 -- our own file; the one inserted name is escaped for CSS
            script=Markup(script),  # noqa: S704 -- our own file
            policy=content_policy(style, script),
            data=embedded(json.document(model, limit=LISTS_EMBEDDED)),
        )
    )


def content_policy(style: str, script: str) -> str:
    """Nothing may load; exactly this style and this script may run."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def embedded(document: Mapping[str, object]) -> Markup:
    """JSON for a ``script`` element: ``<``, ``>`` and ``&`` as escapes, so that no text in it can end the element."""
    text = standard.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 -- the signs that mean something in HTML are escaped above


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _style(title: str) -> str:
    """The style sheet with the running foot of the print in its place, as a CSS string."""
    quoted = "".join(c if c.isalnum() or c in " ,.-·()" else f"\\{ord(c):x} " for c in title)
    return _packed(resources.text("reports", "assets", "report.css")).replace("@TITLE@", quoted)


@cache
def _packed(style: str) -> str:
    """Our style sheet without comments and the spaces that only people need; spaces between selectors stay."""
    bare = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"(?<=[{};,]) |;? ?(?=})| (?={)|(?<=:) (?=\S)", "", re.sub(r"\s+", " ", bare)).strip()


@cache
def _script() -> str:
    """Our script without its indent."""
    return re.sub(r"^ +", "", resources.text("reports", "assets", "report.js"), flags=re.MULTILINE)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: resources.text("reports", *name.split("/"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["minus"] = money.MINUS
    return environment
