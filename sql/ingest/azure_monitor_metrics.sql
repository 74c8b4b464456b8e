/* logcost
format   = "azure.monitor_metrics"
title    = "Azure Monitor metrics of an Azure OpenAI or Foundry resource"
reader   = ["json_document", "json_lines"]
identify = ["value.timeseries.data.timeStamp", "value.name.value"]
records  = "value[].timeseries[].data[]"
scope    = "file"
grain    = "bucket"
docs     = "https://learn.microsoft.com/azure/ai-foundry/openai/monitor-openai-reference"
seen     = "2026-11"
note     = "Metrics do not say which tier was used, and of OpenAI's models not how many prompt tokens came from the prompt cache: their cost is an upper bound."
about    = """
The answer of `az monitor metrics list --resource ... --metrics ProcessedPromptTokens GeneratedTokens AzureOpenAIRequests
--aggregation Total`, best with `--interval PT1H` and `--filter "ModelDeploymentName eq '*' and ModelName eq '*'"`; of a Foundry
resource `InputTokens OutputTokens ModelRequests cacheReadInputTokens ephemeral5mInputTokens ephemeral1hInputTokens`. The metrics
of one time and the same dimensions become one bucket: input, output and requests. Values are the `total` of the interval, UTC.
Ask for all metrics with the same filter, or they cannot be put together: buckets of tokens then have no request count.

- `ProcessedPromptTokens` and `InputTokens` of OpenAI's models count all prompt tokens, cached ones included (inferred: no Azure
  page says so); where both are there, the larger is used.
- The three cache metrics are Claude's. Its `InputTokens` leaves out what was read from and written to the cache; they are added,
  so ask for all of them: without them that input is missing.
- `TokenTransaction` and `TotalTokens` are sums of the others and are skipped; so are latency and utilization metrics, and empty
  intervals. Without a split by model there is no model and no price.
- The sizes of the intervals are taken from `interval` (`PT1M`, `PT5M`, `PT15M`, `PT30M`, `PT1H`, `PT6H`, `PT12H`, `P1D`).
"""

[fields]
interval = "str"
resourceregion = "str"
[[fields.value]]
id = "str"
[fields.value.name]
value = "str"
[[fields.value.timeseries]]
[[fields.value.timeseries.metadatavalues]]
value = "str"
[fields.value.timeseries.metadatavalues.name]
value = "str"
[[fields.value.timeseries.data]]
timeStamp = "time"
total = "decimal"
*/
-- One number of one metric at one time a row.
WITH point AS (
    SELECT
        file_id,
        line,
        interval,
        resourceregion,
        data.timeStamp AS time,
        data.total AS total,
        lower(value.name.value) AS metric,
        regexp_extract(value.id, '(?i)/accounts/([^/]+)', 1) AS account,
        map_from_entries(list_distinct(list_transform(
            list_filter(timeseries.metadatavalues, lambda one: one.name.value IS NOT NULL),
            lambda one: {'key': lower(one.name.value), 'value': one.value}
        ))) AS dimension
    FROM source
    WHERE lower(value.name.value) IN (
        'processedprompttokens', 'generatedtokens', 'azureopenairequests', 'inputtokens', 'outputtokens', 'modelrequests',
        'cachereadinputtokens', 'ephemeral5minputtokens', 'ephemeral1hinputtokens'
    )
        AND data.total IS NOT NULL
        -- Requests may also be split by status: failed ones are no billed calls.
        AND coalesce(list_filter(
            timeseries.metadatavalues, lambda one: lower(one.name.value) = 'statuscode'
        )[1].value, '200') LIKE '2%'
),

named AS (
    SELECT
        *,
        dimension['modeldeploymentname'] AS deployment,
        dimension['modelname'] AS model,
        dimension['region'] AS dimension_region
    FROM point
),

