/* logcost
format       = "copilot_cli.events"
title        = "GitHub Copilot CLI sessions (events.jsonl below ~/.copilot/session-state)"
reader       = "json_lines"
identify     = ["type", "data", "timestamp", "id"]
where.type   = [
    "session.start", "session.resume", "user.message", "assistant.message", "assistant.turn_start", "session.shutdown",
]
keep         = [
    "data.modelMetrics", "data.outputTokens", "data.sessionId", "data.selectedModel", "data.newModel", "data.resumeTime",
    "data.success",
]
scope        = "file"
grain        = "request"
on_duplicate = "largest"
docs         = "https://docs.github.com/en/copilot/concepts/agents/about-copilot-cli"
seen         = "2026-11"
note         = "Answers that no shutdown of the session sums up state output tokens only; session-store.db holds every call."
about        = """
Copilot CLI keeps one `events.jsonl` a session below `~/.copilot/session-state`. Its best source is another one: the table
`assistant_usage_events` of `~/.copilot/session-store.db` (format [`copilot_cli.session_store`](copilot_cli.session_store.md)) holds every call. Give one of
the two.

- When a session ends, `session.shutdown` sums its tokens by model. The sums go on when the session is resumed, so a row is what
  was added since the shutdown before. A sum that falls, and one after a compaction, is a new count and taken whole.
- Between the events there are only the output tokens of each answer. Answers that no shutdown covers (a crash, a session that
  still runs, the part before a compaction) become rows whose input is unknown, not 0.
- Input includes cache reads and writes. Copilot bills premium requests or credits, not these tokens: the cost here is what the
  models' own prices would give.
"""

[fields]
type = "str"
id = "id"
timestamp = "time"
[fields.data]
sessionId = "id"
model = "str"
selectedModel = "str"
newModel = "str"
outputTokens = "int"
messageId = "id"
context = "json"
resumeTime = "json"
success = "json"
modelMetrics = "json"
*/
-- What a line means depends on the lines around it: the leg of the session (from a start or resume to the next), and whether a
-- shutdown of that leg sums it up.
WITH event AS (
    SELECT
        file_id,
        line,
        id,
        type,
        timestamp,
        data,
        count(*) FILTER (WHERE type IN ('session.start', 'session.resume')) OVER earlier AS leg,
        last_value(CASE WHEN type IN ('session.start', 'session.resume') THEN any_time(timestamp) END IGNORE NULLS) OVER earlier
            AS leg_started_at,
        first_value(data.sessionId IGNORE NULLS) OVER earlier AS session_id,
        last_value(coalesce(data.newModel, data.selectedModel) IGNORE NULLS) OVER earlier AS session_model,
        last_value(try_cast(data.context AS JSON) ->> '$.cwd' IGNORE NULLS) OVER earlier AS cwd,
        last_value(try_cast(data.context AS JSON) ->> '$.branch' IGNORE NULLS) OVER earlier AS branch,
        max(CASE WHEN type = 'session.compaction_complete' AND data.success = 'true' THEN line END) OVER earlier AS compacted_line
    FROM source
    WINDOW earlier AS (PARTITION BY file_id ORDER BY line ROWS UNBOUNDED PRECEDING)
),

shutdown AS (
    SELECT *, unnest(map_entries(json_tags(data.modelMetrics))) AS entry
    FROM event
    WHERE type = 'session.shutdown'
),

-- The counts are texts until they were checked; a model that only tells its number of requests has none.
stated AS (
    SELECT
        * EXCLUDE (entry, data),
        entry.key AS model,
        try_cast(entry.value AS JSON) ->> '$.requests.count' AS calls_text,
        try_cast(entry.value AS JSON) ->> '$.usage.inputTokens' AS input_text,
        try_cast(entry.value AS JSON) ->> '$.usage.outputTokens' AS output_text,
        try_cast(entry.value AS JSON) ->> '$.usage.cacheReadTokens' AS read_text,
        coalesce(
            try_cast(entry.value AS JSON) ->> '$.usage.cacheWriteTokens',
            try_cast(entry.value AS JSON) ->> '$.usage.cacheCreationTokens'
        ) AS written_text,
        try_cast(entry.value AS JSON) ->> '$.usage.reasoningTokens' AS reasoning_text
    FROM shutdown
    WHERE json_type(try_cast(entry.value AS JSON), '$.usage') = 'OBJECT'
),

