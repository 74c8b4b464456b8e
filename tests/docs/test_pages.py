"""The documentation exists, says what the code does, and its links lead somewhere."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.docs import pages
from tests.packaging import tree

MARKDOWN = [path for path in tree.files() if path.suffix == ".md"]
COMMANDS = dict(pages.commands())


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (tree.ROOT / name).read_text(encoding="utf-8") == pages.PAGES[name](), "write it anew with: make docs"


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_links_lead_to_files_and_headings_that_exist(path: str) -> None:
    page = tree.ROOT / path
    for target in pages.links(page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, heading = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        assert not heading or heading in pages.anchors(linked.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_and_option_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.help.strip()
    assert [parameter.name for parameter in command.params if not (parameter.help or "").strip()] == []


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"`{name}" in (tree.ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_commands_shown_in_the_documentation_exist_with_their_options(path: str) -> None:
    for line in pages.shell_lines((tree.ROOT / path).read_text(encoding="utf-8")):
        words = shlex.split(line, comments=True)
        if words[:1] != ["logcost"]:
            continue
        # 'show' may be left out.
        spellings = (words[:3], words[:2], [*words[:2], "show"])
        name = next((" ".join(one) for one in spellings if " ".join(one) in COMMANDS), None)
        if name is None:
            assert words[1].startswith("-"), line
            continue
        known = {option for parameter in COMMANDS[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
        used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert used <= known | {"--help"}, line


def test_make_targets_shown_in_the_documentation_exist() -> None:
    makefile = (tree.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    for path in MARKDOWN:
        used = re.findall(r"`make ([a-z]+)", (tree.ROOT / path).read_text(encoding="utf-8"))
        assert set(used) <= targets, path


def test_decisions_are_numbered_without_gaps_and_have_the_three_parts() -> None:
    decisions = sorted((tree.ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:3]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert [part for part in ("## Context", "## Decision", "## Consequence") if part not in text] == [], path.name


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    reasons = (tree.ROOT / "docs" / "decisions" / "002-dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[<>=\[ ]", requirement)[0] for requirement in wanted]
    assert [name for name in names if f"| {name} |" not in reasons] == []


def test_the_changelog_names_the_version_in_work() -> None:
    changelog = (tree.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.startswith("# Changelog")
    assert re.search(r"^## (Unreleased|\d+\.\d+\.\d+)", changelog, flags=re.MULTILINE)
