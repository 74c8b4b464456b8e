"""How often the search for bad days finds one, and how often it cries wolf: ``python benchmarks/bad_days.py [MONTHS]``.

Months of 31 days with a weekly rhythm and log-normal noise; in each, the 17th is tried at its usual spend and at 2.5 times it.
"""

from __future__ import annotations

import math
import random
import sys
from datetime import date, timedelta

from logcost.analyse.anomalies import Spend, find_anomalies

WEEK = (100, 110, 105, 100, 95, 30, 20)
BAD_DAY = 16
FACTOR = 2.5
START = date(2026, 10, 1)


def listed(amounts: list[float]) -> list[int]:
    """Positions of the days that are listed."""
    spend = [Spend(START + timedelta(i), "w", "m", round(amount * 10**15)) for i, amount in enumerate(amounts)]
    return [(anomaly.day - START).days for anomaly in find_anomalies(spend)]


def main() -> None:
    """Print one line for each level of noise."""
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for noise in (0.05, 0.1, 0.2, 0.3):
        draw = random.Random(1)  # noqa: S311 -- a seeded simulation
        hits = alarms = 0
        for _ in range(months):
            usual = [WEEK[i % 7] * math.exp(draw.gauss(0, noise)) for i in range(31)]
            alarms += bool(listed(usual))
            hits += BAD_DAY in listed([amount * (FACTOR if i == BAD_DAY else 1) for i, amount in enumerate(usual)])
        print(f"noise {noise:.0%}: bad day found in {hits / months:.1%}, false alarm in {alarms / months:.1%} of {months} months")


if __name__ == "__main__":
    main()
