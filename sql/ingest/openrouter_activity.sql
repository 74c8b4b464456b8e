/* logcost
format       = "openrouter.activity"
title        = "OpenRouter activity API (JSON)"
reader       = ["json_document", "json_lines"]
identify     = ["data.date", "data.usage", "data.prompt_tokens", "data.completion_tokens"]
identify_any = ["data.endpoint_id", "data.byok_usage_inference", "data.model_permaslug"]
records      = "data[]"
scope        = "file"
grain        = "bucket"
docs         = "https://openrouter.ai/docs/api-reference/analytics/get-activity"
seen         = "2026-11"
note         = "This activity report has no cache counts: how much of the prompt came from a prompt cache is unknown."
about        = """
The answer of `GET https://openrouter.ai/api/v1/activity` (last 30 completed UTC days). A bucket a day, model and endpoint.
Completion tokens include reasoning tokens. `usage` is what OpenRouter charged in US dollars and becomes the reported cost.
`byok_usage_inference` is what your own account at the provider pays for calls with your own key: it is not on OpenRouter's bill
and stays a tag.

OpenRouter bills, so the provider is `openrouter`; who answered is the tag `upstream_provider`. The generations export and the
answers in your own logs are the same calls one by one: load one of the two.
"""

[fields]
[[fields.data]]
date = "time"
model = "str"
model_permaslug = "str"
endpoint_id = "id"
provider_name = "str"
usage = "decimal"
byok_usage_inference = "decimal"
requests = "int"
prompt_tokens = "int"
completion_tokens = "int"
reasoning_tokens = "int"
*/
-- One day, model and endpoint a row.
WITH item AS (
    SELECT
        file_id,
        line,
        data.*,
        concat_ws(
            '|', 'openrouter.activity', 'bucket', left(data."date", 10), coalesce(data.model, ''),
            coalesce(data.model_permaslug, ''), coalesce(data.endpoint_id, ''), coalesce(data.provider_name, '')
        ) AS bucket
    FROM source
),

-- Rows of one file that look alike differ in something that is not read here: they are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY strict_decimal(usage) DESC NULLS LAST, prompt_tokens DESC NULLS LAST, line
        ) AS position
    FROM item
)

SELECT
    any_time("date") AS started_at,
    any_time("date") + INTERVAL 24 HOUR AS ended_at,
    requests,
    'openrouter' AS provider_name,
    model AS request_model,
    coalesce(model_permaslug, model) AS response_model,
    prompt_tokens AS input_tokens,
    completion_tokens AS output_tokens,
    reasoning_tokens AS reasoning_output_tokens,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'upstream_provider', 'value': provider_name},
            {'key': 'endpoint_id', 'value': endpoint_id},
            {
                'key': 'byok_usage_inference',
                'value': CASE WHEN strict_decimal(byok_usage_inference) <> 0 THEN byok_usage_inference END
            }
        ],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    strict_decimal(usage) AS reported_cost,
    CASE WHEN usage IS NOT NULL THEN 'USD' END AS reported_currency,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('date', "date"), bad_decimal('usage', usage), bad_decimal('byok_usage_inference', byok_usage_inference)
    ) AS reject_reason,
    file_id,
    line
FROM numbered
