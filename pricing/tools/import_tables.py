"""Rebuilds the imported long tail: ``python pricing/tools/import_tables.py EVIDENCE [--write]``.

EVIDENCE holds the histories of the public price tables (``changes_*.jsonl.gz``); ``--packages`` is a site-packages folder with
genai-prices and litellm, whose data are read and whose code is not run. Prints what would change, provider by provider and model
by model, and what was not imported and why; ``--write`` then writes ``pricing/imported``. What a file holds stays: a model's new
price is a new line. ``--rebuild`` starts afresh.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

HERE: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import import_collect as collect  # noqa: E402 -- a script: its folder must be on the path first
import import_errors  # noqa: E402 -- the same
import import_history as history  # noqa: E402 -- the same
import import_names as names  # noqa: E402 -- the same
import import_write as write  # noqa: E402 -- the same
from import_evidence import LITELLM  # noqa: E402 -- the same

from logcost.price import names as lookup  # noqa: E402 -- the same
from logcost.price.book import PriceBook  # noqa: E402 -- the same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from import_evidence import Model, State
    from import_history import Price

IMPORTED: Final = HERE.parent / "imported"
JUDGED: Final = HERE / "import_judged.toml"
TABLES: Final = {
    "litellm": "https://github.com/BerriAI/litellm",
    "genai-prices": "https://github.com/pydantic/genai-prices",
    "models.dev": "https://github.com/anomalyco/models.dev",
}
_JUDGED: Final = {
    ("anthropic", "^(fast|us)/"): "a key of litellm's own for a mode or a place",
    (
        "google",
        "^gemini-(1\\.0-)?pro(-vision)?(-00.)?$",
    ): "left out of the curated file on purpose: the tables contradict each other",
    ("google", "/"): "a name of another service",
    (
        "mistral",
        "^(mistral-(tiny|small|medium|large)|devstral-small)$|-latest-",
    ): "an alias whose target moves on days that no table states",
    ("oci", r"^xai\.grok-[34]$"): "an output rate that cannot be right",
    ("openinfer", r"Qwen3\.5-9B$"): "an input rate that cannot be right",
    ("openai", "^gpt-35|[.-]ft-$|^ft:.*-$"): "no name of OpenAI's",
}
"""(provider, names) -> why they are left out."""
_FEWEST: Final = 3
"""A host of fewer models is not worth a file."""
_WANTED: Final = frozenset(
    [
        "aws.bedrock",
        "azure",
        "gcp.vertex_ai",
        "openrouter",
        "groq",
        "together",
        "fireworks",
        "cerebras",
        "deepinfra",
        "novita",
        "nebius",
        "databricks",
        "github_copilot",
        "cloudflare",
        "replicate",
        "sambanova",
        "hyperbolic",
        "nscale",
        "baseten",
        "vercel",
        "ovhcloud",
        "snowflake",
        "watsonx",
        "oci",
        "wandb",
        "huggingface",
    ]
)


@dataclass(slots=True)
class Result:
    """What an import found: prices by provider and model, what was left out by reason, and where the tables contradict."""

    prices: dict[str, dict[str, list[Price]]] = field(default_factory=lambda: defaultdict(dict))
    families: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def skip(self, model: Model, reason: str) -> None:
        """Count a model that is not imported."""
        self.skipped[reason] += 1
        self.reasons[model.provider, model.name.lower()] = reason


def curated_book() -> PriceBook:
    """The hand-made part of the book: its models are not imported."""
    return PriceBook.read(sorted((HERE.parent / "providers").glob("*.toml")), HERE.parent / "aliases.toml")


def gather(collection: collect.Collection, curated: PriceBook) -> Result:
    """The dated prices of every model that is imported."""
    result = Result(skipped=Counter(collection.skipped))
    errors = import_errors.Errors(collection.models.values(), import_errors.read_judged(JUDGED))
    for model in sorted(collection.models.values(), key=lambda one: (one.provider, one.name.lower())):
        reason = _why_not(model, curated)
        if reason:
            result.skip(model, reason)
            continue
        own = collect.without_resold(model, collection.models)
        believed = errors.sift(model, own)
        states, zeros = collect.without_placeholders(model.name, believed)
        prices = [price for price in history.prices_of(model, states) if price.offer.priced] if states else []
        if not prices:
            result.skip(model, _why_unpriced(own, believed, zeros))
            continue
        for name in sorted(model.cases):
            result.prices[model.provider][name] = prices
            result.families[model.provider, name] = {state.family for state in states}
        now = next((price.offer for price in reversed(prices) if price.start <= collection.checked), prices[0].offer)
        result.left_out.update(now.left_out)
        for state in history.disagreements(states, now, collection.checked):
            theirs, ours = _short(state.offer.stated()), _short(now.stated())
            result.disagreements.append(f"{model.provider} {model.name}: {state.family} {theirs}; taken {ours}")
    for provider in [one for one, models in result.prices.items() if _is_marginal(one, models)]:
        result.skipped["a host of fewer than three models"] += len(result.prices.pop(provider))
    result.errors = list(import_errors.told(errors))
    return result


def _why_unpriced(own: Sequence[State], believed: Sequence[State], zeros: int) -> str:
    if not own:
        return "OpenRouter's price under the maker's name"
    if not believed:
        return "an error in all that a table states"
    return "a 0 that means unknown" if zeros else "seen for less than 45 days in one table"


def _why_not(model: Model, curated: PriceBook) -> str | None:
    if names.file_stem(model.provider) is None:
        return "a provider's name that is no name"
    if '"' in model.name or "\\" in model.name or not model.name.strip():
        return "a model's name that is no name"
    judged = (
        reason for (provider, pattern), reason in _JUDGED.items() if provider == model.provider and re.search(pattern, model.name)
    )
    return next(judged, None) or (_why_not_beside(model, curated) if model.provider in curated.providers else None)


def _why_not_beside(model: Model, curated: PriceBook) -> str | None:
    """Of a provider with a curated file only what that file does not have, and did not leave out on purpose."""

    def known(name: str) -> bool:
        return bool(lookup.resolve(curated, model.provider, name).stands)

    if known(model.name):
        return "in the curated file"
    if LITELLM not in model.families and any(known(name) for name in model.spelled):
        return "a spelling of genai-prices' own for a curated model"
    return "an alias whose target moves on days that no table states" if re.search(r"(^|-)latest$", model.name) else None


def _is_marginal(provider: str, models: Sequence[str] | dict[str, Any]) -> bool:
    return len(models) < _FEWEST and provider not in names.MAKERS and provider not in _WANTED


def _short(stated: dict[str, Any]) -> str:
    return " ".join(f"{item}={rate:f}" for item, rate in list(stated.items())[:4])


def build(result: Result, collection: collect.Collection, folder: Path, *, rebuild: bool) -> dict[str, write.File]:
    """Provider -> its file with the new prices in it."""
    files = {}
    existing = {path.stem for path in folder.glob("*.toml")} if not rebuild else set()
    for provider in sorted({*result.prices, *existing}):
        path = folder / f"{provider}.toml"
        file = write.File(provider) if rebuild else write.read(path, provider)
        files[provider] = file
        page = next((page for page, _ in collection.pages[provider].most_common(1)), None)
        new = list(_new(file, result.prices.get(provider, {}), collection.checked))
        rows = []
        for model, price in new:
            families = result.families[provider, model]
            table = next(one for one in ("genai-prices", "litellm", "models.dev") if one in families)
            source = "pricing" if "pricing" in file.sources or page else table
            file.sources.setdefault(source, page if source == "pricing" and page else TABLES[table])
            rows.append((model, price, source))
        result.left_out.update(write.add(file, rows, collection.checked))
    return {provider: file for provider, file in files.items() if file.lines}


def _new(file: write.File, models: dict[str, list[Price]], checked: date) -> Iterator[tuple[str, Price]]:
    """The prices that the file does not have: all of a new model, the last of one whose price changed."""
    for model, prices in models.items():
        known = file.content.get(model)
        if not known:
            yield from ((model, price) for price in prices)
            continue
        price = prices[-1]
        own, terms, _ = write.fragments(file.provider, model, price.offer)
        if _changed(known[-1], own | write.merged(terms.values())):
            start = price.start if price.start > known[-1]["from"] else checked
            yield model, replace(price, start=start, basis=price.basis if start == price.start else "noticed")


def _changed(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether anything that both state differs, or a long-context tier is gone. What is stated in addition is no new price."""
    if "long_context" in old and (write.value(old["long_context"]) != write.value(new.get("long_context"))):
        return True
    pairs = [(old.get(part, {}), new.get(part, {})) for part in ("rates", "fees", "modes", "regions")]
    return any(write.value(was[key]) != write.value(now[key]) for was, now in pairs for key in was.keys() & now.keys())


