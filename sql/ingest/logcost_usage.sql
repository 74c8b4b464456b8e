/* logcost
format        = "logcost.usage"
title         = "Our own format: the canonical columns by name"
reader        = ["json_lines", "json_document", "csv", "parquet"]
identify      = []
identify_any  = [
    "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_unsplit_input_tokens", "web_search_requests",
    "other_units",
]
# Marks of a provider's own count object, whose input_tokens may exclude the cache, and of names that are not ours: such a
# file would lose its models or be misread, so it is not claimed.
identify_none = [
    "model", "provider", "usage", "object", "type", "message", "input_tokens_details", "output_tokens_details", "cache_creation",
    "cache_creation_input_tokens", "uncached_input_tokens", "input_cached_tokens", "num_model_requests", "total_tokens",
    "token_details",
]
scope         = "row"
on_duplicate  = "largest"
docs          = "docs/formats/logcost.usage.md"
seen          = "2026-11"
about = '''
Our own format: the columns of [usage_record](../schema.md) by name, in any order, each optional. One count must be there. With it anything can be brought in:

```csv
started_at,provider_name,response_model,input_tokens,cache_read_input_tokens,output_tokens,workload
2026-09-01T08:00:00Z,openai,gpt-5-2025-08-07,2000,1024,300,answers
```

| column | how to write it |
|---|---|
| `started_at`, `ended_at` | ISO 8601 (UTC unless it says otherwise), or Unix seconds, milliseconds, microseconds, nanoseconds |
| `grain`, `requests` | `request` unless it says `bucket`; then `requests` is 1 unless it says otherwise |
| counts | whole numbers from 0; `12.0` and `"12"` are taken, `1.5`, `-1` and `many` are rejected |
| `tags`, `other_units` | JSON object (in CSV: its text; in Parquet: a map, or a list of key and value) |
| `prefix_hashes` | list of texts (in CSV: JSON text, or words between spaces). Chained: each hash stands for the prompt up to there, see [how missed caching is found](../how-it-works.md) |
| `prefix_block_tokens` | tokens of a block: one number for all, or a list with one for each |
| `reported_cost`, `reported_currency` | what the log claims, a plain decimal number, with its ISO 4217 code |
| `dedup_key` | the same key is the same call; without one, a row is never a duplicate |

Other columns are ignored. A file is not claimed when it has `model`, `provider`, `usage`, `total_tokens` or another mark of a provider's own counts: their `input_tokens` may mean something else. Rename `model` to `response_model` and `provider` to `provider_name`, and write inclusive counts.
'''

[hints]
model = "name the column response_model, or request_model"
cache_creation_input_tokens = "name the column by its lifetime, such as cache_creation_5m_input_tokens, or _unsplit_ when unknown"
provider = "name the column provider_name"
uncached_input_tokens = "input_tokens holds all input, cached too"

[fields]
started_at = "time"
ended_at = "time"
grain = "str"
requests = "int"
provider_name = "str"
request_model = "str"
response_model = "str"
operation_name = "str"
service_tier = "str"
region = "str"
long_context = "bool"
input_tokens = "int"
cache_read_input_tokens = "int"
cache_read_audio_tokens = "int"
cache_read_image_tokens = "int"
cache_creation_5m_input_tokens = "int"
cache_creation_30m_input_tokens = "int"
cache_creation_1h_input_tokens = "int"
cache_creation_12h_input_tokens = "int"
cache_creation_unsplit_input_tokens = "int"
output_tokens = "int"
reasoning_output_tokens = "int"
input_audio_tokens = "int"
output_audio_tokens = "int"
input_image_tokens = "int"
input_video_tokens = "int"
output_image_tokens = "int"
web_search_requests = "int"
other_units = "json"
api_key_id = "id"
project = "id"
user_id = "id"
session_id = "id"
workload = "id"
tags = "json"
status = "str"
streamed = "bool"
latency_ms = "float"
reported_cost = "decimal"
reported_currency = "str"
cache_miss_reason = "str"
prefix_hashes = "json"
prefix_masked_hashes = "json"
prefix_content_hashes = "json"
prefix_block_tokens = "json"
prefix_block_parts = "json"
prefix_marked = "json"
prefix_marked_ttls = "json"
volatile_classes = "json"
volatile_positions = "json"
dedup_key = "id"
*/
-- One row in, one row out: names, meanings and units are those of docs/schema.md. Counts are inclusive. Lists and maps are JSON
-- (in CSV: JSON text; prefix_hashes also as words between spaces). No dedup_key: never a duplicate.
WITH usage AS (
    SELECT
        * EXCLUDE (tags, other_units),
        -- A Parquet map arrives as a list of keys and values.
        CASE
            WHEN tags LIKE '[{"key":%' OR tags = '[]'
                THEN to_json(map_from_entries(from_json(tags, '[{"key": "VARCHAR", "value": "VARCHAR"}]')))::VARCHAR
            ELSE tags
        END AS tags,
        CASE
            WHEN other_units LIKE '[{"key":%' OR other_units = '[]'
                THEN to_json(map_from_entries(from_json(other_units, '[{"key": "VARCHAR", "value": "VARCHAR"}]')))::VARCHAR
            ELSE other_units
        END AS other_units,
        word_list(prefix_hashes) AS hash_list,
        word_list(prefix_masked_hashes) AS masked_list,
        word_list(prefix_content_hashes) AS content_list,
        word_list(prefix_block_tokens) AS block_list,
        word_list(prefix_block_parts) AS part_list,
        word_list(prefix_marked) AS marked_list,
        word_list(prefix_marked_ttls) AS ttl_list,
        word_list(volatile_classes) AS class_list,
        word_list(volatile_positions) AS position_list,
        coalesce(grain, 'request') AS row_grain
    FROM source
)

