"""Whose prices a table states, and by which name: the tables' providers and names of models in terms of the price book.

A name is the one that the provider uses itself; the prefixes of client libraries (``azure/``, ``fireworks_ai/``) are taken off.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

MAKERS: Final = frozenset(
    [
        "abliteration",
        "ai21",
        "aleph_alpha",
        "alibaba",
        "amazon_nova",
        "anthropic",
        "arcee",
        "assemblyai",
        "black_forest_labs",
        "cognition",
        "cohere",
        "cursor",
        "deepgram",
        "deepseek",
        "elevenlabs",
        "gigachat",
        "google",
        "inception",
        "meta",
        "minimax",
        "mistral",
        "moonshot",
        "morph",
        "openai",
        "palm",
        "perplexity",
        "recraft",
        "runwayml",
        "sarvam",
        "soniox",
        "stability",
        "stepfun",
        "tencent",
        "typesafe",
        "upstage",
        "v0",
        "volcengine",
        "voyage",
        "xai",
        "xiaomi",
        "zai",
        "zhipuai",
    ]
)
"""Providers that sell their own models; all others sell those of others."""

TITLES: Final = {
    "aws.bedrock": "Amazon Bedrock",
    "azure": "Azure OpenAI and AI Foundry",
    "gcp.vertex_ai": "Google Vertex AI",
    "github_copilot": "GitHub Copilot, usage billed by token",
    "huggingface": "Hugging Face inference providers",
    "google": "Gemini API",
    "openai": "OpenAI API",
    "alibaba": "Alibaba Cloud Model Studio (Qwen)",
    "cloudflare": "Cloudflare Workers AI",
    "xai": "xAI API",
    "oci": "Oracle Cloud Infrastructure",
    "zai": "Z.AI API",
    "vercel": "Vercel AI Gateway",
}

_LITELLM: Final = {
    "azure_ai": "azure",
    "azure_anthropic": "azure",
    "azure_text": "azure",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "bedrock_mantle": "aws.bedrock",
    "bigmodel": "zhipuai",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "fal_ai": "fal",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "gemini": "google",
    "jina_ai": "jina",
    "lambda_ai": "lambda",
    "meta_llama": "meta",
    "text-completion-codestral": "mistral",
    "text-completion-inception": "inception",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vercel_ai_gateway": "vercel",
    "xiaomi_mimo": "xiaomi",
}
_GENAI: Final = {
    "aws": "aws.bedrock",
    "github-copilot": "github_copilot",
    "moonshotai": "moonshot",
    "voyageai": "voyage",
    "x-ai": "xai",
    "x": "xai",
}
_MODELSDEV: Final = {
    "amazon-bedrock": "aws.bedrock",
    "azure-cognitive-services": "azure",
    "cloudflare-workers-ai": "cloudflare",
    "fireworks-ai": "fireworks",
    "friendli": "friendliai",
    "github-copilot": "github_copilot",
    "gmicloud": "gmi",
    "google-vertex": "gcp.vertex_ai",
    "google-vertex-anthropic": "gcp.vertex_ai",
    "llama": "meta",
    "moonshotai": "moonshot",
    "nova": "amazon_nova",
    "novita-ai": "novita",
    "snowflake-cortex": "snowflake",
    "togetherai": "together",
}
SKIPPED: Final = {
    "chatgpt": "a subscription, no price per token",
    "github_copilot": "a subscription in litellm, no price per token",
    "microsoft_365_copilot": "a subscription, no price per token",
    "lemonade": "runs on the user's machine",
    "ollama": "runs on the user's machine",
    "openai-decisions": "another service under names of OpenAI's models",
}
"""Providers of the tables whose entries are no prices of ours, with the reason."""

_CLASSES: Final = re.compile(r"^(fireworks-ai-|together-ai-)")
"""Names of price classes by size, which no log has."""

_PREFIXES: Final = {
    "aws.bedrock": r"^(bedrock_converse/|bedrock_mantle/|bedrock/)+(invoke/|converse/)?",
    "azure": r"^(azure_ai|azure_text|azure_anthropic|azure)/",
    "gcp.vertex_ai": r"^vertex_ai/",
    "fireworks": r"^fireworks_ai/",
    "google": r"^gemini/",
    "alibaba": r"^dashscope/",
    "mistral": r"^(text-completion-codestral|codestral|mistral)/",
    "openai": r"^openai/",
    "amazon_nova": r"^amazon[-_]nova/",
    "meta": r"^(meta_llama|meta)/",
    "inception": r"^(text-completion-inception|inception)/",
}
_ON_VERTEX: Final = re.compile(r"^(claude|llama|meta/|mistral|codestral|jamba|deepseek|qwen|kimi|glm|grok|gpt-oss|minimax)")
"""Models of others, which genai-prices files under Google."""

_HUGGINGFACE: Final = "huggingface_"
_SIZES: Final = re.compile(r"(^|/)(\d+-x-\d+|max-x-max)/|/\d+-steps/")
_COMMITMENT: Final = re.compile(r"/\d+-month-commitment/")


def of_litellm(provider: str, key: str) -> tuple[str, str] | str:
    """(our provider, model) of an entry of litellm or tokencost; a string is the reason for which it is none."""
    if provider in SKIPPED:
        return SKIPPED[provider]
    if key.rpartition("/")[2] == "container":
        return "a container's price, no model"
    if _CLASSES.match(key):
        return "a price class by size, no model"
    if _COMMITMENT.search(key):
        return "provisioned throughput by the second, no price per token"
    ours = "gcp.vertex_ai" if provider.startswith("vertex_ai") else _LITELLM.get(provider, provider)
    prefix = _PREFIXES.get(ours) or f"^{re.escape(provider)}/"
    if ours == "huggingface" or provider in {"?", "custom", "nlp_cloud", "sample_spec"}:
        return "no provider is named"
    return (ours, re.sub(prefix, "", key)) if not _SIZES.search(key) else "an image's price by its size and steps, in the name"


def of_genai(provider: str, model: str) -> tuple[str, str] | str:
    """(our provider, model) of an entry of genai-prices; a string is the reason for which it is none."""
    if provider in SKIPPED and provider != "github_copilot":
        return SKIPPED[provider]
    if provider.startswith(_HUGGINGFACE):
        if model.endswith("-fast"):
            return "a name that genai-prices adds of its own"
        return "huggingface", f"{model}:{provider.removeprefix(_HUGGINGFACE)}"
    if model.startswith("regional."):
        return "a made-up name for several regions"
    if provider == "google" and (_ON_VERTEX.match(model) or model.endswith("-maas")):
        return "gcp.vertex_ai", model
    whole = f"accounts/fireworks/models/{model}" if provider == "fireworks" and "/" not in model else model
    return _GENAI.get(provider, provider), whole.removeprefix("x-ai/") if provider == "x-ai" else whole


def of_modelsdev(provider: str, model: str) -> tuple[str, str]:
    """(our provider, model) of an entry of models.dev."""
    return _MODELSDEV.get(provider, provider), unquote(model)


def genai_providers(ours: str, model: str) -> list[str]:
    """The providers of genai-prices in which a model of ours would be found."""
    if ours == "gcp.vertex_ai":
        return ["google"]
    if ours == "huggingface":
        return [_HUGGINGFACE + model.rpartition(":")[2]]
    back = {name: theirs for theirs, name in _GENAI.items() if theirs != "x"}
    return [back.get(ours, ours)]


def genai_name(ours: str, model: str) -> str:
    """The name under which genai-prices would look a model of ours up."""
    if ours == "huggingface":
        return model.rpartition(":")[0]
    return model.rpartition("/")[2] if ours == "aws.bedrock" and "/" in model else model


def title(provider: str) -> str:
    """The heading of a provider's file."""
    return TITLES.get(provider) or provider.replace("_", " ").title()


def file_stem(provider: str) -> str | None:
    """The provider's name as a file and as a word in a log, or None for a name that is neither."""
    return provider if re.fullmatch(r"[a-z0-9][a-z0-9._-]*", provider) else None