-- The metrics of one time and model are one bucket; it stands at its first row. The older metrics are those of OpenAI's models
-- alone, the newer ones of all: greatest() takes the one that is there, or the wider one.
bucket AS (
    SELECT
        file_id,
        min(line) AS line,
        time,
        interval,
        account,
        deployment,
        model,
        coalesce(dimension_region, resourceregion) AS region,
        greatest(
            sum(strict_int(total)) FILTER (WHERE metric = 'processedprompttokens'),
            sum(strict_int(total)) FILTER (WHERE metric = 'inputtokens')
        ) AS stated_input,
        sum(strict_int(total)) FILTER (WHERE metric = 'cachereadinputtokens') AS read,
        sum(strict_int(total)) FILTER (WHERE metric = 'ephemeral5minputtokens') AS written_5m,
        sum(strict_int(total)) FILTER (WHERE metric = 'ephemeral1hinputtokens') AS written_1h,
        greatest(
            sum(strict_int(total)) FILTER (WHERE metric = 'generatedtokens'),
            sum(strict_int(total)) FILTER (WHERE metric = 'outputtokens')
        ) AS output_tokens,
        greatest(
            sum(strict_int(total)) FILTER (WHERE metric = 'azureopenairequests'),
            sum(strict_int(total)) FILTER (WHERE metric = 'modelrequests')
        ) AS requests,
        max(coalesce(bad_time('timeStamp', time), bad_int('total', total))) AS reject_reason
    FROM named
    GROUP BY ALL
),

named_bucket AS (
    SELECT
        *,
        coalesce(
            CASE
                WHEN coalesce(model, deployment) IS NULL THEN greatest(read, written_5m, written_1h) > 0
                ELSE regexp_matches(concat_ws(' ', model, deployment), '(?i)claude')
            END,
            false
        ) AS is_claude
    FROM bucket
)

SELECT
    any_time(time) AS started_at,
    any_time(time) + CASE interval
        WHEN 'PT1M' THEN INTERVAL 1 MINUTE WHEN 'PT5M' THEN INTERVAL 5 MINUTE WHEN 'PT15M' THEN INTERVAL 15 MINUTE
        WHEN 'PT30M' THEN INTERVAL 30 MINUTE WHEN 'PT1H' THEN INTERVAL 1 HOUR WHEN 'PT6H' THEN INTERVAL 6 HOUR
        WHEN 'PT12H' THEN INTERVAL 12 HOUR WHEN 'P1D' THEN INTERVAL 24 HOUR
    END AS ended_at,
    requests,
    CASE WHEN is_claude THEN 'azure.ai.inference' ELSE 'azure.ai.openai' END AS provider_name,
    deployment AS request_model,
    model AS response_model,
    region,
    -- A resource with other models states zeros of Claude's cache for them, too.
    CASE WHEN is_claude THEN stated_input + coalesce(read, 0) + coalesce(written_5m, 0) + coalesce(written_1h, 0) ELSE stated_input END
        AS input_tokens,
    CASE WHEN is_claude THEN read END AS cache_read_input_tokens,
    CASE WHEN is_claude THEN written_5m END AS cache_creation_5m_input_tokens,
    CASE WHEN is_claude THEN written_1h END AS cache_creation_1h_input_tokens,
    output_tokens,
    nullif(account, '') AS project,
    concat_ws(
        '|', 'azure.monitor_metrics', 'bucket', epoch_ms(any_time(time)), coalesce(interval, ''), coalesce(account, ''),
        coalesce(deployment, ''), coalesce(model, ''), coalesce(region, '')
    ) AS dedup_key,
    reject_reason,
    file_id,
    line
FROM named_bucket
-- Quiet intervals state zeros for every metric.
WHERE
    reject_reason IS NOT NULL
    OR coalesce(stated_input, 0) + coalesce(output_tokens, 0) + coalesce(requests, 0) + coalesce(read, 0) + coalesce(written_5m, 0)
    + coalesce(written_1h, 0) > 0
