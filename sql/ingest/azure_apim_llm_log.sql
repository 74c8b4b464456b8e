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
note     = "This log counts prompt and completion tokens and at best what the prompt cache served, not what was written to it: for Claude models that part of the cost is missing."
about    = """
The category `GatewayLlmLogs` of the diagnostic settings of API Management: one call a row with prompt and completion tokens,
model and deployment. The columns of its table are documented; the names inside the exported `properties` are read with a small
or a capital first letter. Exports of the table itself are the format `azure.apim_llm_table`, lists of records as an Event Hub
delivers them `azure.diagnostic_records`.

A long conversation is split into several entries with sequence numbers; only the one that carries the counts becomes a call,
and a call of which several entries repeat them counts once.

- `promptCachedTokens` (cache reads) is in exported records only, and only of late; without it the cost is an upper bound. Of
  OpenAI's models prompt tokens include it, of Claude's they do not, and it is added.
- Tokens written to the cache are nowhere in this log. OpenAI does not charge them apart; for Claude their cost is missing. The
  metrics of the resource (`azure.monitor_metrics`) have them.
- Where `requestId` is the model's own response id, the same call in the gateway log or in your application's log counts once.
"""

[fields]
time = "time"
correlationId = "id"
properties = "json"
*/
-- One entry a row.
SELECT * FROM azure_llm_calls('source')
