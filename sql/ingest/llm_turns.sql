/* logcost
format        = "llm.turns"
title         = "llm (the command line tool): its logs.db since the table turns (SQLite)"
reader        = "sqlite"
identify      = ["turns.id", "turns.parent_message_hash", "messages.parent_hash", "responses.id"]
query         = """
WITH call AS (
    SELECT id, thread_id AS conversation_id, parent_message_hash AS head, model, resolved_model, input_tokens, output_tokens,
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
conversation_id = "id"
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
)

SELECT * FROM llm_calls('turn')
