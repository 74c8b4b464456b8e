/* logcost
format        = "pi.session"
title         = "pi coding agent sessions (JSON Lines below ~/.pi/agent/sessions)"
reader        = "json_lines"
identify      = ["type", "timestamp", "id"]
identify_any  = [["message.role", "parentId"], ["message.usage.cacheRead"], ["cwd", "version"]]
identify_none = ["sessionId", "session_id", "payload", "data", "uuid", "object"]
where         = { type = ["session", "message"] }
keep          = ["cwd", "message.usage"]
scope         = "file"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://github.com/badlogic/pi-mono/blob/main/packages/coding-agent/docs/session.md"
seen          = "2026-11"
about         = """
pi keeps one file a session in `~/.pi/agent/sessions/<folder>/`; other agents built on it write the same. One row is one answer
of a model.

- `input` is what was neither read from nor written to the cache; the row adds both. Output includes reasoning.
- `cost.total` is what pi worked out from its price list, also for subscriptions: it is the reported cost.
- A session that was branched off another repeats its answers. An answer is known by the API's own id, or by its time and
  counts, so it counts once. Branches that were left stay: they were billed.
"""

[fields]
type = "str"
id = "id"
timestamp = "time"
cwd = "str"
parentSession = "json"
[fields.message]
role = "str"
provider = "str"
model = "str"
responseId = "id"
responseModel = "str"
stopReason = "str"
timestamp = "time"
[fields.message.usage]
input = "int"
output = "int"
cacheRead = "int"
cacheWrite = "int"
reasoning = "int"
[fields.message.usage.cost]
total = "decimal"
*/
-- The header names the session and its folder; the answers stand below it.
WITH answer AS (
    SELECT
        file_id,
        line,
        type,
        coalesce(message.timestamp, timestamp) AS stated_at,
        message,
        message.usage AS usage,
        last_value(CASE WHEN type = 'session' THEN id END IGNORE NULLS) OVER earlier AS session_id,
        last_value(cwd IGNORE NULLS) OVER earlier AS folder,
        first_value(parentSession IGNORE NULLS) OVER earlier IS NOT NULL AS branched
    FROM source
    WINDOW earlier AS (PARTITION BY file_id ORDER BY line ROWS UNBOUNDED PRECEDING)
)

SELECT
    any_time(stated_at) AS started_at,
    CASE message.provider WHEN 'github-copilot' THEN 'github.copilot' ELSE provider_called(message.provider) END AS provider_name,
    message.model AS request_model,
    coalesce(message.responseModel, message.model) AS response_model,
    'chat' AS operation_name,
    -- A sum that is too large must not end the reading of the whole file: it is told of as its own row's.
    usage.input::HUGEINT + coalesce(usage.cacheRead, 0) + coalesce(usage.cacheWrite, 0) AS input_tokens,
    usage.cacheRead AS cache_read_input_tokens,
    usage.cacheWrite AS cache_creation_unsplit_input_tokens,
    usage.output AS output_tokens,
    usage.reasoning AS reasoning_output_tokens,
    folder AS project,
    session_id,
    CASE WHEN message.stopReason = 'error' THEN 'error' ELSE 'ok' END AS status,
    strict_decimal(usage.cost.total) AS reported_cost,
    CASE WHEN strict_decimal(usage.cost.total) IS NOT NULL THEN 'USD' END AS reported_currency,
    coalesce(nullif(message.responseId, ''), concat_ws(
        '|', 'pi', stated_at, coalesce(message.provider, ''), coalesce(message.model, ''), usage.input,
        coalesce(usage.cacheRead, 0), coalesce(usage.cacheWrite, 0), usage.output
    )) AS dedup_key,
    CASE WHEN branched THEN 1 ELSE 0 END AS duplicate_rank,
    coalesce(bad_time('timestamp', stated_at), bad_decimal('cost.total', usage.cost.total)) AS reject_reason,
    file_id,
    line
FROM answer
WHERE message.role = 'assistant'
    AND (usage.input > 0 OR usage.cacheRead > 0 OR usage.cacheWrite > 0 OR usage.output > 0)