def difference(before: dict[str, write.File], after: dict[str, write.File]) -> Iterator[str]:
    """One line for every model that is new, gone, or has another price, with its rates and the day."""
    for provider in sorted({*before, *after}):
        old = before[provider].content if provider in before else {}
        new = after[provider].content if provider in after else {}
        for model in sorted({*old, *new}):
            was = sorted((str(one["from"]), _plain(one)) for one in old.get(model, ()))
            now = sorted((str(one["from"]), _plain(one)) for one in new.get(model, ()))
            if was == now:
                continue
            sign = "+" if not was else "-" if not now else "~"
            gone = [f"{rates} from {day}" for day, rates in was if (day, rates) not in now]
            come = [f"{rates} from {day}" for day, rates in now if (day, rates) not in was]
            yield f"{sign} {provider} {model}: {'; '.join(gone)}{' -> ' if gone and come else ''}{'; '.join(come)}"


def _plain(block: dict[str, Any]) -> str:
    said = {**{meter: str(rate) for meter, rate in block.get("rates", {}).items()}}
    said |= {unit: str(fee["usd"]) for unit, fee in sorted(block.get("fees", {}).items())}
    said |= {"above": str(len(block["long_context"]))} if "long_context" in block else {}
    return " ".join(f"{key}={Decimal(rate):f}" for key, rate in said.items())


