/* logcost
format        = "claude_code.result"
title         = "Claude Code: what 'claude -p --output-format json' or 'stream-json' prints"
reader        = ["json_lines", "json_document"]
identify      = ["type", "session_id"]
identify_any  = [["total_cost_usd", "duration_ms"], ["subtype", "tools", "cwd"], ["parent_tool_use_id", "message.role"]]
identify_none = ["sessionId", "leafUuid"]
keep          = ["session_id"]
scope         = "file"
grain         = "bucket"
on_duplicate  = "largest"
docs          = "https://docs.anthropic.com/en/docs/claude-code/headless"
seen          = "2026-11"
about         = """
What `claude -p` prints with `--output-format json` (one object) or `stream-json` (JSON Lines that end with that object). The
`result` sums the run by model: one row a model, with what Claude Code says it cost.

- The lines of the answers before it are not added: they are in the sums, and their output counts are those of the start of an
  answer. Only where a run has no result (it was killed) they are read instead, one row a message, as the only thing known.
- Runs that answer several prompts print several results with running totals: a row is what was added.
- A result states no time; `--date` sets the day. Sums do not say how long cache writes live, unless the run used one model only.
- The same calls stand one by one in the transcripts below `~/.claude/projects` (format claude_code.transcript). Give one of
  the two.
"""

[fields]
type = "str"
session_id = "id"
uuid = "id"
model = "str"
cwd = "str"
total_cost_usd = "decimal"
modelUsage = "json"
[fields.usage]
input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
output_tokens = "int"
service_tier = "str"
[fields.usage.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.usage.server_tool_use]
web_search_requests = "int"
[fields.message]
id = "str"
model = "str"
[fields.message.usage]
input_tokens = "int"
cache_read_input_tokens = "int"
cache_creation_input_tokens = "int"
output_tokens = "int"
service_tier = "str"
[fields.message.usage.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
*/
-- Results are running totals of a process; each is compared with the one before it of the same session and model.
WITH event AS (
    SELECT
        *,
        last_value(CASE WHEN type = 'system' THEN model END IGNORE NULLS) OVER earlier AS session_model,
        last_value(cwd IGNORE NULLS) OVER earlier AS folder,
        bool_or(type = 'result') OVER (PARTITION BY file_id, session_id) AS has_result
    FROM source
    WINDOW earlier AS (PARTITION BY file_id ORDER BY line ROWS UNBOUNDED PRECEDING)
),

result AS (
    SELECT *, map_entries(json_tags(modelUsage)) AS entries
    FROM event
    WHERE type = 'result'
),

by_model AS (
    SELECT *, unnest(entries) AS entry
    FROM result
    WHERE len(entries) > 0
),

-- The counts are texts until they were checked.
stated AS (
    SELECT
        * EXCLUDE (entry, entries),
        entry.key AS named_model,
        len(entries) = 1 AS alone,
        try_cast(entry.value AS JSON) ->> '$.inputTokens' AS uncached_text,
        try_cast(entry.value AS JSON) ->> '$.cacheReadInputTokens' AS read_text,
        try_cast(entry.value AS JSON) ->> '$.cacheCreationInputTokens' AS written_text,
        try_cast(entry.value AS JSON) ->> '$.outputTokens' AS output_text,
        try_cast(entry.value AS JSON) ->> '$.webSearchRequests' AS searches_text,
        try_cast(entry.value AS JSON) ->> '$.costUSD' AS cost_text
    FROM by_model
),

total AS (
    SELECT
        *,
        strict_int(uncached_text) AS uncached,
        strict_int(read_text) AS read,
        strict_int(written_text) AS written,
        strict_int(output_text) AS output,
        strict_int(searches_text) AS searches,
        strict_decimal(cost_text) AS cost,
        coalesce(
            bad_int('inputTokens', uncached_text), bad_int('cacheReadInputTokens', read_text),
            bad_int('cacheCreationInputTokens', written_text), bad_int('outputTokens', output_text),
            bad_int('webSearchRequests', searches_text), bad_decimal('costUSD', cost_text)
        ) AS wrong
    FROM stated
),

compared AS (
    SELECT
        *,
        coalesce(
            uncached >= lag(uncached) OVER model_order AND read >= lag(read) OVER model_order
            AND written >= lag(written) OVER model_order AND output >= lag(output) OVER model_order
            AND cost >= lag(cost) OVER model_order,
            false
        ) AS goes_on,
        lag(uncached) OVER model_order AS uncached_before,
        lag(read) OVER model_order AS read_before,
        lag(written) OVER model_order AS written_before,
        lag(output) OVER model_order AS output_before,
        lag(searches) OVER model_order AS searches_before,
        lag(cost) OVER model_order AS cost_before
    FROM total
    WINDOW model_order AS (PARTITION BY file_id, session_id, named_model ORDER BY line)
),

