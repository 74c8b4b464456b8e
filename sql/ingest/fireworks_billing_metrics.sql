/* logcost
format   = "fireworks.billing_metrics"
title    = "Fireworks billing metrics (CSV)"
reader   = "csv"
identify = ["accelerator_seconds", "prompt_tokens", "completion_tokens", "usage_type"]
scope    = "file"
grain    = "bucket"
docs     = "https://docs.fireworks.ai/accounts/exporting-billing-metrics"
seen     = "2026-11"
about    = """
`firectl billing export-metrics` (before: `firectl export billing-metrics`). A row is the usage of one user and model in one
period; rows that repeat the same period, user and model are added. Prompt tokens include cached ones, which are not split off:
the cost is an upper bound. There is no cost and no number of requests. Accelerator seconds of deployments become other units,
by the type of accelerator, rounded up to whole seconds a bucket. `model_bucket` and `parameter_count` become tags, because the
price depends on them.
"""

[fields]
email = "id"
start_time = "time"
end_time = "time"
usage_type = "str"
accelerator_type = "str"
accelerator_seconds = "decimal"
base_model_name = "str"
model_bucket = "str"
parameter_count = "id"
prompt_tokens = "decimal"
completion_tokens = "decimal"
*/
-- Rows that repeat period, user and model are one bucket; a wrong one is rejected by itself.
WITH item AS (
    SELECT
        *,
        coalesce(
            bad_time('start_time', start_time), bad_time('end_time', end_time), bad_int('prompt_tokens', prompt_tokens),
            bad_int('completion_tokens', completion_tokens), bad_decimal('accelerator_seconds', accelerator_seconds)
        ) AS wrong
    FROM source
),

bucket AS (
    SELECT
        file_id,
        min(line) AS line,
        email,
        start_time,
        end_time,
        usage_type,
        accelerator_type,
        base_model_name,
        model_bucket,
        parameter_count,
        sum(strict_int(prompt_tokens)) AS input_tokens,
        sum(strict_int(completion_tokens)) AS output_tokens,
        sum(strict_decimal(accelerator_seconds)) AS seconds
    FROM item
    WHERE wrong IS NULL
    GROUP BY ALL
)

SELECT
    any_time(start_time) AS started_at,
    any_time(end_time) AS ended_at,
    'fireworks_ai' AS provider_name,
    base_model_name AS response_model,
    CASE
        WHEN usage_type LIKE '%EMBEDDING%' THEN 'embeddings'
        WHEN usage_type LIKE '%IMAGE%' THEN 'image'
        WHEN usage_type LIKE '%AUDIO%' OR usage_type LIKE '%TRANSCRIPTION%' THEN 'transcription'
        WHEN usage_type LIKE '%FINE_TUN%' OR usage_type LIKE '%TRAINING%' THEN 'fine_tuning'
        WHEN usage_type LIKE 'TEXT_COMPLETION%' THEN 'chat'
        ELSE lower(usage_type)
    END AS operation_name,
    input_tokens,
    output_tokens,
    -- Whole units only: a fraction of a second rounds up, as a meter would.
    CASE
        WHEN seconds > 0
            THEN MAP {concat_ws('_', 'accelerator_seconds', lower(accelerator_type)): ceil(seconds)::BIGINT}
    END AS other_units,
    email AS user_id,
    nullif(map_from_entries(list_filter(
        [{'key': 'model_bucket', 'value': model_bucket}, {'key': 'parameter_count', 'value': parameter_count}],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    concat_ws(
        '|', 'fireworks.billing_metrics', 'bucket', epoch_ms(any_time(start_time)),
        coalesce(epoch_ms(any_time(end_time))::VARCHAR, ''),
        coalesce(email, ''), coalesce(usage_type, ''), coalesce(accelerator_type, ''), coalesce(base_model_name, ''),
        coalesce(model_bucket, ''), coalesce(parameter_count, '')
    ) AS dedup_key,
    NULL::VARCHAR AS reject_reason,
    file_id,
    line
FROM bucket
UNION ALL BY NAME
SELECT wrong AS reject_reason, file_id, line
FROM item
WHERE wrong IS NOT NULL
