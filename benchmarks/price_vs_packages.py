"""Calls priced a second, against genai-prices and litellm: ``python benchmarks/price_vs_packages.py PYTHON [ROWS]``.

PYTHON is the interpreter of an environment in which both packages are installed; they are no dependency of ours. All three
price calls of the same models: ours ROWS of them from a Parquet file, theirs as many as take some seconds, one function call
each (``calc_price`` and ``cost_per_token``), after a first round that warms their caches. Ours uses all cores, theirs one, so
the ratio is told by the second of time and by the second of CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import inside
from benchmarks.price_charges import MODELS, write

BAR = 500

THEIRS = """
import json, sys, time
models, calls = json.loads(sys.argv[1]), int(sys.argv[2])
names = [model for _, model in models]
def genai():
    from genai_prices import Usage, calc_price
    providers = {"openai": "openai", "anthropic": "anthropic", "gcp.gemini": "google"}
    asked = [(Usage(input_tokens=9000 + n, cache_read_tokens=4000, output_tokens=500), model, providers[provider])
             for n, (provider, model) in enumerate(models)]
    return lambda n: calc_price(asked[n][0], asked[n][1], provider_id=asked[n][2])
def litellm():
    import litellm
    return lambda n: litellm.cost_per_token(
        model=names[n], prompt_tokens=9000 + n, completion_tokens=500, cache_read_input_tokens=4000)
found = {}
for name, make in (("genai-prices", genai), ("litellm", litellm)):
    price = make()
    known = []
    for n in range(len(names)):
        try:
            price(n); known.append(n)
        except Exception:
            pass
    began, wall = time.process_time(), time.perf_counter()
    for number in range(calls):
        price(known[number % len(known)])
    found[name] = [calls / (time.perf_counter() - wall), calls / (time.process_time() - began), len(known)]
print(json.dumps(found))
"""


def main() -> None:
    """Measure all three in one run; calls per second, and how many times theirs ours are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("python")
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    given = parser.parse_args()
    theirs = [given.python, "-c", THEIRS, json.dumps(MODELS), "20000"]
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    rates = json.loads(subprocess.check_output(theirs, env=environment).splitlines()[-1])
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "calls.parquet")
        write(Path(path), given.rows)
        script = str(Path(__file__).with_name("price_vs_duckdb.py"))
        ours = inside([sys.executable, script, "--side", "ours", path])
    print(f"ours          {given.rows / ours.wall:14,.0f} calls a second, {given.rows / ours.cpu:12,.0f} a CPU second")
    for name, (rate, cpu_rate, known) in rates.items():
        times, cpu_times = given.rows / ours.wall / rate, given.rows / ours.cpu / cpu_rate
        print(f"{name:13s} {rate:14,.0f} calls a second, {cpu_rate:12,.0f} a CPU second, {known} of {len(MODELS)} models known")
        holds = "holds" if times >= BAR else "DOES NOT HOLD"
        print(f"  ours {times:,.0f} times a second (bar {BAR}: {holds}), {cpu_times:,.0f} times a CPU second")


if __name__ == "__main__":
    main()