added AS (
    SELECT
        file_id,
        line,
        'bucket' AS grain,
        named_model AS model,
        uncached - CASE WHEN goes_on THEN uncached_before ELSE 0 END AS uncached,
        read - CASE WHEN goes_on THEN read_before ELSE 0 END AS read,
        written - CASE WHEN goes_on THEN written_before ELSE 0 END AS written,
        CASE WHEN alone THEN usage.cache_creation.ephemeral_5m_input_tokens END AS short_written,
        CASE WHEN alone THEN usage.cache_creation.ephemeral_1h_input_tokens END AS long_written,
        output - CASE WHEN goes_on THEN output_before ELSE 0 END AS output,
        searches - CASE WHEN goes_on THEN coalesce(searches_before, 0) ELSE 0 END AS searches,
        cost - CASE WHEN goes_on THEN cost_before ELSE 0 END AS cost,
        usage.service_tier AS tier,
        folder,
        session_id,
        'claude_code.result|' || uuid || '|' || named_model AS dedup_key,
        wrong
    FROM compared
),

-- Older versions sum the run without naming the models.
whole AS (
    SELECT
        file_id,
        line,
        'bucket' AS grain,
        session_model AS model,
        usage.input_tokens AS uncached,
        usage.cache_read_input_tokens AS read,
        usage.cache_creation_input_tokens AS written,
        usage.cache_creation.ephemeral_5m_input_tokens AS short_written,
        usage.cache_creation.ephemeral_1h_input_tokens AS long_written,
        usage.output_tokens AS output,
        usage.server_tool_use.web_search_requests AS searches,
        strict_decimal(total_cost_usd) AS cost,
        usage.service_tier AS tier,
        folder,
        session_id,
        'claude_code.result|' || uuid AS dedup_key,
        bad_decimal('total_cost_usd', total_cost_usd) AS wrong
    FROM result
    WHERE coalesce(len(entries), 0) = 0
),

answer AS (
    SELECT
        file_id,
        line,
        'request' AS grain,
        1 AS requests,
        message.model AS model,
        message.usage.input_tokens AS uncached,
        message.usage.cache_read_input_tokens AS read,
        message.usage.cache_creation_input_tokens AS written,
        message.usage.cache_creation.ephemeral_5m_input_tokens AS short_written,
        message.usage.cache_creation.ephemeral_1h_input_tokens AS long_written,
        message.usage.output_tokens AS output,
        message.usage.service_tier AS tier,
        folder,
        session_id,
        nullif(message.id, '') AS dedup_key
    FROM event
    WHERE type = 'assistant' AND NOT has_result AND coalesce(message.model, '') <> '<synthetic>'
)

SELECT
    grain,
    requests,
    CASE
        WHEN dedup_key LIKE 'msg_bdrk_%' THEN 'aws.bedrock'
        WHEN dedup_key LIKE 'msg_vrtx_%' THEN 'gcp.vertex_ai'
        ELSE maker_of(regexp_replace(model, '\[1m\]$', ''))
    END AS provider_name,
    -- [1m] is no part of the model's name: it asks for the context of a million tokens.
    regexp_replace(model, '\[1m\]$', '') AS response_model,
    'chat' AS operation_name,
    tier AS service_tier,
    -- A sum that is too large must not end the reading of the whole file: it is told of as its own row's.
    uncached::HUGEINT + coalesce(read, 0) + coalesce(written, 0) AS input_tokens,
    read AS cache_read_input_tokens,
    CASE WHEN short_written::HUGEINT + long_written = written THEN short_written END AS cache_creation_5m_input_tokens,
    CASE WHEN short_written::HUGEINT + long_written = written THEN long_written END AS cache_creation_1h_input_tokens,
    CASE WHEN short_written::HUGEINT + long_written = written THEN 0 ELSE written END AS cache_creation_unsplit_input_tokens,
    output AS output_tokens,
    searches AS web_search_requests,
    folder AS project,
    session_id,
    CASE WHEN model LIKE '%[1m]' THEN MAP {'context': '1m'} END AS tags,
    cost AS reported_cost,
    CASE WHEN cost IS NOT NULL THEN 'USD' END AS reported_currency,
    dedup_key,
    wrong AS reject_reason,
    file_id,
    line
FROM (FROM added UNION ALL BY NAME FROM whole UNION ALL BY NAME FROM answer)
WHERE wrong IS NOT NULL
    OR uncached > 0 OR read > 0 OR written > 0 OR output > 0
