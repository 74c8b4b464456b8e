"""Pages of the documentation that are written by the code they describe. ``make docs`` writes them, a test compares them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from logcost import schema
from tests.docs import format_pages, price_pages
from tests.docs.format_pages import GENERATED
from tests.packaging import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SCHEMA: Final = """\
Version {version}. The ledger is one DuckDB file; `logcost sql` reads it with these names. Token counts are inclusive: a count
that is *part of* another is contained in it. Empty (NULL) means unknown, which is not the same as 0. A file of the format
`logcost.usage` has the columns of `usage_record` up to `dedup_key`."""
_COMMANDS: Final = """\
Data goes to stdout, progress and remarks to stderr. Exit codes: 0 done, 1 fault, 2 wrong use, 3 a gate failed, 4 nothing
readable, 130 interrupted, 143 terminated. A command that is given PATHs reads just those; without, it reads the stored ledger."""
_TABLES: Final = {
    "usage_record": "One call, or one row of an export that sums calls over a period.",
    "source_file": "One file that was read.",
    "reject": "One record that could not be read. Its content is never kept.",
    "invoice_line": "One line of an invoice or cost export.",
}


def schema_page() -> str:
    """``docs/schema.md``: tables and columns of the ledger."""
    parts = [
        "# The ledger's tables",
        GENERATED,
        _SCHEMA.format(version=schema.VERSION),
    ]
    for name, columns in schema.TABLES.items():
        rows = [f"| `{c.name}` | {c.sql_type} | {'yes' if c.required else ''} | {c.doc} |" for c in columns]
        parts += [
            f"## {name}",
            _TABLES[name],
            "\n".join(["| column | type | always there | meaning |", "|---|---|---|---|", *rows]),
        ]
    return "\n\n".join(parts) + "\n"


def commands_page() -> str:
    """``docs/commands.md``: every command with its options, from the help texts."""
    parts = [
        "# Commands",
        GENERATED,
        _COMMANDS,
    ]
    for name, command in commands():
        parts += [f"## {name}", *_command(command)]
    return "\n\n".join(parts) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Full name and command, groups opened, in the order of ``logcost --help``."""
    import typer.main

    from logcost.cli.app import app

    yield from _opened("logcost", typer.main.get_command(app))


def _opened(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    members = getattr(command, "commands", None)
    if members is None:
        yield name, command
        return
    for member, inner in members.items():
        yield from _opened(f"{name} {member}", inner)


def _command(command: Any) -> Iterator[str]:
    text, _, examples = (command.help or "").partition("\b")
    yield " ".join(text.split())
    lines = [line.strip() for line in examples.splitlines() if line.strip().startswith("logcost ")]
    if lines:
        yield "\n".join(["```sh", *lines, "```"])
    options = [_option(parameter) for parameter in command.params if not parameter.hidden]
    yield "\n".join(["| argument or option | meaning |", "|---|---|", *options])


def _option(parameter: Any) -> str:
    named = parameter.param_type_name == "option"
    names = [*parameter.opts, *parameter.secondary_opts] if named else [parameter.metavar or parameter.name.upper()]
    value = f" {parameter.metavar}" if named and parameter.metavar else ""
    meaning = " ".join((parameter.help or "").split()).replace("|", r"\|")
    return f"| {', '.join(f'`{name}{value}`' for name in names)} | {meaning} |"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/schema.md": schema_page,
    "docs/commands.md": commands_page,
    **format_pages.pages(),
    **price_pages.pages(),
}


def links(text: str) -> Iterator[str]:
    """Targets of the Markdown links and images of a page."""
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(text: str) -> set[str]:
    """Addresses of the headings of a page, as code hosts make them."""
    headings = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shell_lines(text: str) -> Iterator[str]:
    """Lines of the code blocks marked as shell."""
    for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, flags=re.DOTALL):
        yield from (line.removeprefix("$ ").strip() for line in block.splitlines())


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        path = tree.ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
