-- Strict casts for the SELECTs of format files. NULL in gives NULL; a text that is no such value also gives NULL, and the
-- bad_... twin then gives the reason, so that "missing" and "wrong" stay apart. DuckDB's own try_cast is loose: '1.5' would
-- become 2, '0x10' 16 and ' 7' 7.

-- A whole, non-negative count such as '12' or '12.0' (exports write both).
CREATE OR REPLACE TEMP MACRO strict_int(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[0-9]{1,18}(\.0*)?') THEN try_cast(split_part(x::VARCHAR, '.', 1) AS BIGINT) END;

CREATE OR REPLACE TEMP MACRO bad_int(field, x) AS
    CASE WHEN x IS NOT NULL AND strict_int(x) IS NULL THEN field || ' must be a whole number of 0 or more. Correct the line.' END;

-- The text of a decimal number with its point moved by some places and an exponent written out: '1.5E-3' is '0.0015'. Only digits
-- move, nothing is computed, so it is exact. For other texts it means nothing.
CREATE OR REPLACE TEMP MACRO moved_point(x, places) AS
    list_transform(
        [regexp_extract(x::VARCHAR, '^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,2}))?$', ['sign', 'whole', 'part', 'power'])],
        lambda n: list_transform(
            [{
                'digits': repeat('0', 128) || n.whole || n.part || repeat('0', 128),
                'whole': 128 + length(n.whole) + coalesce(try_cast(n.power AS INTEGER), 0) + places
            }],
            lambda m: n.sign || coalesce(nullif(ltrim(left(m.digits, m.whole), '0'), ''), '0') || '.'
                || rtrim(substring(m.digits, m.whole + 1), '0')
        )[1]
    )[1];

-- An exact decimal amount, also negative or with an exponent; NaN and Infinity are refused. More than 15 decimals are rounded to
-- 15, half to even: the cast rounds a half away from zero, so an exact half behind an even digit is left out before.
CREATE OR REPLACE TEMP MACRO strict_decimal(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[+-]?[0-9]{1,22}(\.[0-9]{0,15})?') THEN try_cast(x::VARCHAR AS DECIMAL(38, 15))
         WHEN regexp_full_match(x::VARCHAR, '[+-]?([0-9]{1,40}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?')
         THEN try_cast(regexp_replace(moved_point(x, 0), '(\.[0-9]{14}[02468])5$', '\1') AS DECIMAL(38, 15)) END;

CREATE OR REPLACE TEMP MACRO bad_decimal(field, x) AS
    CASE WHEN x IS NOT NULL AND strict_decimal(x) IS NULL THEN field || ' must be a decimal number. Correct the line.' END;

-- An instant: ISO 8601 text (UTC when no zone is given).
CREATE OR REPLACE TEMP MACRO strict_time(x) AS
    CASE WHEN substring(x::VARCHAR, 5, 1) = '-' THEN try_cast(x::VARCHAR AS TIMESTAMPTZ) END;

-- An instant from Unix seconds, whole or with a fraction.
CREATE OR REPLACE TEMP MACRO epoch_time(seconds) AS try(to_timestamp(seconds::DOUBLE));

-- An instant from ISO 8601 text, or from Unix seconds, milliseconds, microseconds or nanoseconds, told apart by their size
-- (each unit spans 1973 to 5138). Exact to the microsecond.
CREATE OR REPLACE TEMP MACRO any_time(x) AS
    CASE WHEN substring(x::VARCHAR, 5, 1) = '-' THEN strict_time(x)
         -- Whole seconds, as OpenAI writes them, need no decimal arithmetic: 0.15 us a row, not 0.4.
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{9,11}') THEN make_timestamptz(try_cast(x::VARCHAR AS BIGINT) * 1000000)
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{9,11}(\.[0-9]*)?([eE]\+?0?[0-9])?')
         THEN try(make_timestamptz((x::VARCHAR::DECIMAL(28, 9) * 1000000)::BIGINT))
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{12,14}(\.[0-9]*)?') THEN try(make_timestamptz((x::VARCHAR::DECIMAL(28, 9) * 1000)::BIGINT))
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{15,17}(\.[0-9]*)?') THEN try(make_timestamptz(x::VARCHAR::DECIMAL(28, 9)::BIGINT))
         WHEN regexp_full_match(x::VARCHAR, '[0-9]{18,19}') THEN try(make_timestamptz(x::VARCHAR::BIGINT // 1000)) END;

CREATE OR REPLACE TEMP MACRO bad_time(field, x) AS
    CASE WHEN x IS NOT NULL AND any_time(x) IS NULL
         THEN field || ' is no time. Write ISO 8601, such as 2026-10-03T12:00:00Z, or Unix seconds.' END;

-- Labels from the text of a JSON object; NULL when it is none.
CREATE OR REPLACE TEMP MACRO json_tags(x) AS
    CASE WHEN json_type(try_cast(x::VARCHAR AS JSON)) = 'OBJECT' THEN try_cast(try_cast(x::VARCHAR AS JSON) AS MAP(VARCHAR, VARCHAR)) END;

-- Counts by name from the text of a JSON object; NULL when it is none, or when any value is no whole number of 0 or more.
CREATE OR REPLACE TEMP MACRO json_units(x) AS
    CASE WHEN len(map_values(json_tags(x))) = len(list_filter(map_values(json_tags(x)), lambda v: strict_int(v) IS NOT NULL))
         THEN try_cast(json_tags(x) AS MAP(VARCHAR, BIGINT)) END;

-- The text of a JSON value, also when a log wrote the value as JSON inside a string; NULL when it is no JSON.
CREATE OR REPLACE TEMP MACRO json_inside(x) AS
    CASE WHEN json_type(try_cast(x::VARCHAR AS JSON)) = 'VARCHAR' THEN try_cast(try_cast(x::VARCHAR AS JSON) ->> '$' AS JSON)
         ELSE try_cast(x::VARCHAR AS JSON) END;

-- An amount as people's exports write it: '$1,234.50', '-0.03', '1e-7'. Words give NULL, and so do commas that do not part thousands:
-- in '1,23' the comma may be a decimal one.
CREATE OR REPLACE TEMP MACRO money(x) AS
    strict_decimal(CASE WHEN regexp_full_match(trim(x::VARCHAR), '[+-]?\$?[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?')
                        THEN replace(replace(trim(x::VARCHAR), '$', ''), ',', '')
                        ELSE regexp_replace(trim(x::VARCHAR), '^([+-]?)\$', '\1') END);

CREATE OR REPLACE TEMP MACRO bad_money(field, x) AS
    CASE WHEN x IS NOT NULL AND money(x) IS NULL
         THEN field || ' must be an amount such as 1234.50 or $1,234.50. Correct the line.' END;

-- The OpenTelemetry name of a provider, from the names that gateways and libraries use; an unknown name stays, in lower case.
CREATE OR REPLACE TEMP MACRO provider_called(x) AS
    CASE lower(replace(replace(trim(x::VARCHAR), '-', '_'), ' ', '_'))
         WHEN '' THEN NULL
         WHEN 'openai' THEN 'openai' WHEN 'open_ai' THEN 'openai' WHEN 'openai_chat' THEN 'openai' WHEN 'openai.responses' THEN 'openai'
         WHEN 'openai.chat' THEN 'openai' WHEN 'text_completion_openai' THEN 'openai' WHEN 'openai_responses' THEN 'openai'
         WHEN 'azure' THEN 'azure.ai.openai' WHEN 'azure_openai' THEN 'azure.ai.openai' WHEN 'az.ai.openai' THEN 'azure.ai.openai'
         WHEN 'azure.ai.openai' THEN 'azure.ai.openai' WHEN 'azure.openai' THEN 'azure.ai.openai'
         WHEN 'azure_ai' THEN 'azure.ai.inference' WHEN 'az.ai.inference' THEN 'azure.ai.inference'
         WHEN 'anthropic' THEN 'anthropic' WHEN 'claude' THEN 'anthropic' WHEN 'anthropic.messages' THEN 'anthropic'
         WHEN 'bedrock' THEN 'aws.bedrock' WHEN 'aws_bedrock' THEN 'aws.bedrock' WHEN 'amazon_bedrock' THEN 'aws.bedrock'
         WHEN 'bedrock_converse' THEN 'aws.bedrock' WHEN 'aws.bedrock' THEN 'aws.bedrock' WHEN 'aws' THEN 'aws.bedrock'
         WHEN 'gemini' THEN 'gcp.gemini' WHEN 'google' THEN 'gcp.gemini' WHEN 'google_genai' THEN 'gcp.gemini' WHEN 'google_gla' THEN 'gcp.gemini'
         WHEN 'google_ai_studio' THEN 'gcp.gemini' WHEN 'google.generative_ai' THEN 'gcp.gemini' WHEN 'gcp.gemini' THEN 'gcp.gemini'
         WHEN 'vertex' THEN 'gcp.vertex_ai' WHEN 'vertex_ai' THEN 'gcp.vertex_ai' WHEN 'vertexai' THEN 'gcp.vertex_ai'
         WHEN 'google_vertex' THEN 'gcp.vertex_ai' WHEN 'google_vertexai' THEN 'gcp.vertex_ai' WHEN 'google.vertex' THEN 'gcp.vertex_ai'
         WHEN 'google_vertex_ai' THEN 'gcp.vertex_ai' WHEN 'gcp.vertex_ai' THEN 'gcp.vertex_ai'
         WHEN 'mistral' THEN 'mistral_ai' WHEN 'mistralai' THEN 'mistral_ai' WHEN 'mistral_ai' THEN 'mistral_ai'
         WHEN 'vertex_ai_beta' THEN 'gcp.vertex_ai' WHEN 'vertex.anthropic' THEN 'gcp.vertex_ai'
         WHEN 'bedrock.anthropic' THEN 'aws.bedrock' WHEN 'azure_text' THEN 'azure.ai.openai'
         WHEN 'cohere_chat' THEN 'cohere' WHEN 'perplexity_ai' THEN 'perplexity' WHEN 'gateway' THEN 'vercel'
         -- Libraries that name themselves, not whom they called.
         WHEN 'langchain' THEN NULL WHEN 'langgraph' THEN NULL WHEN 'llamaindex' THEN NULL WHEN 'llama_index' THEN NULL
         WHEN 'litellm' THEN NULL WHEN 'haystack' THEN NULL WHEN 'crewai' THEN NULL
         WHEN 'xai' THEN 'x_ai' WHEN 'x_ai' THEN 'x_ai' WHEN 'grok' THEN 'x_ai'
         WHEN 'fireworks' THEN 'fireworks_ai' WHEN 'fireworks_ai' THEN 'fireworks_ai'
         WHEN 'together' THEN 'together_ai' WHEN 'together_ai' THEN 'together_ai' WHEN 'togetherai' THEN 'together_ai'
         ELSE lower(trim(x::VARCHAR)) END;

-- The maker that a model's name shows, for logs that do not say who was called. A name that several hosts use gives NULL.
CREATE OR REPLACE TEMP MACRO maker_of(model) AS
    CASE WHEN regexp_matches(model, '^(ft:)?(gpt-[0-9]|chatgpt-|codex-|text-embedding-|o[1-9])') THEN 'openai'
         WHEN regexp_matches(model, '^claude-[a-z0-9.-]+$') THEN 'anthropic'
         WHEN regexp_matches(model, '^(models/)?gemini-') THEN 'gcp.gemini'
         WHEN regexp_matches(model, '^deepseek-(chat|reasoner|v[0-9])') THEN 'deepseek'
         WHEN regexp_matches(model, '^grok-') THEN 'x_ai' END;

-- A list of texts: the text of a JSON list, or words between spaces (a JSON string arrives with its quotes, a CSV cell without).
CREATE OR REPLACE TEMP MACRO word_list(x) AS
    CASE WHEN trim(x::VARCHAR, '" ') = '' THEN NULL
         WHEN trim(x::VARCHAR, '" ') LIKE '[%' THEN try_cast(try_cast(trim(x::VARCHAR, '" ') AS JSON) AS VARCHAR[])
         ELSE regexp_split_to_array(trim(x::VARCHAR, '" '), '\s+') END;

CREATE OR REPLACE TEMP MACRO bad_word_list(field, x) AS
    CASE WHEN trim(x::VARCHAR, '" ') <> '' AND word_list(x) IS NULL THEN field || ' must be a list of texts. Correct the line.' END;

CREATE OR REPLACE TEMP MACRO bad_int_list(field, x) AS
    CASE WHEN trim(x::VARCHAR, '" ') <> '' AND (word_list(x) IS NULL OR len(list_filter(word_list(x), lambda v: strict_int(v) IS NULL)) > 0)
         THEN field || ' must be a list of whole numbers. Correct the line.' END;
