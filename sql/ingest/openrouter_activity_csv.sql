/* logcost
format   = "openrouter.activity_csv"
title    = "OpenRouter activity, summed by day and model (CSV)"
reader   = "csv"
identify = ["Slug", "Usage", '"BYOK Usage"', '"Prompt Tokens"', '"Completion Tokens"']
scope    = "file"
grain    = "bucket"
docs     = "https://openrouter.ai/activity"
seen     = "2026-11"
note     = "This activity export has no cache counts: how much of the prompt came from a prompt cache is unknown."
about    = """
The export of OpenRouter's activity page that is summed by day and model (`Date,Slug,Usage,BYOK Usage,Requests,...`). Completion
tokens include reasoning tokens. `Usage` is what OpenRouter charged in US dollars; `BYOK Usage`, which your own account at the
provider pays, stays a tag. Days are UTC. It repeats what the per-generation export says call by call: load one of the two.
"""

[fields]
Date = "time"
Slug = "str"
Usage = "decimal"
"BYOK Usage" = "decimal"
Requests = "decimal"
"Prompt Tokens" = "decimal"
"Completion Tokens" = "decimal"
"Reasoning Tokens" = "decimal"
*/
-- One day and model a row.
WITH item AS (
    SELECT *, concat_ws('|', 'openrouter.activity_csv', 'bucket', epoch_ms(any_day("Date")), coalesce(Slug, '')) AS bucket
    FROM source
),

-- Rows of one file that look alike differ in something that is not exported: they are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket
            ORDER BY strict_decimal(Usage) DESC NULLS LAST, strict_int("Prompt Tokens") DESC NULLS LAST, line
        ) AS position
    FROM item
)

SELECT
    any_day("Date") AS started_at,
    any_day("Date") + INTERVAL 24 HOUR AS ended_at,
    strict_int(Requests) AS requests,
    'openrouter' AS provider_name,
    Slug AS response_model,
    strict_int("Prompt Tokens") AS input_tokens,
    strict_int("Completion Tokens") AS output_tokens,
    strict_int("Reasoning Tokens") AS reasoning_output_tokens,
    CASE WHEN strict_decimal("BYOK Usage") <> 0 THEN MAP {'byok_usage_inference': "BYOK Usage"} END AS tags,
    strict_decimal(Usage) AS reported_cost,
    CASE WHEN Usage IS NOT NULL THEN 'USD' END AS reported_currency,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_day('Date', "Date"), bad_decimal('Usage', Usage), bad_decimal('BYOK Usage', "BYOK Usage"),
        bad_int('Requests', Requests),
        bad_int('Prompt Tokens', "Prompt Tokens"), bad_int('Completion Tokens', "Completion Tokens"),
        bad_int('Reasoning Tokens', "Reasoning Tokens")
    ) AS reject_reason,
    file_id,
    line
FROM numbered
