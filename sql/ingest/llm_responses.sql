/* logcost
format        = "llm.responses"
title         = "llm (the command line tool): its logs.db before the table turns (SQLite)"
reader        = "sqlite"
identify      = ["responses.id", "responses.model", "responses.conversation_id", "responses.datetime_utc"]
identify_none = ["turns.parent_message_hash"]
query         = """
SELECT *, CASE WHEN json_valid(response_json) THEN json_extract(response_json, '$.id') END AS response_id
FROM responses
ORDER BY datetime_utc, id
"""
scope         = "row"
grain         = "request"
on_duplicate  = "largest"
docs          = "https://llm.datasette.io/en/stable/logging.html"
seen          = "2026-11"
about         = """
`llm logs path` names the database. One row is one prompt that was answered. No text is read into the ledger. Databases of before
November 2024 have no token counts: their answers are skipped.

- The tool stores what the plugin of a model's API gave. `input_tokens` includes cached tokens for OpenAI and Gemini; for
  Anthropic the row adds what was read from and written to the cache. `token_details` leaves out zeros, so a missing cache
  count is unknown.
- Who is billed follows from the model's name; local models stay without a price.
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
*/
-- One answered prompt a row. The details are those of each API, told apart by their keys.
WITH turn AS (
    SELECT *, try_cast(token_details AS JSON) AS details, NULL::JSON AS links
    FROM source
)

SELECT * FROM llm_calls('turn')
