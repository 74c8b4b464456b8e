/* logcost
format   = "azure.diagnostic_records"
title    = "Azure diagnostic records in lists, as an Event Hub delivers them and old storage files hold them"
reader   = ["json_lines", "json_document"]
identify = ["records.time", "records.resourceId"]
identify_any = ["records.category", ["records.metricName", "records.timeGrain"]]
records  = "records[]"
scope    = "row"
grain    = "request"
docs     = "https://learn.microsoft.com/azure/azure-monitor/platform/stream-monitoring-data-event-hubs"
seen     = "2026-11"
note_without_usage = "No record here carries token counts. Of Azure OpenAI's own logs (RequestResponse, Audit, Trace) none does, and exported metrics do not name the model: use API Management's gateway logs, the Azure Monitor metrics or the responses in your application's log."
about    = """
`{"records": [...]}`: one message of an Event Hub a line or a file, and the files that diagnostic settings wrote to storage
accounts before they wrote one record a line. One hub may carry many resources and categories:

- `GatewayLogs` of API Management, with bodies, as in `azure.apim_gateway_log`.
- `GatewayLlmLogs` of API Management, as in `azure.apim_llm_log`. The same call in both counts once if both name its response
  id; the gateway log, which has the whole usage, goes before.
- All others are counted as skipped, among them Azure OpenAI's `RequestResponse`, which has byte lengths and no tokens, and exported
  metrics (`AllMetrics`): the export drops the model, so that no price could be found. Ask for the metrics themselves instead
  (`azure.monitor_metrics`).

A file of single records, one a line, that mixes these categories is ambiguous. Make lists of them first:
`jq -c '{records: [.]}' mixed.jsonl > lists.jsonl`.

Event Hubs deliver a message at least once: a record that comes again is a duplicate by its response id or correlation id.
"""

[[fields.records]]
time = "time"
category = "str"
durationMs = "float"
correlationId = "id"
properties = "json"
*/
-- One record a row; each category has its own counts.
WITH entry AS (
    SELECT file_id, line, records.* FROM source
),

gateway AS (
    SELECT * FROM entry WHERE category = 'GatewayLogs'
),

llm AS (
    SELECT * FROM entry WHERE category = 'GatewayLlmLogs'
)

SELECT * FROM azure_gateway_calls('gateway')
UNION ALL BY NAME
SELECT * FROM azure_llm_calls('llm')
