/* logcost
format   = "cloudflare.ai_gateway_logpush"
title    = "Cloudflare AI Gateway: Logpush files, once their bodies are decrypted"
reader   = ["json_lines", "json_document"]
identify = ["Metadata", "RequestBody", "ResponseBody"]
scope    = "row"
grain    = "request"
docs     = "https://developers.cloudflare.com/ai-gateway/observability/logging/logpush/"
seen     = "2026-11"
about    = """
Logpush files of the AI Gateway. Their bodies arrive encrypted with your public key, and the counts stand in the bodies alone.

- An encrypted record is rejected: decrypt the files with your private key first, as Cloudflare's documentation shows, or take the logs from the API.
- Of a decrypted record the counts, model and id are the provider's own, from `ResponseBody`.
- The names of the other columns are not documented in full: where a file has no time that is known here, give the day with `--date`.
"""

[fields]
Provider = "str"
Model = "str"
RequestTime = "time"
CreatedAt = "time"
Timestamp = "time"
Cached = "bool"
Metadata = "json"
ResponseBody = "json"
*/
-- One request a row; an encrypted body is an object of key, iv and data.
WITH request AS (
    SELECT
        *,
        body_of(ResponseBody) AS body,
        json_exists(json_inside(ResponseBody), '$.data') AND json_exists(json_inside(ResponseBody), '$.iv') AS encrypted,
        coalesce(RequestTime, CreatedAt, Timestamp) AS stated_at
    FROM source
)

SELECT
    any_time(stated_at) AS started_at,
    coalesce(provider_called(Provider), maker_of(coalesce(body.model, body.modelVersion, Model))) AS provider_name,
    nullif(Model, '') AS request_model,
    coalesce(body.model, body.modelVersion, nullif(Model, '')) AS response_model,
    'chat' AS operation_name,
    body_tier(body) AS service_tier,
    body_input(body) AS input_tokens,
    body_cache_read(body) AS cache_read_input_tokens,
    body_written_5m(body) AS cache_creation_5m_input_tokens,
    body_written_1h(body) AS cache_creation_1h_input_tokens,
    body_written_unsplit(body) AS cache_creation_unsplit_input_tokens,
    body_output(body) AS output_tokens,
    body_reasoning(body) AS reasoning_output_tokens,
    -- Encrypted metadata is no label.
    CASE WHEN encrypted IS NOT TRUE THEN json_tags(json_inside(Metadata)) END AS tags,
    'ok' AS status,
    body_id(body) AS dedup_key,
    coalesce(
        CASE
            WHEN encrypted
                THEN 'The bodies of this record are encrypted, and its counts with them. '
                || 'Decrypt the Logpush files with your private key first.'
        END,
        bad_time('RequestTime', stated_at)
    ) AS reject_reason,
    file_id,
    line
FROM request
WHERE Cached IS NOT TRUE AND (encrypted OR coalesce(body_input(body), 0) + coalesce(body_output(body), 0) > 0)
