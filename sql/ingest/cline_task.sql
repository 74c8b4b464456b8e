/* logcost
format   = "cline.task"
title    = "Cline, Roo Code and Kilo Code tasks (ui_messages.json in the extension's folder 'tasks')"
reader   = "json_document"
identify = ["ts", "type", "say"]
identify_none = ["role", "usage", "sessionId"]
where    = { say = ["api_req_started", "deleted_api_reqs", "subagent_usage"] }
keep     = ["say"]
scope    = "row"
grain    = "request"
on_duplicate = "largest"
docs     = "https://docs.cline.bot/"
seen     = "2026-11"
note     = "Requests of versions that did not write down the model (older Cline, Roo Code, Kilo Code) have no model and no price; what the extension says they cost is kept."
about    = """
One file a task, in `<editor's user folder>/globalStorage/saoudrizwan.claude-dev/tasks/<task>/` (Roo Code:
`rooveterinaryinc.roo-cline`, Kilo Code: `kilocode.kilo-code`). One `api_req_started` is one call.

- `tokensIn` leaves out what was read from and written to the cache, and the row adds both. Roo Code and Kilo Code since they
  write `apiProtocol` put them in; then they are added only where they are more than `tokensIn`.
- `cost` (USD) is what the extension worked out: the reported cost.
- `deleted_api_reqs` and `subagent_usage` are sums of calls that stand nowhere else: rows without model and number of calls.
- A call whose answer never came has no counts and is skipped. A task's copy counts once, by time and counts.
- No text is read into the ledger.
"""

[fields]
ts = "time"
say = "str"
text = "str"
modelInfo.providerId = "str"
modelInfo.modelId = "str"
*/
-- One message a row; of most only the kind is looked at. The counts stand as JSON in the text.
WITH told AS (
    SELECT
        file_id,
        line,
        ts,
        say,
        modelInfo.providerId AS provider,
        modelInfo.modelId AS model,
        regexp_extract(file_path, '([^/\\]+)[/\\]ui_messages\.json', 1) AS task,
        json_valid(text) AS is_json,
        CASE WHEN json_valid(text) THEN json_extract_string(text, [
            '$.tokensIn', '$.tokensOut', '$.cacheReads', '$.cacheWrites', '$.cost', '$.apiProtocol', '$.cancelReason'
        ]) END AS fact
    FROM source
    WHERE say IN ('api_req_started', 'deleted_api_reqs', 'subagent_usage')
),

counted AS (
    SELECT
        *,
        strict_int(fact[1]) AS stated,
        strict_int(fact[3]) AS read,
        strict_int(fact[4]) AS written,
        coalesce(strict_int(fact[3]), 0) + coalesce(strict_int(fact[4]), 0) AS cached,
        coalesce(
            bad_time('ts', ts), bad_int('tokensIn', fact[1]), bad_int('tokensOut', fact[2]), bad_int('cacheReads', fact[3]),
            bad_int('cacheWrites', fact[4]), bad_decimal('cost', fact[5]),
            CASE WHEN NOT is_json THEN 'text is no JSON. Correct the record, or delete it.' END
        ) AS wrong
    FROM told
)

SELECT
    any_time(ts) AS started_at,
    CASE WHEN say = 'api_req_started' THEN 'request' ELSE 'bucket' END AS grain,
    CASE WHEN say = 'api_req_started' THEN 1 END AS requests,
    CASE lower(provider)
        WHEN 'openai-native' THEN 'openai'
        WHEN 'openai-codex' THEN 'openai'
        WHEN 'claude-code' THEN 'anthropic'
        WHEN 'vscode-lm' THEN 'github.copilot'
        -- Any service that answers in OpenAI's shape.
        WHEN 'openai' THEN maker_of(model)
        ELSE coalesce(provider_called(provider), maker_of(model))
    END AS provider_name,
    nullif(model, '') AS response_model,
    CASE WHEN say = 'api_req_started' THEN 'chat' END AS operation_name,
    CASE WHEN fact[6] IS NULL OR cached > stated THEN stated + cached ELSE stated END AS input_tokens,
    read AS cache_read_input_tokens,
    written AS cache_creation_unsplit_input_tokens,
    strict_int(fact[2]) AS output_tokens,
    nullif(task, '') AS session_id,
    CASE WHEN fact[7] = 'streaming_failed' THEN 'error' ELSE 'ok' END AS status,
    strict_decimal(fact[5]) AS reported_cost,
    CASE WHEN strict_decimal(fact[5]) IS NOT NULL THEN 'USD' END AS reported_currency,
    concat_ws('|', 'cline', say, ts, fact[1], fact[2], coalesce(fact[3], ''), coalesce(fact[4], '')) AS dedup_key,
    wrong AS reject_reason,
    file_id,
    line
FROM counted
-- Of a call without an answer there are no counts, or zeros.
WHERE wrong IS NOT NULL OR coalesce(stated, 0) + coalesce(strict_int(fact[2]), 0) + cached > 0
