/* logcost
format   = "llm.logs"
title    = "llm (the command line tool): what 'llm logs --json' prints"
reader   = ["json_document", "json_lines"]
identify = ["datetime_utc", "conversation_id", "conversation_model", "response_json"]
scope    = "row"
grain    = "request"
on_duplicate  = "largest"
docs     = "https://llm.datasette.io/en/stable/logging.html"
seen     = "2026-11"
about    = """
`llm logs -n 0 --json > logs.json`: an array with one object for each prompt that was answered, or the same objects one a line.
Without `-n 0` the tool prints the last three only. No text is read into the ledger. Versions before November 2024 print no
token counts: their answers are skipped.

The counts are those of the database (`llm.responses`), with the same keys: answers of both count once.
"""

[fields]
id = "id"
conversation_id = "id"
response_json = "json"
model = "str"
resolved_model = "str"
input_tokens = "int"
output_tokens = "int"
token_details = "json"
duration_ms = "int"
datetime_utc = "time"
*/
-- One answered prompt a row. The details are those of each API, told apart by their keys.
WITH turn AS (
    SELECT
        * EXCLUDE (response_json),
        json_inside(token_details) AS details,
        NULL::JSON AS links,
        json_inside(response_json) ->> '$.id' AS response_id
    FROM source
)

SELECT * FROM llm_calls('turn')
