/* logcost
format   = "otel.otlp_metrics"
title    = "OpenTelemetry metrics as OTLP JSON: recognised, not counted"
reader   = ["json_lines", "json_document"]
identify = ["resourceMetrics.scopeMetrics.metrics"]
records  = "resourceMetrics[].scopeMetrics[].metrics[]"
scope    = "row"
grain    = "bucket"
docs     = "https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/"
seen     = "2026-11"
note     = "Metrics are running sums without calls, and the same tokens as in traces and logs: nothing of them was counted. Give the traces or logs."
about    = """
Metrics such as `gen_ai.client.token.usage` or `claude_code.token.usage` hold token sums of a process that go up until it restarts, without calls, and repeat what its traces and logs say. They are recognised, so that a folder of telemetry can be given as it is, and not counted.
"""

[fields]
[[fields.resourceMetrics]]
[[fields.resourceMetrics.scopeMetrics]]
[[fields.resourceMetrics.scopeMetrics.metrics]]
name = "str"
*/
-- No row: each metric is skipped.
SELECT
    file_id,
    line,
    metrics.name AS response_model
FROM source
WHERE FALSE