def made_from(packages: Path) -> str:
    """The versions of the installed tables."""
    found = {
        dist.metadata["Name"].lower().replace("_", "-"): dist.version for dist in metadata.distributions(path=[str(packages)])
    }
    return f"genai-prices {found['genai-prices']} and litellm {found['litellm']}, with their histories, models.dev and tokencost"


def main() -> None:
    """Show the difference and the summary; with ``--write`` write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evidence", type=Path)
    parser.add_argument("--packages", type=Path, default=Path(metadata.__file__).parents[1] / "site-packages")
    parser.add_argument("--checked", type=date.fromisoformat, required=True, help="the day of the packages")
    parser.add_argument("--folder", type=Path, default=IMPORTED)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rebuild", action="store_true")
    options = parser.parse_args()
    before, after, result = imported(options.evidence, options.packages, options.checked, options.folder, rebuild=options.rebuild)
    for line in (*difference(before, after), *summary(result, after)):
        print(line)  # noqa: T201 -- a script's result
    if options.write:
        save(options.folder, after, made_from(options.packages))


def imported(
    evidence: Path, packages: Path, checked: date, folder: Path, *, rebuild: bool
) -> tuple[dict[str, write.File], dict[str, write.File], Result]:
    """The files as they are and as they become, and what the import found."""
    collection = collect.Collection(evidence, packages, checked)
    result = gather(collection, curated_book())
    before = {path.stem: write.read(path, path.stem) for path in sorted(folder.glob("*.toml"))}
    return before, build(result, collection, folder, rebuild=rebuild), result


def save(folder: Path, files: dict[str, write.File], made: str) -> None:
    """Writes the files; one that has no price any more goes."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.toml"):
        if path.stem not in files:
            path.unlink()
    for provider, file in files.items():
        (folder / f"{provider}.toml").write_text(write.text(file, made), encoding="utf-8")


def summary(result: Result, files: dict[str, write.File]) -> Iterator[str]:
    """Counts by provider, what was not imported and why, and where the tables contradict each other."""
    yield "\nModels and prices by provider:"
    for provider, file in sorted(files.items(), key=lambda pair: (-len(pair[1].content), pair[0])):
        models, prices = len({name.lower() for name in file.content}), sum(map(len, file.content.values()))
        yield f"  {provider}: {models} models, {prices} prices, {len(file.lines)} lines"
    models = sum(len({name.lower() for name in file.content}) for file in files.values())
    yield f"  all: {models} models of {len(files)} providers"
    yield "\nEntries not imported:"
    yield from (f"  {count} {reason}" for reason, count in result.skipped.most_common())
    yield "\nParts of imported entries left out:"
    yield from (f"  {count} {reason}" for reason, count in result.left_out.most_common())
    yield from result.errors
    yield f"\nTables contradict each other today ({len(result.disagreements)}):"
    yield from (f"  {line}" for line in result.disagreements)


if __name__ == "__main__":
    main()
