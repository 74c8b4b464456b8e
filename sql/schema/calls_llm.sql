-- The counts of answers that the tool llm recorded. The details are those of each API, told apart by their keys. The format names the
-- CTE that has its answers, with the details as JSON.
CREATE OR REPLACE TEMP MACRO llm_counted(turns) AS TABLE
    WITH stated AS (
        SELECT
            *,
            coalesce(
                details ->> '$.prompt_tokens_details.cached_tokens', details ->> '$.input_tokens_details.cached_tokens',
                details ->> '$.cache_read_input_tokens', details ->> '$.cachedContentTokenCount'
            ) AS read_text,
            details ->> '$.cache_creation_input_tokens' AS written_text,
            details ->> '$.cache_creation.ephemeral_5m_input_tokens' AS short_text,
            details ->> '$.cache_creation.ephemeral_1h_input_tokens' AS long_text,
            coalesce(
                details ->> '$.completion_tokens_details.reasoning_tokens', details ->> '$.output_tokens_details.reasoning_tokens',
                details ->> '$.output_tokens_details.thinking_tokens', details ->> '$.thoughtsTokenCount'
            ) AS reasoning_text,
            json_exists(details, '$.cache_read_input_tokens') OR json_exists(details, '$.cache_creation_input_tokens') AS apart,
            -- Older versions of the Gemini plugin took the answer's tokens without the thoughts, and removed that count.
            json_exists(details, '$.thoughtsTokenCount') AND NOT json_exists(details, '$.candidatesTokenCount') AS thoughts_apart
        FROM query_table(turns)
    )

    SELECT
        * EXCLUDE (input_tokens, output_tokens),
        strict_int(read_text) AS read,
        strict_int(written_text) AS written,
        coalesce(strict_int(short_text), CASE WHEN json_exists(details, '$.cache_creation') THEN 0 END) AS short_written,
        coalesce(strict_int(long_text), CASE WHEN json_exists(details, '$.cache_creation') THEN 0 END) AS long_written,
        strict_int(reasoning_text) AS reasoning,
        input_tokens
        + CASE WHEN apart THEN coalesce(strict_int(read_text), 0) + coalesce(strict_int(written_text), 0) ELSE 0 END
            AS input_tokens,
        output_tokens + CASE WHEN thoughts_apart THEN coalesce(strict_int(reasoning_text), 0) ELSE 0 END AS output_tokens,
        coalesce(
            bad_time('datetime_utc', datetime_utc),
            CASE WHEN token_details IS NOT NULL AND details IS NULL THEN 'token_details is no JSON. Correct the row.' END,
            bad_int('cached tokens', read_text), bad_int('cache_creation', written_text),
            bad_int('ephemeral_5m_input_tokens', short_text), bad_int('ephemeral_1h_input_tokens', long_text),
            bad_int('reasoning tokens', reasoning_text)
        ) AS wrong
    FROM stated;

-- The calls, the same from the tables of the database and from what the tool prints of them. `links`: the messages of the prompt as the
-- tool hashed them (JSON), where it did.
CREATE OR REPLACE TEMP MACRO llm_calls(turns) AS TABLE
    WITH counted AS (
        SELECT * FROM llm_counted(turns)
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
        conversation_id AS session_id,
        'ok' AS status,
        duration_ms AS latency_ms,
        CASE WHEN len(hashes) > 0 AND input_tokens >= len(hashes) THEN hashes END AS prefix_hashes,
        CASE
            WHEN len(hashes) > 0 AND input_tokens >= len(hashes)
                THEN list_transform(
                    range(1, len(bytes) + 1), lambda n: (1 + coalesce(ends[n + 1], 0) - coalesce(ends[n], 0))::BIGINT
                )
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
    WHERE wrong IS NOT NULL OR coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0;
