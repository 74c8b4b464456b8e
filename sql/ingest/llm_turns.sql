/* logcost
format        = "llm.turns"
title         = "llm (the command line tool): its logs.db since the table turns (SQLite)"
reader        = "sqlite"
identify      = ["turns.id", "turns.parent_message_hash", "messages.parent_hash", "responses.id"]
query         = """
WITH call AS (
    SELECT id, thread_id AS session_id, parent_message_hash AS head, model, resolved_model, input_tokens, output_tokens,
        token_details, duration_ms, datetime_utc,
        CASE WHEN json_valid(response_json) THEN json_extract(response_json, '$.id') END AS response_id
    FROM turns
    UNION ALL
    SELECT id, conversation_id, NULL, model, resolved_model, input_tokens, output_tokens, token_details, duration_ms,
        datetime_utc, CASE WHEN json_valid(response_json) THEN json_extract(response_json, '$.id') END
    FROM responses
    WHERE id NOT IN (SELECT id FROM turns)
)
SELECT call.*, (
    WITH RECURSIVE chain (hash, parent_hash, depth) AS (
        SELECT hash, parent_hash, 1 FROM messages WHERE hash = call.head
        UNION ALL
        SELECT messages.hash, messages.parent_hash, depth + 1
        FROM chain JOIN messages ON messages.hash = chain.parent_hash
        WHERE depth < 10000
    )
    SELECT json_group_array(json_object('hash', hash, 'bytes', (
        SELECT coalesce(sum(length(CAST(coalesce(text, '') || coalesce(payload, '') AS BLOB))), 0)
        FROM parts WHERE parts.message_hash = ordered.hash
    )))
    FROM (SELECT hash FROM chain ORDER BY depth DESC) AS ordered
) AS chain
FROM call
ORDER BY datetime_utc, id
"""
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://llm.datasette.io/en/stable/logging.html"
seen          = "2026-11"
about         = """
`llm logs path` names the database. One row is one prompt that was answered: the table `turns`, and what is still only in
the older table `responses`. No text is read into the ledger.

- The tool stores what the plugin of a model's API gave. `input_tokens` includes cached tokens for OpenAI and Gemini; for
  Anthropic the row adds what was read from and written to the cache. `token_details` leaves out zeros, so a missing cache
  count is unknown.
- Who is billed follows from the model's name; local models stay without a price.
- Messages are stored as a chain of hashes. They become `prefix_hashes`, so that missed prompt caching can be found without the
  text; the tokens of each message are estimated from its length.
"""

[fields]
id = "id"
session_id = "id"
response_id = "id"
model = "str"
resolved_model = "str"
input_tokens = "int"
output_tokens = "int"
token_details = "str"
duration_ms = "int"
datetime_utc = "time"
chain = "str"
*/
-- One answered prompt a row. The details are those of each API, told apart by their keys.
WITH turn AS (
    SELECT *, try_cast(token_details AS JSON) AS details, try_cast(chain AS JSON) AS links
    FROM source
),

counted AS (
    SELECT * FROM llm_counted('turn')
),

-- Each message of the prompt gets a token, and the others by the bytes up to its end: they sum to the call's input.
linked AS (
    SELECT
        *,
        list_transform(links::JSON[], lambda link: link ->> '$.hash') AS hashes,
        list_transform(links::JSON[], lambda link: greatest(try_cast(link ->> '$.bytes' AS BIGINT), 1)) AS bytes
    FROM counted
),

laid_out AS (
    SELECT
        *,
        list_transform(
            range(0, len(bytes) + 1),
            lambda n: list_sum(bytes[1:n])::HUGEINT * (input_tokens - len(bytes)) // list_sum(bytes)::HUGEINT
        ) AS ends
    FROM linked
)

SELECT
    any_time(datetime_utc) AS started_at,
    CASE
        WHEN contains(model, '/') THEN provider_called(split_part(model, '/', 1))
        ELSE maker_of(coalesce(resolved_model, model))
    END AS provider_name,
    model AS request_model,
    coalesce(resolved_model, regexp_replace(model, '^[^/]+/', '')) AS response_model,
    'chat' AS operation_name,
    input_tokens,
    read AS cache_read_input_tokens,
    short_written AS cache_creation_5m_input_tokens,
    long_written AS cache_creation_1h_input_tokens,
    written - coalesce(short_written, 0) - coalesce(long_written, 0) AS cache_creation_unsplit_input_tokens,
    output_tokens,
    reasoning AS reasoning_output_tokens,
    session_id,
    'ok' AS status,
    duration_ms AS latency_ms,
    CASE WHEN len(hashes) > 0 AND input_tokens >= len(hashes) THEN hashes END AS prefix_hashes,
    CASE
        WHEN len(hashes) > 0 AND input_tokens >= len(hashes)
            THEN list_transform(range(1, len(bytes) + 1), lambda n: (1 + coalesce(ends[n + 1], 0) - coalesce(ends[n], 0))::BIGINT)
    END AS prefix_block_tokens,
    -- The API's own id joins the call with other logs of it; ids of other kinds are not unique in the world.
    CASE
        WHEN regexp_matches(response_id, '^(chatcmpl-[A-Za-z0-9_-]{8,}|resp_|msg_|gen-)') THEN response_id
        ELSE 'llm|' || id
    END AS dedup_key,
    wrong AS reject_reason,
    file_id,
    line
FROM laid_out
WHERE wrong IS NOT NULL OR coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0
