/* logcost
format   = "azure.apim_gateway_table"
title    = "Azure API Management gateway log with bodies, as rows of its table ApiManagementGatewayLogs"
reader   = ["json_lines", "json_document", "csv"]
identify = ["BackendResponseBody", "ResponseBody", "ApimSubscriptionId"]
identify_none = ["properties"]
scope    = "row"
grain    = "request"
docs     = "https://learn.microsoft.com/azure/azure-monitor/reference/tables/apimanagementgatewaylogs"
seen     = "2026-11"
note     = "Calls whose answer was not logged, or was cut off by the size limit of the log, have no token counts and are skipped."
about    = """
The table `ApiManagementGatewayLogs` of a Log Analytics workspace: the answer of `az monitor log-analytics query`, rows of a data
export rule, or the CSV that the portal's *Export* writes. It is the log of `azure.apim_gateway_log` under other names: what is
said there of bodies, streams, providers and the size limit holds here, and calls of both count once.
"""

[fields]
TimeGenerated = "time"
"TimeGenerated [UTC]" = "str"
CorrelationId = "id"
BackendResponseBody = "str"
ResponseBody = "str"
Cache = "str"
ApimSubscriptionId = "id"
ApiId = "id"
UserId = "id"
TotalTime = "id"
*/
-- One request a row.
WITH entry AS (
    SELECT
        file_id,
        line,
        coalesce(TimeGenerated, azure_portal_time("TimeGenerated [UTC]")) AS time,
        strict_int(TotalTime) AS durationMs,
        CorrelationId AS correlationId,
        to_json({
            'responseBody': ResponseBody,
            'backendResponseBody': BackendResponseBody,
            'cache': Cache,
            'apimSubscriptionId': ApimSubscriptionId,
            'apiId': ApiId,
            'userId': UserId
        }) AS properties
    FROM source
)

SELECT * FROM azure_gateway_calls('entry')
