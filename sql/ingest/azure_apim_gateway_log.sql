/* logcost
format       = "azure.apim_gateway_log"
title        = "Azure API Management gateway log with the bodies of the answers"
reader       = ["json_lines", "json_document"]
identify     = ["properties", "operationName"]
where        = { category = "GatewayLogs" }
keep         = ["properties"]
scope        = "row"
grain        = "request"
docs         = "https://learn.microsoft.com/azure/api-management/gateway-log-schema-reference"
seen         = "2026-11"
note         = "Calls whose answer was not logged, or was cut off by the size limit of the log, have no token counts and are skipped."
about        = """
The category `GatewayLogs` of the diagnostic settings of API Management, with the bodies of backend or frontend responses
switched on (`properties.responseBody`, `properties.backendResponseBody`). Both hold the same answer; one is used. `properties`
may be an object or JSON text.

An answer in the shape of Chat Completions, Responses or Anthropic Messages gives one call, a recorded stream too when it ends
with its usage. Input counts include cached tokens (Anthropic's are added), output counts include reasoning. Failed calls, and
answers without usage, are skipped. Every call is taken as billed by Azure: the log does not say whose model stands behind the
gateway.

API Management logs at most 8,192 bytes of a body: a longer answer is cut off, and its usage, which stands at its end, is lost.
Where that happens use `azure.apim_llm_log` instead. A call served from the gateway's own cache (`cache` is `hit`) reached no
model and is skipped.
"""

[fields]
time = "time"
durationMs = "float"
correlationId = "id"
properties = "json"
*/
-- One request a row.
SELECT * FROM azure_gateway_calls('source')
