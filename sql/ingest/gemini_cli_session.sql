/* logcost
format       = "gemini_cli.session"
title        = "Gemini CLI sessions (session-*.json and session-*.jsonl in the chats folders below ~/.gemini/tmp)"
reader       = "json_document"
identify     = ["sessionId", "projectHash", "messages"]
records      = "messages[]"
scope        = "row"
grain        = "request"
on_duplicate = "largest"
docs         = "https://github.com/google-gemini/gemini-cli"
seen         = "2026-11"
about        = """
Gemini CLI keeps its chats in `~/.gemini/tmp/<project>/chats`: one JSON document a session, since 2026 JSON Lines. Both
are read. One row is one answer of the model that carries `tokens`.

- `input` includes cached tokens. What tools feed back (`tool`) is input beside it, thoughts are output beside `output`: the
  row adds both.
- An answer that was rewritten counts once, with its last counts. Going back in a chat (`$rewindTo`) removes messages from
  the conversation, not from the bill: they stay.
- The session does not say whether the Gemini API, Vertex AI or a Google login answered; the rows say `gcp.gemini`. With a
  login on a free or subscription plan the calls are not billed one by one.
- The same calls are summed in what `gemini --output-format json` prints (format gemini_cli.result). Give one of the two.
"""

[fields]
sessionId = "id"
[[fields.messages]]
id = "id"
timestamp = "time"
type = "str"
model = "str"
[fields.messages.tokens]
input = "int"
output = "int"
cached = "int"
thoughts = "int"
tool = "int"
*/
-- One answer of the model a row. Messages of the user, of tools and answers without counts are skipped.
SELECT
    any_time(messages.timestamp) AS started_at,
    CASE WHEN messages.model IS NULL THEN 'gcp.gemini' ELSE maker_of(messages.model) END AS provider_name,
    messages.model AS response_model,
    'chat' AS operation_name,
    messages.tokens.input::HUGEINT + coalesce(messages.tokens.tool, 0) AS input_tokens,
    messages.tokens.cached AS cache_read_input_tokens,
    messages.tokens.output::HUGEINT + coalesce(messages.tokens.thoughts, 0) AS output_tokens,
    messages.tokens.thoughts AS reasoning_output_tokens,
    sessionId AS session_id,
    'ok' AS status,
    'gemini_cli|' || sessionId || '|' || messages.id AS dedup_key,
    bad_time('timestamp', messages.timestamp) AS reject_reason,
    file_id,
    line
FROM source
WHERE coalesce(messages.type, 'gemini') = 'gemini'
    AND (messages.tokens.input > 0 OR messages.tokens.tool > 0 OR messages.tokens.output > 0 OR messages.tokens.thoughts > 0)
