/* logcost
format   = "kong.ai_gateway"
title    = "Kong AI Gateway: entries of its logging plugins (file, HTTP, TCP and others)"
reader   = ["json_lines", "json_document"]
identify = ["ai", "started_at", "request"]
identify_any = ["latencies", "upstream_uri", "client_ip", "tries"]
identify_none = ["litellm_call_id", "op_name", "trace_id"]
keep     = ["ai"]
scope    = "row"
grain    = "request"
on_duplicate = "largest"
docs     = "https://developer.konghq.com/ai-gateway/ai-audit-log-reference/"
seen     = "2026-11"
note     = "Kong counts what was read from the prompt cache since version 3.11, and never what was written to it: for Claude models that part of the cost is missing."
about    = """
Kong's log entries, one object a line, with what its AI plugins add under `ai`: `ai.proxy` since version 3.10, before that the
name of each plugin (`ai.ai-proxy`, `ai.ai-request-transformer` ...). One plugin that called a model is one call.

- Prompt tokens include cached ones, unless those are more; completion tokens include reasoning.
- Answers from Kong's semantic cache reached no model and are skipped, as are entries without counts.
- `usage.cost` follows the prices in Kong's own configuration, in a currency that the log does not name: it is not read.
- Where the answer was logged, its own id makes the same call in another log count once. No text is read into the ledger.
"""

[fields]
started_at = "time"
ai = "json"
request.id = "id"
consumer.username = "str"
service.name = "str"
*/
-- One request a row; each plugin that called a model has its own counts. `payload` beside the plugins is the request's text.
WITH entry AS (
    SELECT * EXCLUDE (ai), try_cast(ai AS JSON) AS ai
    FROM source
),

named AS (
    SELECT *, unnest(CASE WHEN json_type(ai) = 'OBJECT' THEN json_keys(ai) END) AS plugin
    FROM entry
),

part AS (
    SELECT * EXCLUDE (ai), json_extract(ai, '$."' || replace(plugin, '"', '') || '"') AS told
    FROM named
    WHERE plugin <> 'payload'
),

texts AS (
    SELECT
        *,
        json_extract_string(told, [
            '$.usage.prompt_tokens', '$.usage.prompt_token', '$.usage.completion_tokens', '$.usage.completion_token',
            '$.usage.total_tokens', '$.usage.prompt_tokens_details.cached_tokens', '$.usage.completion_tokens_details.reasoning_tokens',
            '$.meta.provider_name', '$.meta.request_model', '$.meta.response_model', '$.meta.llm_latency', '$.cache.cache_status'
        ]) AS fact,
        json_inside(told -> '$.payload.response') ->> '$.id' AS response_id
    FROM part
    WHERE json_type(told -> '$.usage') = 'OBJECT'
),

counted AS (
    SELECT
        *,
        coalesce(fact[1], fact[2]) AS input_text,
        coalesce(fact[3], fact[4]) AS output_text,
        strict_int(coalesce(fact[1], fact[2])) AS input,
        strict_int(fact[6]) AS read
    FROM texts
    WHERE coalesce(lower(fact[12]), '') <> 'hit'
)

SELECT
    any_time(started_at) AS started_at,
    coalesce(provider_called(fact[8]), maker_of(coalesce(fact[10], fact[9]))) AS provider_name,
    nullif(fact[9], '') AS request_model,
    coalesce(nullif(fact[10], ''), nullif(fact[9], '')) AS response_model,
    input + CASE WHEN read > input THEN read ELSE 0 END AS input_tokens,
    read AS cache_read_input_tokens,
    strict_int(output_text) AS output_tokens,
    strict_int(fact[7]) AS reasoning_output_tokens,
    service.name AS project,
    consumer.username AS user_id,
    'ok' AS status,
    strict_int(fact[11]) AS latency_ms,
    CASE
        WHEN regexp_matches(response_id, '^(chatcmpl-[A-Za-z0-9_-]{8,}|resp_|msg_|gen-)') THEN response_id
        ELSE 'kong|' || request.id || '|' || plugin
    END AS dedup_key,
    coalesce(
        bad_time('started_at', started_at), bad_int('prompt_tokens', input_text), bad_int('completion_tokens', output_text),
        bad_int('cached_tokens', fact[6]), bad_int('reasoning_tokens', fact[7])
    ) AS reject_reason,
    file_id,
    line
FROM counted
-- Some plugins state zeros when they called no model.
WHERE coalesce(input_text, '0') <> '0' OR coalesce(output_text, '0') <> '0'
