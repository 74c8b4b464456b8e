"""The ledger's tables, one row per column: name, DuckDB type, meaning. DDL, checks and docs/schema.md come from here.

Names are those of the OpenTelemetry GenAI conventions; token counts are inclusive as in that standard (the parts are
contained in the totals). NULL means unknown, which is not the same as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from polars import Schema

VERSION: Final = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its DuckDB type, what it means, and whether it must be there."""

    name: str
    sql_type: str
    doc: str
    required: bool = False


USAGE_RECORD: Final = (
    Column("started_at", "TIMESTAMPTZ", "Start of the call or of the bucket, UTC; NULL: the source states no time"),
    Column("ended_at", "TIMESTAMPTZ", "End of the bucket (exclusive), UTC; NULL for one call"),
    Column("grain", "VARCHAR", "request: one call; bucket: a sum over a period", required=True),
    Column("requests", "BIGINT", "Number of calls in the row; 1 for one call; NULL: the export does not say"),
    Column("provider_name", "VARCHAR", "Who was billed for the call: openai, anthropic, gcp.gemini, aws.bedrock ..."),
    Column("request_model", "VARCHAR", "Model as asked for"),
    Column("response_model", "VARCHAR", "Model that answered; NULL: not stated (an export that is not grouped by model)"),
    Column("operation_name", "VARCHAR", "chat, embeddings, image, speech, transcription, moderation ..."),
    Column("service_tier", "VARCHAR", "standard, batch, flex, priority, fast ...; NULL: not stated"),
    Column("region", "VARCHAR", "Where the call was processed as far as it changes the price: global, us, eu ..."),
    Column("long_context", "BOOLEAN", "The export itself says that the row was billed (not) above the long-context threshold"),
    Column("input_tokens", "BIGINT", "All prompt tokens: uncached, read from and written to the cache, every modality"),
    Column("cache_read_input_tokens", "BIGINT", "Part of input_tokens served from the provider's prompt cache; NULL: unknown"),
    Column("cache_read_audio_tokens", "BIGINT", "Part of cache_read_input_tokens and of input_audio_tokens: cached audio"),
    Column("cache_read_image_tokens", "BIGINT", "Part of cache_read_input_tokens and of input_image_tokens: cached images"),
    Column("cache_creation_5m_input_tokens", "BIGINT", "Part of input_tokens written to the cache for 5 minutes"),
    Column("cache_creation_30m_input_tokens", "BIGINT", "Part of input_tokens written to the cache for 30 minutes"),
    Column("cache_creation_1h_input_tokens", "BIGINT", "Part of input_tokens written to the cache for 1 hour"),
    Column("cache_creation_12h_input_tokens", "BIGINT", "Part of input_tokens written to the cache for 12 hours"),
    Column("cache_creation_unsplit_input_tokens", "BIGINT", "Part of input_tokens written to the cache, lifetime not stated"),
    Column("output_tokens", "BIGINT", "All billed output tokens, reasoning included"),
    Column("reasoning_output_tokens", "BIGINT", "Part of output_tokens spent on reasoning"),
    Column("input_audio_tokens", "BIGINT", "Part of input_tokens that is audio"),
    Column("output_audio_tokens", "BIGINT", "Part of output_tokens that is audio"),
    Column("input_image_tokens", "BIGINT", "Part of input_tokens that is images"),
    Column("input_video_tokens", "BIGINT", "Part of input_tokens that is video"),
    Column("output_image_tokens", "BIGINT", "Part of output_tokens that is images"),
    Column("web_search_requests", "BIGINT", "Searches billed per request by the provider's web search tool"),
    Column("other_units", "MAP(VARCHAR, BIGINT)", "Other billed units by meter name: images, characters, seconds, sessions ..."),
    Column("api_key_id", "VARCHAR", "Id or name of the API key, never the key itself"),
    Column("project", "VARCHAR", "Project, workspace or folder the call belongs to"),
    Column("user_id", "VARCHAR", "End user as the log names them"),
    Column("session_id", "VARCHAR", "Conversation, session or thread"),
    Column("workload", "VARCHAR", "Feature that made the call: the reader's own label"),
    Column("tags", "MAP(VARCHAR, VARCHAR)", "Other labels of the source"),
    Column("status", "VARCHAR", "ok, error, incomplete ...; NULL: not stated"),
    Column("streamed", "BOOLEAN", "The answer was streamed"),
    Column("latency_ms", "BIGINT", "Duration of the call in milliseconds"),
    Column("reported_cost", "DECIMAL(38, 15)", "Cost the log itself claims; never mixed with ours"),
    Column("reported_currency", "VARCHAR", "ISO 4217 code of reported_cost"),
    Column("cache_miss_reason", "VARCHAR", "The provider's own diagnosis of a cache miss"),
    Column("prefix_hashes", "VARCHAR[]", "Hashes of the prompt's blocks, each chained to those before it; no text"),
    Column(
        "prefix_masked_hashes",
        "VARCHAR[]",
        "The same chain with volatile tokens masked: equal here and not in prefix_hashes"
        " means equal but for ids, times and numbers",
    ),
    Column(
        "prefix_content_hashes",
        "VARCHAR[]",
        "Hash of each block by itself, not chained: tells equal blocks at other places; NULL for short parts of a conversation",
    ),
    Column("prefix_block_tokens", "BIGINT[]", "Tokens per block of prefix_hashes: one size for all, or one number a block"),
    Column("prefix_block_parts", "VARCHAR[]", "What each block is part of: tools, format, system, user, assistant, tool, other"),
    Column("prefix_marked", "BIGINT[]", "Blocks that end with an explicit cache marker, numbered from 1"),
    Column("prefix_marked_ttls", "VARCHAR[]", "Lifetime that each marker asks for: 5m, 30m, 1h ...; NULL: not stated"),
    Column("volatile_classes", "VARCHAR[]", "Class of each volatile token, in order: uuid, time, date, epoch, hex, id, number"),
    Column("volatile_positions", "BIGINT[]", "Tokens of the prompt before each of them; estimated like prefix_block_tokens"),
    Column("dedup_key", "VARCHAR", "Same key = same call, also across files; best: the provider's response id"),
    Column("duplicate_rank", "BIGINT", "Among rows of one dedup_key with equal tokens the smallest stays; NULL = 0"),
    Column("source_id", "BIGINT", "Row of source_file this came from", required=True),
    Column("source_line", "BIGINT", "Line, record or row in the source, from 1"),
)

