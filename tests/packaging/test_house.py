"""House rules that no linter knows: sizes, reasons, and nothing of the machine it was written on."""

from __future__ import annotations

import ast
import re
from statistics import median

from tests.packaging import tree

MODULE_LINES = 400
FUNCTION_LINES = 50
# Put together from parts, so that this file does not hold what it forbids.
PATHS = rf"(?<![\w/.])/(?:{'work'}/|{'root'}\b|{'tmp'}/b)"
FOREIGN = re.compile(rf"{PATHS}|pypi\.{'org'}|registry\.{'npmjs'}|\bdeb\.{'debian'}")
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)$")
# ruff takes the reason after two dashes; mypy only as a comment of its own.
REASONED = re.compile(r"^(:\s*[A-Z0-9, ]+\s+-- |\[[a-z, -]+\]\s+# (-- )?)\S.{5,}$")


def test_modules_stay_small() -> None:
    lengths = {path: len((tree.ROOT / path).read_text(encoding="utf-8").splitlines()) for path in tree.python_files()}
    assert {str(path): length for path, length in lengths.items() if length > MODULE_LINES} == {}


def test_the_median_module_of_the_package_stays_readable_at_one_glance() -> None:
    lengths = [len((tree.ROOT / path).read_text(encoding="utf-8").splitlines()) for path in tree.python_files("logcost")]
    assert median(length for length in lengths if length > 1) <= 150


def test_functions_stay_small() -> None:
    long = {}
    for path in tree.python_files():
        module = ast.parse((tree.ROOT / path).read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _body_lines(node) > FUNCTION_LINES:
                long[f"{path}:{node.lineno} {node.name}"] = _body_lines(node)
    assert long == {}


def test_every_suppression_gives_its_reason() -> None:
    bare = []
    for path in tree.python_files():
        for number, line in enumerate((tree.ROOT / path).read_text(encoding="utf-8").splitlines(), start=1):
            found = SUPPRESSION.search(line)
            if found and '"' not in line[found.start() :] and not REASONED.match(found["rest"]):
                bare.append(f"{path}:{number}")
    assert bare == []


def test_nothing_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tree.files():
        try:
            text = (tree.ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path}: {match.group()}" for match in FOREIGN.finditer(text)]
    assert found == []


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code: the signature and the docstring are documentation, and long signatures are a command's options."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1
