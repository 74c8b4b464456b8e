/* logcost
format        = "codex.exec"
title         = "Codex: events of 'codex exec --json'"
reader        = "json_lines"
identify      = ["type"]
identify_none = ["payload", "session_id", "sessionId", "usage_metadata"]
where         = { type = ["thread.started", "turn.started", "turn.completed", "turn.failed", "item.started", "item.completed"] }
keep          = ["thread_id", "usage"]
scope         = "file"
grain         = "bucket"
on_duplicate  = "largest"
docs          = "https://developers.openai.com/codex/noninteractive"
seen          = "2026-11"
note          = "These events name no model, so they cannot be priced; the session's rollout file names it."
about         = """
What `codex exec --json` prints. One row is a whole thread: `turn.completed` states the running total of the thread, of all
its calls, not the usage of one turn. So only the largest total of a thread counts, also when several runs of it (`codex exec
resume`) are given; where a total falls, a new count starts.

- The events name no time and no model. `--date` sets the day; without a model the row stays unpriced.
- Codex also writes each of these sessions to `~/.codex/sessions` (format codex.rollout), call by call, with time and model.
  Give that folder instead where it still exists, not both: a total and its parts cannot be matched.
- Input includes cached input, output includes reasoning. A failed turn states no usage and is skipped.
"""

[fields]
type = "str"
thread_id = "id"
[fields.usage]
input_tokens = "int"
cached_input_tokens = "int"
cache_write_input_tokens = "int"
output_tokens = "int"
reasoning_output_tokens = "int"
*/
-- thread.started names the thread of the lines below it.
WITH event AS (
    SELECT
        file_id,
        line,
        type,
        usage,
        last_value(thread_id IGNORE NULLS) OVER (PARTITION BY file_id ORDER BY line ROWS UNBOUNDED PRECEDING) AS thread
    FROM source
),

turn AS (
    SELECT
        *,
        lag(usage) OVER thread_order AS before,
        lead(usage) OVER thread_order AS after
    FROM event
    WHERE type = 'turn.completed' AND coalesce(usage.input_tokens, usage.output_tokens) IS NOT NULL
    WINDOW thread_order AS (PARTITION BY file_id, thread ORDER BY line)
),

-- A total that a later one of the thread does not contain ends a count.
counted AS (
    SELECT
        *,
        coalesce(after.input_tokens >= usage.input_tokens AND after.output_tokens >= usage.output_tokens, false) AS contained,
        sum((usage.input_tokens < before.input_tokens OR usage.output_tokens < before.output_tokens)::INTEGER) OVER (
            PARTITION BY file_id, thread ORDER BY line ROWS UNBOUNDED PRECEDING
        ) AS epoch
    FROM turn
)

SELECT
    'openai' AS provider_name,
    'chat' AS operation_name,
    usage.input_tokens,
    usage.cached_input_tokens AS cache_read_input_tokens,
    usage.cache_write_input_tokens AS cache_creation_unsplit_input_tokens,
    usage.output_tokens,
    usage.reasoning_output_tokens,
    thread AS session_id,
    'ok' AS status,
    'codex.exec|' || thread || CASE WHEN epoch > 0 THEN '#' || epoch ELSE '' END AS dedup_key,
    file_id,
    line
FROM counted
WHERE NOT contained AND (usage.input_tokens > 0 OR usage.output_tokens > 0)