CHARGE_COLUMNS: Final = {
    "uncached_input_tokens": "Int64",
    "cache_creation_input_tokens": "Int64",
    "input_cost_fusd": "Int128",
    "cache_read_cost_fusd": "Int128",
    "cache_write_cost_fusd": "Int128",
    "output_cost_fusd": "Int128",
    "unit_cost_fusd": "Int128",
    "list_cost_fusd": "Int128",
    "list_cost_low_fusd": "Int128",
    "list_cost_high_fusd": "Int128",
    "input_rate_fusd": "Int64",
    "cache_read_rate_fusd": "Int64",
    "cache_write_rate_fusd": "Int64",
    "output_rate_fusd": "Int64",
    "price_provider": "String",
    "price_model": "String",
    "price_id": "String",
    "price_confidence": "String",
    "unpriced_reason": "String",
}
"""Columns that ``price`` adds to a usage frame (one row per usage record, none lost), with their Polars types.

``*_cost_fusd`` are exact amounts in femto-USD (1e-15 USD); their sum is ``list_cost_fusd``. ``*_rate_fusd`` are the rates
used, femto-USD per token (``cache_write_rate_fusd``: of the shortest lifetime the model has). All are NULL when
``unpriced_reason`` is set, and ``unpriced_reason`` is NULL otherwise. ``input_cost_fusd`` is uncached input only.
``list_cost_low_fusd`` and ``list_cost_high_fusd`` are set in rows that sum calls of which some may have had another price
than others: the least and the most that they can have cost. Such a row has an ``unpriced_reason`` and no exact cost.
The two token columns need no price: they are filled whenever the row's counts are possible.
"""

SOURCE_FILE: Final = (
    Column("source_id", "BIGINT", "Number of the file in this ledger", required=True),
    Column("path", "VARCHAR", "Path as given, member of an archive after '!'", required=True),
    Column("location", "VARCHAR", "Absolute path: a newer export at the same place replaces its rows; NULL for standard input"),
    Column("format", "VARCHAR", "Name of the format that claimed the file", required=True),
    Column("on_duplicate", "VARCHAR", "Which row of one dedup_key stays: largest, first or last", required=True),
    Column("size", "BIGINT", "Bytes of the (decompressed) content read", required=True),
    Column("content_hash", "VARCHAR", "xxh3-128 of the hashes of its parts: the same file twice is a no-op", required=True),
    Column("part_hashes", "VARCHAR[]", "xxh3-128 of each whole part of 8 MiB: a grown log is read on without its old parts"),
    Column("stamp", "VARCHAR", "Size, inode and times of the file when it was read; NULL: it had just been written"),
    Column("head_bytes", "BIGINT", "Bytes at the start that head_hash covers"),
    Column("head_hash", "VARCHAR", "xxh3-128 of the start, and of shorter starts: finds a grown or rotated log again"),
    Column("resume_bytes", "BIGINT", "Offset after the last whole line: a grown log is read on from here"),
    Column("resume_line", "BIGINT", "Lines before resume_bytes"),
    Column("rows_read", "BIGINT", "Records seen, blank lines not counted", required=True),
    Column("rows_loaded", "BIGINT", "Rows of this file that are in the ledger", required=True),
    Column(
        "skipped", "BIGINT", "Records that carry no usage by design, or whose counts are in another record's row", required=True
    ),
    Column("duplicates", "BIGINT", "Rows that repeat a call already counted", required=True),
    Column("rejects", "BIGINT", "Records that could not be read; each is in the table reject", required=True),
    Column("requests", "BIGINT", "Calls in the rows that are loaded; NULL: the export does not say"),
    Column("counted_in", "MAP(BIGINT, BIGINT)", "Duplicates whose call is counted from another source: its source_id, rows"),
    Column("since", "TIMESTAMPTZ", "Records that started before were skipped; NULL: none were"),
    Column("notes", "VARCHAR[]", "What a reader must know: incomplete pages, no token counts ..."),
)

