"""``logcost prices check`` for people: file:line, model and what is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.text import Text

from logcost.report import words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from logcost.price.check import Checked, Problem

_SHOWN: Final = 20
"""So many warnings of one kind are shown; --json has all."""


def price_check(found: Checked) -> None:
    """Errors, then warnings, each a line that an editor can open; what is too much of one kind is counted."""
    console = output.console()
    shown: Counter[str] = Counter()
    for problem in found.problems:
        if problem.severity == "warning":
            shown[problem.rule] += 1
            if shown[problem.rule] > _SHOWN:
                continue
        console.print(_line(problem), soft_wrap=True)
    for rule, number in shown.items():
        if number > _SHOWN:
            console.print(f"and {words.plural(number - _SHOWN, 'more warning')} of the kind {rule}: --json lists them.")
    warnings = sum(shown.values())
    looked = f"{words.plural(found.files, 'file')}, {words.plural(found.models, 'model')}, {words.plural(found.blocks, 'block')}"
    console.print(f"{looked}: {words.plural(found.errors, 'error')}, {words.plural(warnings, 'warning')}.")


def _line(problem: Problem) -> Text:
    place = f"{_short(problem.file)}:{problem.line}" if problem.line else _short(problem.file)
    model = f" {words.visible(problem.model)}:" if problem.model else ""
    text = f"{place}: {problem.severity}:{model} {words.visible(problem.message)} [{problem.rule}]"
    return Text(text, style="red" if problem.severity == "error" else "")


def _short(path: str) -> str:
    """The path as it is, or from here if it lies below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