SELECT
    any_time(started_at) AS started_at,
    any_time(ended_at) AS ended_at,
    row_grain AS grain,
    CASE WHEN row_grain = 'request' THEN coalesce(requests, 1) ELSE requests END AS requests,
    provider_name,
    request_model,
    response_model,
    operation_name,
    service_tier,
    region,
    long_context,
    input_tokens,
    cache_read_input_tokens,
    cache_read_audio_tokens,
    cache_read_image_tokens,
    cache_creation_5m_input_tokens,
    cache_creation_30m_input_tokens,
    cache_creation_1h_input_tokens,
    cache_creation_12h_input_tokens,
    cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning_output_tokens,
    input_audio_tokens,
    output_audio_tokens,
    input_image_tokens,
    input_video_tokens,
    output_image_tokens,
    web_search_requests,
    nullif(json_units(other_units), MAP {}) AS other_units,
    api_key_id,
    project,
    user_id,
    session_id,
    workload,
    nullif(json_tags(tags), MAP {}) AS tags,
    status,
    streamed,
    round(latency_ms)::BIGINT AS latency_ms,
    strict_decimal(reported_cost) AS reported_cost,
    upper(reported_currency) AS reported_currency,
    cache_miss_reason,
    hash_list AS prefix_hashes,
    masked_list AS prefix_masked_hashes,
    content_list AS prefix_content_hashes,
    list_transform(block_list, lambda block: strict_int(block)) AS prefix_block_tokens,
    part_list AS prefix_block_parts,
    list_transform(marked_list, lambda block: strict_int(block)) AS prefix_marked,
    ttl_list AS prefix_marked_ttls,
    class_list AS volatile_classes,
    list_transform(position_list, lambda place: strict_int(place)) AS volatile_positions,
    nullif(dedup_key, '') AS dedup_key,
    coalesce(
        bad_time('started_at', started_at),
        bad_time('ended_at', ended_at),
        bad_decimal('reported_cost', reported_cost),
        CASE WHEN row_grain NOT IN ('request', 'bucket') THEN 'grain must be request or bucket.' END,
        CASE WHEN other_units IS NOT NULL AND json_units(other_units) IS NULL THEN
            'other_units must be a JSON object of whole, non-negative counts.' END,
        CASE WHEN tags IS NOT NULL AND json_tags(tags) IS NULL THEN 'tags must be a JSON object.' END,
        bad_word_list('prefix_hashes', prefix_hashes),
        bad_word_list('prefix_masked_hashes', prefix_masked_hashes),
        bad_word_list('prefix_content_hashes', prefix_content_hashes),
        bad_int_list('prefix_block_tokens', prefix_block_tokens),
        bad_word_list('prefix_block_parts', prefix_block_parts),
        bad_int_list('prefix_marked', prefix_marked),
        bad_word_list('prefix_marked_ttls', prefix_marked_ttls),
        bad_word_list('volatile_classes', volatile_classes),
        bad_int_list('volatile_positions', volatile_positions),
        CASE WHEN coalesce(input_tokens, output_tokens, web_search_requests) IS NULL AND json_units(other_units) IS NULL
            THEN 'no count at all: give input_tokens, output_tokens, web_search_requests or other_units.' END
    ) AS reject_reason,
    file_id,
    line
FROM usage
