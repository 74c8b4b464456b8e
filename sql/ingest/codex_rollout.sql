/* logcost
format       = "codex.rollout"
title        = "Codex CLI and Desktop sessions (rollout-*.jsonl below ~/.codex/sessions and archived_sessions)"
reader       = "json_lines"
identify     = ["timestamp", "type", "payload"]
where        = { type = ["session_meta", "turn_context", "event_msg", "response_item", "compacted"] }
keep         = [
    "payload.info", "payload.usage", "payload.model", "payload.cwd", "payload.originator", "payload.cli_version",
    "payload.model_provider", "payload.forked_from_id", "payload.source", "payload.timestamp",
]
scope        = "file"
grain        = "request"
on_duplicate = "largest"
docs         = "https://developers.openai.com/codex/cli"
seen         = "2026-11"
about        = """
Codex writes one file a session: `${CODEX_HOME:-~/.codex}/sessions/YYYY/MM/DD/rollout-*.jsonl`, later moved to
`archived_sessions/`. Give the folder. One row is one call of the model.

- The usage of a call is the `last_token_usage` of its `token_count` event. Where an event states only the running total of
  the session, the row is the difference to the total before. When a total falls, the count starts anew.
- Codex writes the same total several times. Repeats are skipped; adding up all events would count 1.5 to 2 times too much.
- A forked session, and a sub-agent that inherits its parent's conversation, repeats the parent's events under new times.
  A call is known by its root session and the running total, so it counts once, also across files and archived copies.
- Input includes cache reads and writes, output includes reasoning.
- The model is that of the last `turn_context`. A file that never names one (early September 2025) has calls without a
  model: they stay unpriced, because the model is not known.
- With a ChatGPT subscription the calls are not billed one by one: their cost here is what the API would have charged. The
  plan is in the tag `plan`.
"""

[fields]
timestamp = "time"
type = "str"
[fields.payload]
type = "str"
id = "id"
session_id = "id"
parent_thread_id = "id"
timestamp = "time"
cwd = "str"
originator = "str"
cli_version = "str"
model_provider = "str"
model = "str"
effort = "str"
forked_from_id = "id"
source = "json"
[fields.payload.git]
branch = "str"
[fields.payload.rate_limits]
plan_type = "str"
[fields.payload.info]
model = "str"
prompt = "int"
completion = "int"
[fields.payload.info.last_token_usage]
input_tokens = "int"
cached_input_tokens = "int"
cache_write_input_tokens = "int"
output_tokens = "int"
reasoning_output_tokens = "int"
[fields.payload.info.total_token_usage]
input_tokens = "int"
cached_input_tokens = "int"
cache_write_input_tokens = "int"
output_tokens = "int"
reasoning_output_tokens = "int"
[fields.payload.usage]
input_tokens = "int"
cached_input_tokens = "int"
cache_write_input_tokens = "int"
output_tokens = "int"
reasoning_output_tokens = "int"
*/
-- The state of a session lies on earlier lines (model, folder, running total), so everything is seen file by file, in the order
-- of the lines; the clock of a session may jump.
WITH event AS (
    SELECT
        file_id,
        line,
        type,
        timestamp,
        payload,
        -- An object that is missing is a struct of NULLs. Codex 0.50 and 0.51 wrote other shapes; usage on a finished turn is a
        -- running total too.
        CASE
            WHEN coalesce(payload.info.total_token_usage.input_tokens, payload.info.total_token_usage.output_tokens) IS NOT NULL
                THEN payload.info.total_token_usage
            WHEN payload.type = 'turn.completed' AND coalesce(payload.usage.input_tokens, payload.usage.output_tokens) IS NOT NULL
                THEN payload.usage
        END AS total,
        CASE
            WHEN coalesce(payload.info.last_token_usage.input_tokens, payload.info.last_token_usage.output_tokens) IS NOT NULL
                THEN payload.info.last_token_usage
            WHEN coalesce(payload.info.prompt, payload.info.completion) IS NOT NULL
                THEN {
                    'input_tokens': payload.info.prompt,
                    'cached_input_tokens': NULL::BIGINT,
                    'cache_write_input_tokens': NULL::BIGINT,
                    'output_tokens': payload.info.completion,
                    'reasoning_output_tokens': NULL::BIGINT
                }
        END AS own
    FROM source
),

-- The first session_meta is the session's own. Others were copied from the sessions that it was forked from.
meta AS (
    SELECT
        file_id,
        line,
        coalesce(payload.id, payload.session_id) AS id,
        coalesce(
            payload.forked_from_id,
            payload.parent_thread_id,
            try_cast(payload.source AS JSON) ->> '$.subagent.thread_spawn.parent_thread_id'
        ) AS parent,
        payload.forked_from_id IS NOT NULL AS forked,
        first_value(coalesce(payload.id, payload.session_id) IGNORE NULLS) OVER (PARTITION BY file_id ORDER BY line) AS own_id,
        any_time(coalesce(timestamp, payload.timestamp)) AS written_at
    FROM event
    WHERE type = 'session_meta'
),

-- No call of a model takes less than two seconds from the start of a session: usage so early is the parent's, copied.
first_usage AS (
    SELECT file_id, min(any_time(timestamp)) AS at
    FROM event
    WHERE total IS NOT NULL OR own IS NOT NULL
    GROUP BY file_id
),

session AS (
    SELECT
        meta.file_id,
        any_value(own_id) AS id,
        arg_max(CASE WHEN forked THEN parent ELSE meta.id END, line) FILTER (WHERE meta.id <> own_id) AS copied_root,
        arg_min(
            CASE WHEN forked OR first_usage.at < written_at + INTERVAL 2 SECOND THEN parent END, line
        ) FILTER (WHERE meta.id = own_id) AS parent
    FROM meta
    LEFT JOIN first_usage ON first_usage.file_id = meta.file_id
    GROUP BY meta.file_id
),

