"""Reads the price tables of other packages as data: none of their code is run, and nothing is fetched.

litellm ships a JSON file; genai-prices a Python module that is one literal of constructors, of which the syntax tree is read.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from logcost.errors import UnreadableFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Package = Literal["genai-prices", "litellm"]
PACKAGES: Final[tuple[Package, ...]] = ("genai-prices", "litellm")
_FILES: Final[dict[str, str]] = {
    "genai-prices": "genai_prices/data.py",
    "litellm": "litellm/model_prices_and_context_window_backup.json",
}
_EXACT: Final = Context(prec=12)
"""Enough for any price: what a binary float adds behind that is noise of whoever wrote the table."""
_METERS: Final = {
    "litellm": {
        "input_cost_per_token": "input",
        "output_cost_per_token": "output",
        "cache_read_input_token_cost": "cache_read",
    },
    "genai-prices": {"input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cache_read"},
}
_PROVIDERS: Final = {
    "aws": "aws.bedrock",
    "azure_ai": "azure",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "github-copilot": "github_copilot",
    "meta_llama": "meta",
    "moonshotai": "moonshot",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vercel_ai_gateway": "vercel",
    "voyageai": "voyage",
    "x-ai": "xai",
}
"""How the packages write our providers; others have the same name."""
_NOT_BY_TOKEN: Final = frozenset({"chatgpt", "microsoft_365_copilot", "ollama", "lemonade", "openai-decisions"})
"""Subscriptions, and what runs on the user's machine."""
_SIZES: Final = re.compile(r"(^|/)(\d+-x-\d+|max-x-max)/|/\d+-steps/|/\d+-month-commitment/")
"""Keys of litellm for pictures by size and for reserved capacity, which are no names of models."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a package asks for one model: USD per million tokens of input, output and cached input, in the standard mode."""

    provider: str
    model: str
    rates: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Table:
    """The prices of one package. ``version`` is empty where only a file was named."""

    package: Package
    version: str
    path: str
    models: tuple[Theirs, ...]


def read(package: Package | None, path: Path | None, at: datetime) -> Table:
    """The table of a package that is installed, or lies in ``path``: a site-packages folder, or the table's own file.

    Without ``package`` the first that is found. ``at``: the day of which prices are told, where the table has several.
    Raises ``UsageError`` where there is none, ``UnreadableFileError`` for one that cannot be read.
    """
    found, file, version = _find(package, path)
    try:
        text = file.read_text(encoding="utf-8")
        models = tuple(_litellm(text) if found == "litellm" else _genai(text, at.date()))
    except (OSError, ValueError, ArithmeticError, SyntaxError, LookupError, TypeError, AttributeError) as error:
        what = f"This is no table of {found}, or one of a new kind ({type(error).__name__})."
        raise UnreadableFileError(what, path=str(file), remedy="Name another version with --path.") from None
    return Table(found, version, str(file), models)


def _find(package: Package | None, path: Path | None) -> tuple[Package, Path, str]:
    wanted = (package,) if package else PACKAGES
    if path is not None and path.is_file():
        kind: Package = package or ("genai-prices" if path.suffix == ".py" else "litellm")
        return kind, path, ""
    for one in wanted:
        where = _distribution(one, path)
        if where is not None and where[0].is_file():
            return one, *where
    place = f"in {path}" if path else "installed beside logcost"
    names = " or ".join(wanted)
    raise UsageError(f"{names} is not {place}.", remedy="Install it, or name its site-packages folder or table with --path.")


def _distribution(package: Package, folder: Path | None) -> tuple[Path, str] | None:
    """The table of an installed package and the version; also of a folder that has the package without its metadata."""
    every = metadata.distributions(name=package) if folder is None else metadata.distributions(name=package, path=[str(folder)])
    for one in every:
        return Path(str(one.locate_file(_FILES[package]))), one.version
    if folder is not None and (folder / _FILES[package]).is_file():
        return folder / _FILES[package], ""
    return None


def _number(value: object) -> Decimal:
    return _EXACT.create_decimal(str(value))