rolled AS (
    SELECT
        *,
        strict_int(calls_text) AS calls,
        {
            'input': strict_int(input_text),
            'output': strict_int(output_text),
            'read': strict_int(read_text),
            'written': strict_int(written_text),
            'reasoning': strict_int(reasoning_text)
        } AS total,
        coalesce(
            bad_int('usage.inputTokens', input_text), bad_int('usage.outputTokens', output_text),
            bad_int('usage.cacheReadTokens', read_text), bad_int('usage.cacheWriteTokens', written_text),
            bad_int('usage.reasoningTokens', reasoning_text), bad_int('requests.count', calls_text)
        ) AS wrong
    FROM stated
),

compared AS (
    SELECT
        *,
        lag(total) OVER by_model AS total_before,
        lag(calls) OVER by_model AS calls_before,
        -- A compaction since then has set the sums back to 0.
        coalesce(compacted_line > lag(line) OVER by_model, false) AS compacted
    FROM rolled
    WINDOW by_model AS (PARTITION BY file_id, model ORDER BY line)
),

based AS (
    SELECT
        *,
        NOT compacted AND coalesce(
            total.input >= total_before.input AND total.output >= total_before.output
            AND coalesce(total.read >= total_before.read, true) AND coalesce(total.written >= total_before.written, true)
            AND coalesce(total.reasoning >= total_before.reasoning, true),
            false
        ) AS goes_on
    FROM compared
),

sum_of_leg AS (
    SELECT
        file_id,
        line,
        'bucket' AS grain,
        leg_started_at AS started_at,
        any_time(timestamp) AS ended_at,
        CASE WHEN goes_on THEN calls - calls_before ELSE calls END AS requests,
        model,
        total.input - CASE WHEN goes_on THEN total_before.input ELSE 0 END AS input_tokens,
        total.read - CASE WHEN goes_on THEN coalesce(total_before.read, 0) ELSE 0 END AS read_tokens,
        total.written - CASE WHEN goes_on THEN coalesce(total_before.written, 0) ELSE 0 END AS written_tokens,
        total.output - CASE WHEN goes_on THEN total_before.output ELSE 0 END AS output_tokens,
        total.reasoning - CASE WHEN goes_on THEN coalesce(total_before.reasoning, 0) ELSE 0 END AS reasoning_tokens,
        cwd,
        branch,
        session_id,
        'copilot_cli|' || session_id || '|' || id || '|' || model AS dedup_key,
        coalesce(bad_time('timestamp', timestamp), wrong) AS reject_reason
    FROM based
),

summed AS (
    SELECT file_id, leg, max(line) AS line, max(compacted_line) AS compacted_line
    FROM rolled
    GROUP BY file_id, leg
),

answer AS (
    SELECT
        event.file_id,
        event.line,
        'request' AS grain,
        any_time(event.timestamp) AS started_at,
        1 AS requests,
        coalesce(event.data.model, event.session_model) AS model,
        event.data.outputTokens AS output_tokens,
        event.cwd,
        event.branch,
        event.session_id,
        'copilot_cli|' || event.session_id || '|' || event.data.messageId AS dedup_key,
        bad_time('timestamp', event.timestamp) AS reject_reason
    FROM event
    LEFT JOIN summed ON
        summed.file_id = event.file_id AND summed.leg = event.leg AND summed.line > event.line
        AND coalesce(summed.compacted_line < event.line, true)
    WHERE event.type = 'assistant.message' AND event.data.outputTokens > 0 AND summed.file_id IS NULL
)

SELECT
    grain,
    started_at,
    ended_at,
    requests,
    'github.copilot' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    input_tokens,
    read_tokens AS cache_read_input_tokens,
    written_tokens AS cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning_tokens AS reasoning_output_tokens,
    cwd AS project,
    session_id,
    CASE WHEN branch IS NOT NULL THEN MAP {'git_branch': branch} END AS tags,
    dedup_key,
    reject_reason,
    file_id,
    line
FROM (FROM sum_of_leg UNION ALL BY NAME FROM answer)
WHERE reject_reason IS NOT NULL OR input_tokens > 0 OR output_tokens > 0
