-- Strict casts for the SELECTs of format files. NULL in gives NULL; a text that is no such value also gives NULL, so a
-- format must compare the two to tell "missing" from "wrong". DuckDB's own try_cast is loose: '1.5' would become 2,
-- '0x10' 16 and ' 7' 7.

-- A whole, non-negative count such as '12' or '12.0' (exports write both).
CREATE OR REPLACE TEMP MACRO strict_int(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[0-9]{1,18}(\.0*)?') THEN try_cast(split_part(x::VARCHAR, '.', 1) AS BIGINT) END;

-- An exact decimal amount, also negative or with an exponent; NaN and Infinity are refused.
CREATE OR REPLACE TEMP MACRO strict_decimal(x) AS
    CASE WHEN regexp_full_match(x::VARCHAR, '[+-]?[0-9]{1,22}(\.[0-9]*)?') THEN try_cast(x::VARCHAR AS DECIMAL(38, 15))
         WHEN regexp_full_match(x::VARCHAR, '[+-]?[0-9]{1,15}(\.[0-9]{0,15})?[eE][+-]?[0-9]{1,2}')
         THEN try_cast(try_cast(x::VARCHAR AS DOUBLE) AS DECIMAL(38, 15)) END;

-- An instant: ISO 8601 text (UTC when no zone is given).
CREATE OR REPLACE TEMP MACRO strict_time(x) AS try_cast(x::VARCHAR AS TIMESTAMPTZ);

-- An instant from Unix seconds, whole or with a fraction.
CREATE OR REPLACE TEMP MACRO epoch_time(seconds) AS try(to_timestamp(seconds::DOUBLE));
