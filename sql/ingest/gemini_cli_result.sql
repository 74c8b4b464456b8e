/* logcost
format       = "gemini_cli.result"
title        = "Gemini CLI: what 'gemini --output-format json' prints (also the last line of stream-json)"
reader       = ["json_lines", "json_document"]
identify     = ["stats.models"]
identify_any = ["response", "error", ["type", "status"], "session_id"]
keep         = ["stats.models"]
scope        = "row"
grain        = "bucket"
on_duplicate = "largest"
docs         = "https://github.com/google-gemini/gemini-cli/blob/main/docs/cli/headless.md"
seen         = "2026-11"
about        = """
What `gemini -p ... --output-format json` prints, one object a run. `stats.models` sums the calls of the run by model: one row
a model, with the number of calls.

- The `json` result states no time; `--date` sets the day.
- The same calls stand one by one in the session file (format gemini_cli.session). Give one of the two.
- `prompt` includes cached tokens. `tool` is input beside it, thoughts are output beside `candidates`.
- The last line of `--output-format stream-json` states less: what its total holds above the input is taken as output. It names
  the time and the duration of the run, but not the number of calls.
- Failed calls (`totalErrors`) are among the calls counted, as Gemini CLI counts them; they carry no tokens.
"""

[fields]
session_id = "id"
timestamp = "time"
stats.models = "json"
stats.duration_ms = "int"
*/
-- The models are keys of an object: one row for each.
WITH model AS (
    SELECT
        file_id,
        line,
        session_id,
        timestamp,
        stats.duration_ms AS duration_ms,
        unnest(map_entries(json_tags(stats.models))) AS entry
    FROM source
),

-- stream-json shortens the counts: total_tokens above input_tokens is all that was answered.
counted AS (
    SELECT
        file_id,
        line,
        session_id,
        timestamp,
        duration_ms,
        entry.key AS name,
        try_cast(entry.value AS JSON) ->> '$.api.totalRequests' AS calls,
        coalesce(
            try_cast(entry.value AS JSON) ->> '$.tokens.prompt', try_cast(entry.value AS JSON) ->> '$.input_tokens'
        ) AS prompt,
        try_cast(entry.value AS JSON) ->> '$.tokens.candidates' AS candidates,
        coalesce(try_cast(entry.value AS JSON) ->> '$.tokens.cached', try_cast(entry.value AS JSON) ->> '$.cached') AS cached,
        try_cast(entry.value AS JSON) ->> '$.tokens.thoughts' AS thoughts,
        try_cast(entry.value AS JSON) ->> '$.tokens.tool' AS tool,
        try_cast(entry.value AS JSON) ->> '$.total_tokens' AS total
    FROM model
)

SELECT
    any_time(timestamp) - to_milliseconds(coalesce(duration_ms, 0)) AS started_at,
    any_time(timestamp) AS ended_at,
    strict_int(calls) AS requests,
    maker_of(name) AS provider_name,
    name AS response_model,
    'chat' AS operation_name,
    strict_int(prompt) + coalesce(strict_int(tool), 0) AS input_tokens,
    strict_int(cached) AS cache_read_input_tokens,
    coalesce(
        strict_int(candidates) + coalesce(strict_int(thoughts), 0), strict_int(total) - strict_int(prompt)
    ) AS output_tokens,
    strict_int(thoughts) AS reasoning_output_tokens,
    session_id,
    'gemini_cli.result|' || session_id || '|' || name AS dedup_key,
    coalesce(
        bad_time('timestamp', timestamp), bad_int('totalRequests', calls), bad_int('tokens.prompt', prompt),
        bad_int('tokens.candidates', candidates), bad_int('tokens.cached', cached), bad_int('tokens.thoughts', thoughts),
        bad_int('tokens.tool', tool), bad_int('total_tokens', total)
    ) AS reject_reason,
    file_id,
    line
FROM counted
-- A text that is no number counts as one here, so that it is told and not passed over.
WHERE coalesce(
    nullif(prompt, '0'), nullif(candidates, '0'), nullif(thoughts, '0'), nullif(tool, '0'), nullif(total, '0')
) IS NOT NULL