known AS (
    SELECT
        file_id,
        line,
        timestamp,
        total,
        own,
        coalesce(payload.info.model, payload.model, last_value(payload.model IGNORE NULLS) OVER earlier) AS model,
        last_value(payload.cwd IGNORE NULLS) OVER earlier AS cwd,
        last_value(payload.effort IGNORE NULLS) OVER earlier AS effort,
        first_value(payload.model_provider IGNORE NULLS) OVER earlier AS model_provider,
        first_value(payload.git.branch IGNORE NULLS) OVER earlier AS branch,
        first_value(payload.cli_version IGNORE NULLS) OVER earlier AS version,
        first_value(payload.originator IGNORE NULLS) OVER earlier AS originator,
        last_value(payload.rate_limits.plan_type IGNORE NULLS) OVER earlier AS plan
    FROM event
    WINDOW earlier AS (PARTITION BY file_id ORDER BY line ROWS UNBOUNDED PRECEDING)
),

counted AS (
    SELECT *, lag(total) OVER (PARTITION BY file_id ORDER BY line) AS total_before
    FROM known
    WHERE total IS NOT NULL OR own IS NOT NULL
    -- The same total (without totals: the same usage) again says nothing new.
    QUALIFY coalesce(
        coalesce(total, own) IS DISTINCT FROM lag(coalesce(total, own)) OVER (PARTITION BY file_id ORDER BY line), true
    )
),

changed AS (
    SELECT
        *,
        coalesce(
            total.input_tokens < total_before.input_tokens
            OR total.cached_input_tokens < total_before.cached_input_tokens
            OR total.output_tokens < total_before.output_tokens
            OR total.reasoning_output_tokens < total_before.reasoning_output_tokens,
            false
        ) AS fell
    FROM counted
),

-- own = usage of this call; without it, what the total grew by.
call AS (
    SELECT
        *,
        sum(fell::INTEGER) OVER so_far AS epoch,
        CASE WHEN fell THEN NULL ELSE total_before END AS base,
        coalesce(total.input_tokens, sum(own.input_tokens) OVER so_far) AS input_so_far,
        coalesce(total.cached_input_tokens, sum(own.cached_input_tokens) OVER so_far) AS cached_so_far,
        coalesce(total.output_tokens, sum(own.output_tokens) OVER so_far) AS output_so_far,
        coalesce(total.reasoning_output_tokens, sum(own.reasoning_output_tokens) OVER so_far) AS reasoning_so_far
    FROM changed
    WINDOW so_far AS (PARTITION BY file_id ORDER BY line ROWS UNBOUNDED PRECEDING)
),

usage AS (
    SELECT
        *,
        CASE WHEN own IS NULL THEN total.input_tokens - coalesce(base.input_tokens, 0) ELSE own.input_tokens END AS input_tokens,
        CASE
            WHEN own IS NULL THEN total.cached_input_tokens - coalesce(base.cached_input_tokens, 0)
            ELSE own.cached_input_tokens
        END AS cached_tokens,
        CASE
            WHEN own IS NULL THEN total.cache_write_input_tokens - coalesce(base.cache_write_input_tokens, 0)
            ELSE own.cache_write_input_tokens
        END AS written_tokens,
        CASE
            WHEN own IS NULL THEN total.output_tokens - coalesce(base.output_tokens, 0)
            ELSE own.output_tokens
        END AS output_tokens,
        CASE
            WHEN own IS NULL THEN total.reasoning_output_tokens - coalesce(base.reasoning_output_tokens, 0)
            ELSE own.reasoning_output_tokens
        END AS reasoning_tokens
    FROM call
)

SELECT
    any_time(usage.timestamp) AS started_at,
    coalesce(provider_called(usage.model_provider), maker_of(usage.model)) AS provider_name,
    usage.model AS response_model,
    'chat' AS operation_name,
    usage.input_tokens,
    usage.cached_tokens AS cache_read_input_tokens,
    usage.written_tokens AS cache_creation_unsplit_input_tokens,
    usage.output_tokens,
    usage.reasoning_tokens AS reasoning_output_tokens,
    usage.cwd AS project,
    session.id AS session_id,
    nullif(map_from_entries(list_filter(
        [
            {'key': 'git_branch', 'value': nullif(usage.branch, '')},
            {'key': 'version', 'value': usage.version},
            {'key': 'originator', 'value': usage.originator},
            {'key': 'effort', 'value': usage.effort},
            {'key': 'plan', 'value': usage.plan}
        ],
        lambda tag: tag.value IS NOT NULL
    )), MAP {}) AS tags,
    'ok' AS status,
    'codex|' || coalesce(session.copied_root, session.parent, session.id) || '|' || concat_ws(
        '|', usage.epoch, coalesce(usage.input_so_far, 0), coalesce(usage.cached_so_far, 0), coalesce(usage.output_so_far, 0),
        coalesce(usage.reasoning_so_far, 0)
    ) AS dedup_key,
    CASE WHEN coalesce(session.copied_root, session.parent) IS NULL THEN 0 ELSE 1 END AS duplicate_rank,
    bad_time('timestamp', usage.timestamp) AS reject_reason,
    usage.file_id,
    usage.line
FROM usage
LEFT JOIN session ON session.file_id = usage.file_id
-- An event without a token tells of a full or shortened context, not of a call.
WHERE usage.input_tokens > 0 OR usage.output_tokens > 0
