/* logcost
format   = "azure.openai_request_response"
title    = "Azure OpenAI resource log, category RequestResponse"
reader   = ["json_lines", "json_document"]
identify = ["operationName", "resourceId", "properties"]
where    = { category = "RequestResponse" }
keep     = ["category"]
scope    = "row"
docs     = "https://learn.microsoft.com/azure/ai-foundry/openai/how-to/monitor-openai"
seen     = "2026-11"
note     = "This log carries no token counts (only byte lengths), so no call can be priced from it. Use API Management gateway logs with bodies, the Azure Monitor metrics ProcessedPromptTokens and GeneratedTokens, the Cost Management export, or your own application's log."
about    = """
The resource log that *diagnostic settings* of an Azure OpenAI (or Foundry) resource write to a storage account. It is
recognised so that nobody takes it for usage: a record has an operation, a duration and lengths in bytes, but no tokens. Every
record is counted as skipped, none becomes a call of zero tokens.

Sources of the same traffic that do carry tokens: the gateway log of API Management with response bodies
(`azure.apim_gateway_log`), its log of language models (`azure.apim_llm_log`), the metrics (`azure.monitor_metrics`), the cost
export (`azure.cost_export`, money and quantities a day) and the responses themselves in your application's log.
"""

[fields]
category = "str"
time = "time"
*/
-- Nothing in this log can be counted: see the note.
SELECT any_time(time) AS started_at, bad_time('time', time) AS reject_reason, file_id, line
FROM source
WHERE false