def _litellm(text: str) -> Iterator[Theirs]:
    table = json.loads(text, parse_float=Decimal)
    for key, entry in table.items():
        provider = str(entry.get("litellm_provider") or "") if isinstance(entry, dict) else ""
        if not provider or provider in _NOT_BY_TOKEN or _SIZES.search(key) or key == "sample_spec":
            continue
        rates = {meter: _number(entry[name]) * 10**6 for name, meter in _METERS["litellm"].items() if entry.get(name)}
        ours = "gcp.vertex_ai" if provider.startswith("vertex_ai") else _PROVIDERS.get(provider, provider)
        if rates:
            yield Theirs(ours, _unwrapped(key, provider), {meter: rate.normalize() for meter, rate in rates.items()})


def _unwrapped(key: str, provider: str) -> str:
    """A name without the prefix that litellm's own library puts before it."""
    for prefix in dict.fromkeys((provider, provider.partition("-")[0], "vertex_ai", "azure", "bedrock")):
        if key.startswith(f"{prefix}/") and (prefix == provider or provider.startswith((prefix, "text-completion"))):
            return key.removeprefix(f"{prefix}/")
    return key


def _genai(text: str, at: date) -> Iterator[Theirs]:
    """Every model under its own id, if the package finds it under that, and under each name that is spelled out."""
    for provider in genai_providers(text):
        for model in provider["models"]:
            prices = _on(model["prices"], at)
            meters = _METERS["genai-prices"]
            rates = {meters[name]: _base(value) for name, value in prices.items() if name in meters and value is not None}
            for name in dict.fromkeys(_spelled(model)) if rates else ():
                if not name.startswith("regional."):  # a name of their own for several regions
                    yield Theirs(*_place(provider["id"], name), rates)


def _place(provider: str, name: str) -> tuple[str, str]:
    """Our provider and the provider's own name for a model of genai-prices."""
    if provider.startswith("huggingface_"):
        return "huggingface", f"{name}:{provider.removeprefix('huggingface_')}"
    if provider == "fireworks" and "/" not in name:
        return provider, f"accounts/fireworks/models/{name}"
    return _PROVIDERS.get(provider, provider), name


def genai_providers(text: str) -> list[dict[str, Any]]:
    """All that the module of genai-prices states: its constructors as dicts, with their name as ``is``. Nothing is run.

    Raises ``SyntaxError``, or ``ValueError`` or ``LookupError`` for a module that is not one literal.
    """
    body = ast.parse(text).body
    values = [node.value for node in body if isinstance(node, ast.AnnAssign | ast.Assign) and _names(node)]
    return _literal(values[0])  # type: ignore[no-any-return]  # the file decides


def _names(node: ast.AnnAssign | ast.Assign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id == "providers" for target in targets) and node.value is not None


def _literal(node: Any) -> Any:
    """A literal in which constructors become dicts of their keywords. Raises ``ValueError`` for anything that would be run."""
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {_literal(key): _literal(value) for key, value in zip(node.keys, node.values, strict=True)}
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "Decimal":
        return Decimal(ast.literal_eval(node.args[0]))
    if name == "date":
        return date(*(ast.literal_eval(one) for one in node.args))
    return {"is": name} | {word.arg: _literal(word.value) for word in node.keywords if word.arg and word.arg != "tzinfo"}


def _on(prices: Any, at: date) -> dict[str, Any]:
    """The prices of a day outside of hours of their own: the last of those that have begun."""
    listed = prices if isinstance(prices, list) else [{"prices": prices}]
    plain = [one for one in listed if (one.get("constraint") or {}).get("is") in {None, "StartDateConstraint"}]
    begun = [one for one in plain if not one.get("constraint") or one["constraint"]["start_date"] <= at]
    found: dict[str, Any] = (begun or listed)[-1]["prices"]
    return found


def _base(price: Any) -> Decimal:
    return _number(price["base"] if isinstance(price, dict) else price).normalize()


def _spelled(model: dict[str, Any]) -> Iterator[str]:
    clause = model["match"]
    parts = clause["or_"] if clause["is"] == "ClauseOr" else [clause]
    spelled = [part["equals"] for part in parts if part["is"] == "ClauseEquals"]
    broad = any(part["is"] in {"ClauseStartsWith", "ClauseContains", "ClauseRegex"} for part in parts)
    if broad or model["id"].lower() in (name.lower() for name in spelled):
        yield model["id"]
    yield from (name for name in spelled if name != model["id"].lower())
