"""Which colour class a model has: the hue is its maker, the lightness its rank (largest spend first, darkest first).

One assignment a report, so that a model looks the same in every picture and table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

MODELS_SHOWN: Final = 7
REST: Final = "rest"
_SHADES: Final = {"a": 4, "o": 4, "g": 3, "x": 6}
"""Shades the style sheet has for each hue: Anthropic, OpenAI, Google, everyone else."""

_FAMILIES: Final = (
    ("a", ("claude",)),
    ("o", ("gpt", "chatgpt", "o1", "o3", "o4", "davinci", "text-embedding", "codex", "dall-e", "whisper", "tts")),
    ("g", ("gemini", "gemma", "imagen", "veo", "palm", "bison")),
)
_PROVIDERS: Final = {"anthropic": "a", "openai": "o", "azure.ai.openai": "o"}


def hue(model: str, provider: str | None = None) -> str:
    """Hue letter of a model: by provider where that says it, else by the maker's name inside the model's name."""
    if provider in _PROVIDERS:
        return _PROVIDERS[provider]
    if provider is not None and provider.startswith("gcp.gem"):
        return "g"
    name = model.lower().rsplit("/", 1)[-1]
    parts = [name, *name.split(".")]
    return next((letter for letter, heads in _FAMILIES if any(part.startswith(heads) for part in parts)), "x")


def assign(spend: Iterable[tuple[str | None, Decimal]], providers: Mapping[str | None, str | None]) -> dict[str | None, str]:
    """Class of every model, given (model, spend) pairs: at most seven have their own, the others share ``rest``."""
    ranked = sorted(spend, key=lambda pair: (-pair[1], pair[0] or ""))
    used = dict.fromkeys(_SHADES, 0)
    classes: dict[str | None, str] = {}
    for model, amount in ranked:
        letter = hue(model, providers.get(model)) if model is not None else "x"
        own = amount > 0 and sum(used.values()) < MODELS_SHOWN and used[letter] < _SHADES[letter]
        used[letter] += own
        classes[model] = f"{letter}{used[letter]}" if own else REST
    return classes
