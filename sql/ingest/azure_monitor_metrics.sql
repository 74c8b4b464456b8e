/* logcost
format   = "azure.monitor_metrics"
title    = "Azure Monitor metrics of an Azure OpenAI resource"
reader   = ["json_document", "json_lines"]
identify = ["value.timeseries.data.timeStamp", "value.name.value"]
records  = "value[].timeseries[].data[]"
scope    = "file"
grain    = "bucket"
docs     = "https://learn.microsoft.com/azure/ai-foundry/openai/monitor-openai-reference"
seen     = "2026-11"
note     = "Metrics do not say how many prompt tokens came from the prompt cache, nor which tier was used: the cost is an upper bound."
about    = """
The answer of `az monitor metrics list --resource ... --metrics ProcessedPromptTokens GeneratedTokens AzureOpenAIRequests
--aggregation Total`, best with `--interval PT1H` and `--filter "ModelDeploymentName eq '*' and ModelName eq '*'"`. The metrics
of one time and the same dimensions become one bucket: prompt tokens, generated tokens and requests. Values are the `total` of
the interval, UTC. Ask for all three metrics with the same filter, or they cannot be put together: buckets of tokens then have
no request count.

`ProcessedPromptTokens` counts all prompt tokens, cached ones included (inferred: no Azure page says so). `TokenTransaction` is
the sum of the other two and is skipped; so are latency and utilization metrics, and empty intervals. Without a split by model
there is no model and no price. The sizes of the intervals are taken from `interval` (`PT1M`, `PT5M`, `PT15M`, `PT30M`, `PT1H`,
`PT6H`, `PT12H`, `P1D`).
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
    WHERE lower(value.name.value) IN ('processedprompttokens', 'generatedtokens', 'azureopenairequests')
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

-- The metrics of one time and model are one bucket; it stands at its first row.
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
        sum(strict_int(total)) FILTER (WHERE metric = 'processedprompttokens') AS input_tokens,
        sum(strict_int(total)) FILTER (WHERE metric = 'generatedtokens') AS output_tokens,
        sum(strict_int(total)) FILTER (WHERE metric = 'azureopenairequests') AS requests,
        max(coalesce(bad_time('timeStamp', time), bad_int('total', total))) AS reject_reason
    FROM named
    GROUP BY ALL
)

SELECT
    any_time(time) AS started_at,
    any_time(time) + CASE interval
        WHEN 'PT1M' THEN INTERVAL 1 MINUTE WHEN 'PT5M' THEN INTERVAL 5 MINUTE WHEN 'PT15M' THEN INTERVAL 15 MINUTE
        WHEN 'PT30M' THEN INTERVAL 30 MINUTE WHEN 'PT1H' THEN INTERVAL 1 HOUR WHEN 'PT6H' THEN INTERVAL 6 HOUR
        WHEN 'PT12H' THEN INTERVAL 12 HOUR WHEN 'P1D' THEN INTERVAL 24 HOUR
    END AS ended_at,
    requests,
    'azure.ai.openai' AS provider_name,
    deployment AS request_model,
    model AS response_model,
    region,
    input_tokens,
    output_tokens,
    nullif(account, '') AS project,
    concat_ws(
        '|', 'azure.monitor_metrics', 'bucket', epoch_ms(any_time(time)), coalesce(interval, ''), coalesce(account, ''),
        coalesce(deployment, ''), coalesce(model, ''), coalesce(region, '')
    ) AS dedup_key,
    reject_reason,
    file_id,
    line
FROM bucket
-- Quiet intervals state zeros for every metric.
WHERE reject_reason IS NOT NULL OR coalesce(input_tokens, 0) + coalesce(output_tokens, 0) + coalesce(requests, 0) > 0
