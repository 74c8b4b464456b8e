/* logcost
format        = "deepseek.platform_amount"
title         = "DeepSeek platform, the usage page's own JSON: amounts"
reader        = ["json_document", "json_lines"]
identify      = ["data.biz_data.days", "data.biz_data.total"]
identify_none = ["data.biz_data.currency"]
scope         = "file"
grain         = "bucket"
docs          = "https://platform.deepseek.com/usage"
seen          = "2026-11"
about         = """
The answer that the usage page of the DeepSeek platform loads (`/api/v0/usage/amount`), saved from the browser. A bucket a day
and model: `PROMPT_CACHE_HIT_TOKEN` are cache reads, `PROMPT_CACHE_MISS_TOKEN` the rest of the input, `RESPONSE_TOKEN` the
output, `REQUEST` the requests. `total` repeats `days` and is not read. Days are taken as UTC (the answer does not say). The
exported CSV (`deepseek.amount`) says the same by API key: load one of the two.
"""

[fields]
data = "json"
*/
-- One answer a row: its days hold models, which hold counts by kind.
WITH day AS (
    SELECT file_id, line, unnest(from_json(
        data -> '$.biz_data.days',
        '[{"date": "VARCHAR", "data": [{"model": "VARCHAR", "usage": [{"type": "VARCHAR", "amount": "VARCHAR"}]}]}]'
    )) AS day
    FROM source
),

per_model AS (
    SELECT file_id, line, day."date" AS start_time, unnest(day.data) AS entry
    FROM day
),

-- Two entries of one model on one day add up.
kind AS (
    SELECT file_id, line, start_time, entry.model AS model, unnest(entry."usage") AS one
    FROM per_model
),

bucket AS (
    SELECT
        file_id,
        line,
        start_time,
        model,
        sum(strict_int(one.amount)) FILTER (WHERE one."type" = 'PROMPT_CACHE_HIT_TOKEN') AS hit,
        sum(strict_int(one.amount)) FILTER (WHERE one."type" = 'PROMPT_CACHE_MISS_TOKEN') AS miss,
        sum(strict_int(one.amount)) FILTER (WHERE one."type" = 'PROMPT_TOKEN') AS input,
        sum(strict_int(one.amount)) FILTER (WHERE one."type" = 'RESPONSE_TOKEN') AS output,
        sum(strict_int(one.amount)) FILTER (WHERE one."type" = 'REQUEST') AS requests,
        max(coalesce(
            bad_time('date', start_time), bad_int('amount', one.amount),
            CASE
                WHEN one."type" IN ('PROMPT_CACHE_HIT_TOKEN', 'PROMPT_CACHE_MISS_TOKEN', 'PROMPT_TOKEN', 'RESPONSE_TOKEN', 'REQUEST')
                    OR strict_int(one.amount) = 0
                THEN NULL
                ELSE 'type is none of the known kinds of counts, so what it adds to is not known.'
            END
        )) AS reject_reason
    FROM kind
    GROUP BY ALL
)

SELECT
    any_time(start_time) AS started_at,
    any_time(start_time) + INTERVAL 24 HOUR AS ended_at,
    requests,
    'deepseek' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    coalesce(coalesce(hit, miss) * 0 + coalesce(hit, 0) + coalesce(miss, 0), input) AS input_tokens,
    hit AS cache_read_input_tokens,
    output AS output_tokens,
    concat_ws('|', 'deepseek.platform_amount', 'bucket', start_time, coalesce(model, '')) AS dedup_key,
    reject_reason,
    file_id,
    line
FROM bucket
-- Quiet days state zeros.
WHERE reject_reason IS NOT NULL
    OR coalesce(hit, 0) + coalesce(miss, 0) + coalesce(input, 0) + coalesce(output, 0) + coalesce(requests, 0) > 0
