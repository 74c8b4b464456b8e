/* logcost
format   = "azure.apim_llm_log"
title    = "Azure API Management log of language models, category GatewayLlmLogs"
reader   = ["json_lines", "json_document"]
identify = ["properties"]
where    = { category = "GatewayLlmLogs" }
keep     = ["properties"]
scope    = "row"
grain    = "request"
docs     = "https://learn.microsoft.com/azure/api-management/api-management-howto-llm-logs"
seen     = "2026-11"
note     = "This log counts prompt and completion tokens only: it does not say how many of them came from the prompt cache."
about    = """
The category `GatewayLlmLogs` of the diagnostic settings of API Management (table `ApiManagementGatewayLlmLog`): one call a row
with prompt and completion tokens, model and deployment. The columns are documented; the names inside the exported `properties`
were taken from them and are read with a small or a capital first letter.

A long conversation is split into several entries with sequence numbers; only the one that carries the counts becomes a call,
and a call of which several entries repeat them counts once. Prompt tokens include cached ones. How many were cached is not
said, so its cost is an upper bound. The calls of `azure.apim_gateway_log` are the same calls under another id: load one of the
two.
"""

[fields]
time = "time"
properties = "json"
*/
-- One entry a row; the entries of one request share its correlation id.
WITH entry AS (
    SELECT *, json_inside(properties) AS detail
    FROM source
),

counted AS (
    SELECT
        *,
        coalesce(detail ->> 'promptTokens', detail ->> 'PromptTokens') AS input_text,
        coalesce(detail ->> 'completionTokens', detail ->> 'CompletionTokens') AS output_text,
        coalesce(
            detail ->> 'correlationId', detail ->> 'CorrelationId', detail ->> 'requestId', detail ->> 'RequestId'
        ) AS call_id
    FROM entry
)

SELECT
    any_time(time) AS started_at,
    'azure.ai.openai' AS provider_name,
    coalesce(detail ->> 'deploymentName', detail ->> 'DeploymentName') AS request_model,
    coalesce(detail ->> 'modelName', detail ->> 'ModelName') AS response_model,
    strict_int(input_text) AS input_tokens,
    strict_int(output_text) AS output_tokens,
    try_cast(coalesce(detail ->> 'isStreamCompletion', detail ->> 'IsStreamCompletion') AS BOOLEAN) AS streamed,
    'azure.apim_llm_log|' || call_id AS dedup_key,
    coalesce(
        bad_time('time', time), bad_int('promptTokens', input_text), bad_int('completionTokens', output_text)
    ) AS reject_reason,
    file_id,
    line
FROM counted
-- The entries that carry messages state zeros.
WHERE coalesce(input_text, '0') <> '0' OR coalesce(output_text, '0') <> '0'
