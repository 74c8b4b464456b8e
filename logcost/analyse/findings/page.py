"""Writes ``docs/findings.md`` from the docstrings: ``python -m logcost.analyse.findings.page > docs/findings.md``."""

from __future__ import annotations

import inspect
import sys

from logcost.analyse.findings.levers import EVERY

_HEAD = """# Findings

Generated from the docstrings in `logcost/analyse/findings`; edit those, then run
`python -m logcost.analyse.findings.page > docs/findings.md`. Codes are stable for ever.

The confidence word says what a figure rests on. **Replayed**: recomputed from your own calls, their instants and prices.
**Modelled**: rests on one stated assumption. **Needs a test**: changes the model or what it reads, so answers may change. **Not
enough data**: at most a bound, nothing is claimed. Savings are for the period shown, in USD, net of write premiums.

LC101 and on are about prompt caching ([caching.md](caching.md)), LC201 and on about everything else
([savings.md](savings.md)).
"""


def page() -> str:
    """The whole page, one section a finding."""
    sections = []
    for finding in EVERY:
        # Markdown takes indented lines as an example only after an empty line.
        text = (inspect.getdoc(type(finding)) or "").replace("Bad:\n", "Bad:\n\n").replace("Good:\n", "Good:\n\n")
        sections.append(f"## {finding.code}: {finding.summary}\n\n{text}\n")
    return "\n".join([_HEAD, *sections])


if __name__ == "__main__":
    sys.stdout.write(page())
