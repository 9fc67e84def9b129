-- One-time codes of an administrator's second factor (RFC 6238, as the web application makes them: SHA-1, six
-- digits, steps of 30 seconds, one step early or late).

-- The bytes that a base32 text means (RFC 4648; capital letters or not, with blanks and padding or without);
-- NULL for what is none, empty, or of a length that no bytes have: the web application cannot use it either.
CREATE OR REPLACE FUNCTION station.base32_bytes(p_text text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_text  text := rtrim(upper(regexp_replace(p_text, '[\s-]', '', 'g')), '=');
    v_bytes bytea := '';
    v_bits  integer := 0;
    v_held  integer := 0;
BEGIN
    IF v_text !~ '^[A-Z2-7]{2,}$' OR length(v_text) % 8 IN (1, 3, 6) THEN
        RETURN NULL;
    END IF;
    FOR i IN 1 .. length(v_text) LOOP
        v_held := (v_held << 5) | (strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', substr(v_text, i, 1)) - 1);
        v_bits := v_bits + 5;
        IF v_bits >= 8 THEN
            v_bits := v_bits - 8;
            v_bytes := v_bytes || set_byte('\x00'::bytea, 0, v_held >> v_bits);
            v_held := v_held & ((1 << v_bits) - 1);
        END IF;
    END LOOP;
    RETURN v_bytes;
END
$$;

-- RFC 4226, six digits.
CREATE OR REPLACE FUNCTION station.one_time_code(p_secret bytea, p_step bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    v_digest bytea := station.hmac('sha1', p_secret, int8send(p_step));
    v_place  integer := get_byte(v_digest, 19) & 15;
BEGIN
    RETURN lpad(((((get_byte(v_digest, v_place) & 127)::bigint << 24)
                  | (get_byte(v_digest, v_place + 1) << 16)
                  | (get_byte(v_digest, v_place + 2) << 8)
                  | get_byte(v_digest, v_place + 3)) % 1000000)::text, 6, '0');
END
$$;

-- Whether *p_code* is one of the moment when the attempt was counted, and none that this person has used: then it
-- is used now. The caller holds the account's row.
CREATE OR REPLACE FUNCTION station.use_one_time_code(
    p_user_id integer, p_secret text, p_code text, p_attempt bigint
) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_given  bytea := sha256(convert_to(regexp_replace(coalesce(p_code, ''), '\s', '', 'g'), 'UTF8'));
    v_secret bytea := station.base32_bytes(p_secret);
    v_now    bigint := (SELECT floor(extract(epoch FROM f.at) / 30) FROM station.sign_in_failure AS f WHERE f.id = p_attempt);
    v_last   bigint := (SELECT u.step FROM station.totp_used AS u WHERE u.user_id = p_user_id);
    v_step   bigint;
BEGIN
    FOR s IN v_now - 1 .. v_now + 1 LOOP
        IF sha256(convert_to(station.one_time_code(v_secret, s), 'UTF8')) = v_given
           AND s > coalesce(v_last, -1) THEN
            v_step := coalesce(v_step, s);
        END IF;
    END LOOP;
    IF v_step IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO station.totp_used (user_id, step) VALUES (p_user_id, v_step)
    ON CONFLICT (user_id) DO UPDATE SET step = excluded.step;
    RETURN true;
END
$$;
