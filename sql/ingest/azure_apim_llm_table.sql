/* logcost
format   = "azure.apim_llm_table"
title    = "Azure API Management log of language models, as rows of its table ApiManagementGatewayLlmLog"
reader   = ["json_lines", "json_document", "csv"]
identify = ["PromptTokens", "CompletionTokens", "CorrelationId"]
identify_any  = [
    ["ModelName", "TimeGenerated"], ["ModelName", '"TimeGenerated [UTC]"'], ["ModelName", "SequenceNumber"],
    ["DeploymentName", "TimeGenerated"], ["DeploymentName", '"TimeGenerated [UTC]"'], ["DeploymentName", "SequenceNumber"],
]
identify_none = ["properties"]
scope    = "row"
grain    = "request"
docs     = "https://learn.microsoft.com/azure/azure-monitor/reference/tables/apimanagementgatewayllmlog"
seen     = "2026-11"
note     = "This table counts prompt and completion tokens only. What the prompt cache served is not said: of OpenAI's models the cost is an upper bound, of Claude models the cached part is missing."
about    = """
The table `ApiManagementGatewayLlmLog` of a Log Analytics workspace: the answer of `az monitor log-analytics query`, rows of a
data export rule, or the CSV that the portal's *Export* writes (its time column is called `TimeGenerated [UTC]`, and is read with
the month first, as the portal writes it in English (United States); show times in UTC).

- Only entries that carry counts become calls; those that hold the messages of a long conversation state zeros and are skipped.
- The table drops the cached tokens, which the exported records of the same log have (`azure.apim_llm_log`,
  `azure.diagnostic_records`). Of Claude models `PromptTokens` leaves out all that was read from or written to the cache.
- The model's own response id (`RequestId`) makes the same call in another log count once.
"""

[fields]
TimeGenerated = "time"
"TimeGenerated [UTC]" = "str"
CorrelationId = "id"
RequestId = "id"
ModelName = "str"
DeploymentName = "str"
IsStreamCompletion = "str"
PromptTokens = "id"
CompletionTokens = "id"
*/
-- One entry a row.
WITH entry AS (
    SELECT
        file_id,
        line,
        coalesce(TimeGenerated, azure_portal_time("TimeGenerated [UTC]")) AS time,
        CorrelationId AS correlationId,
        to_json({
            'promptTokens': PromptTokens,
            'completionTokens': CompletionTokens,
            'modelName': ModelName,
            'deploymentName': DeploymentName,
            'requestId': RequestId,
            'isStreamCompletion': IsStreamCompletion
        }) AS properties
    FROM source
)

SELECT * FROM azure_llm_calls('entry')
