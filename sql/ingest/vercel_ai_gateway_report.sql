/* logcost
format   = "vercel.ai_gateway_report"
title    = "Vercel AI Gateway: reports of its custom reporting API, daily sums"
reader   = ["json_document", "json_lines"]
identify = ["results.total_cost", "results.request_count", "results.input_tokens", "results.output_tokens"]
records  = "results[]"
scope    = "file"
grain    = "bucket"
docs     = "https://vercel.com/docs/ai-gateway/capabilities/custom-reporting"
seen     = "2026-11"
note     = "Vercel does not document whether input_tokens contains the cached tokens: where the numbers do not show it, the input of a row with cached tokens is unknown."
about    = """
The answer of `GET /v1/report`: sums of one day by model, or by provider, user, tag or credential type. Ask for it by model, or no call can be priced.

- Vercel bills the calls, so the provider is `vercel`; the makers stand in the models' names (`anthropic/claude-sonnet-4.5`). `total_cost` (USD) becomes the reported cost; `market_cost` is not read.
- If any row of a file states more cached than input tokens, they stand beside `input_tokens` in the whole file and are added. Else the input of rows with cached tokens stays unknown, because nothing decides it; their cost and other counts are loaded.
- The same sums grouped in two ways are the same calls twice: give one report for each day.
- A later report of a day that was still filling replaces the earlier one.
"""

[fields]
[[fields.results]]
day = "time"
model = "str"
provider = "str"
user = "id"
tag = "id"
credential_type = "str"
total_cost = "decimal"
input_tokens = "int"
output_tokens = "int"
cached_input_tokens = "int"
cache_creation_input_tokens = "int"
reasoning_tokens = "int"
request_count = "int"
*/
-- One sum a row. A report that is grouped by tags may count one call under several: that is the report's own sum.
WITH result AS (
    SELECT
        file_id,
        line,
        results.*,
        coalesce(results.cached_input_tokens, 0)::HUGEINT + coalesce(results.cache_creation_input_tokens, 0) AS cached
    FROM source
),

placed AS (
    SELECT
        *,
        bool_or(cached > input_tokens) OVER (PARTITION BY file_id) AS beside,
        concat_ws(
            '|', 'vercel.ai_gateway_report|bucket', left(day, 10), coalesce(model, ''), coalesce(provider, ''),
            coalesce("user", ''), coalesce(tag, ''), coalesce(credential_type, '')
        ) AS bucket
    FROM result
),

-- Grouped by a dimension that is not read here, sums of one file look alike: they are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY output_tokens DESC NULLS LAST, input_tokens DESC NULLS LAST, line
        ) AS position
    FROM placed
)

SELECT
    any_time(left(day, 10)) AS started_at,
    any_time(left(day, 10)) + INTERVAL 1 DAY AS ended_at,
    request_count AS requests,
    'vercel' AS provider_name,
    nullif(model, '') AS response_model,
    CASE WHEN cached = 0 THEN input_tokens WHEN beside THEN input_tokens + cached END AS input_tokens,
    cached_input_tokens AS cache_read_input_tokens,
    cache_creation_input_tokens AS cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning_tokens AS reasoning_output_tokens,
    nullif("user", '') AS user_id,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'upstream_provider', 'value': provider},
            {'key': 'tag', 'value': tag},
            {'key': 'credential_type', 'value': credential_type}
        ],
        lambda label: label.value IS NOT NULL AND label.value <> ''
    )), MAP {}) AS tags,
    strict_decimal(total_cost) AS reported_cost,
    CASE WHEN strict_decimal(total_cost) IS NOT NULL THEN 'USD' END AS reported_currency,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        CASE WHEN day IS NULL THEN 'day is missing. Ask for the report by day.' END,
        bad_time('day', day),
        bad_decimal('total_cost', total_cost)
    ) AS reject_reason,
    file_id,
    line
FROM numbered
WHERE coalesce(request_count, 1) > 0