REJECT: Final = (
    Column("source_id", "BIGINT", "File", required=True),
    Column("line", "BIGINT", "Line, record or row, from 1"),
    Column("byte_offset", "BIGINT", "Where the line starts in the (decompressed) content"),
    Column("slug", "VARCHAR", "Kind of reject, as in docs/errors.md", required=True),
    Column("reason", "VARCHAR", "What is wrong and what to do; never the content of the line", required=True),
)

INVOICE_LINE: Final = (
    Column("period_start", "TIMESTAMPTZ", "Start of the charge period, UTC"),
    Column("period_end", "TIMESTAMPTZ", "End of the charge period (exclusive), UTC"),
    Column("provider_name", "VARCHAR", "Who bills"),
    Column("model", "VARCHAR", "Model, when the line states one"),
    Column("meter", "VARCHAR", "What is charged, when the line states it"),
    Column("line_item", "VARCHAR", "The line's own text"),
    Column("charge_category", "VARCHAR", "As in FOCUS: Usage, Purchase, Tax, Credit, Adjustment; NULL: not stated"),
    Column("service_tier", "VARCHAR", "standard, batch, flex, priority ...; NULL: not stated"),
    Column("region", "VARCHAR", "Where the calls were processed, as the line says it"),
    Column("project", "VARCHAR", "Project, workspace, account or subscription"),
    Column("api_key_id", "VARCHAR", "Id or name of the API key, never the key itself"),
    Column("quantity", "DECIMAL(38, 15)", "Amount used"),
    Column("quantity_unit", "VARCHAR", "Unit of quantity"),
    Column("billed_cost", "DECIMAL(38, 15)", "Amount of money that is invoiced", required=True),
    Column("effective_cost", "DECIMAL(38, 15)", "The same after prepaid amounts are spread over their use, as in FOCUS"),
    Column("list_cost", "DECIMAL(38, 15)", "The amount before discounts"),
    Column("billing_currency", "VARCHAR", "ISO 4217 code", required=True),
    Column("source_id", "BIGINT", "File", required=True),
    Column("source_line", "BIGINT", "Line, record or row, from 1"),
)

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "usage_record": USAGE_RECORD,
    "source_file": SOURCE_FILE,
    "reject": REJECT,
    "invoice_line": INVOICE_LINE,
}

_SIMPLE_DTYPES: Final = {
    "VARCHAR": "String",
    "BIGINT": "Int64",
    "BOOLEAN": "Boolean",
}


def create_table_sql(table: str) -> str:
    """``CREATE TABLE IF NOT EXISTS`` statement of one ledger table."""
    columns = ",\n    ".join(f"{c.name} {c.sql_type}{' NOT NULL' if c.required else ''}" for c in TABLES[table])
    return f"CREATE TABLE IF NOT EXISTS {table} (\n    {columns}\n)"


def column_names(table: str) -> tuple[str, ...]:
    """Column names of a table, in order."""
    return tuple(c.name for c in TABLES[table])


@cache
def polars_schema(table: str) -> Schema:
    """The same table as a Polars schema (times as microseconds UTC, money as Decimal(38, 15), maps as Map)."""
    import polars as pl

    return pl.Schema({c.name: _dtype(c.sql_type) for c in TABLES[table]})


def _dtype(sql_type: str) -> Any:
    import polars as pl

    if sql_type.endswith("[]"):
        return pl.List(_dtype(sql_type.removesuffix("[]")))
    if sql_type.startswith("MAP("):
        key, value = sql_type.removeprefix("MAP(").removesuffix(")").split(", ")
        return pl.Map(_dtype(key), _dtype(value))
    if sql_type.startswith("DECIMAL("):
        precision, scale = sql_type.removeprefix("DECIMAL(").removesuffix(")").split(", ")
        return pl.Decimal(int(precision), int(scale))
    if sql_type == "TIMESTAMPTZ":
        return pl.Datetime("us", "UTC")
    return getattr(pl, _SIMPLE_DTYPES[sql_type])()
