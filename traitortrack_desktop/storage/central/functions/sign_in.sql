-- Signing in with an account of the web application. Its hash never leaves the centre: a station is told how the
-- hash was made, makes the same of what was typed, and sends the HMAC that it is the key of, over station and
-- session, as *proof*: whoever sees it on its way can do nothing else with it. What is looked at, and in which
-- order, is the web application's: the lock, the password, `verified`, and an administrator's code last.
-- Where nothing keeps names unique, the oldest account of a name is meant.
--
-- Answers: {"outcome": "signed_in" | "refused" | "locked" | "not_verified" | "code_needed" | "code_wrong" |
-- "badge_not_valid" | "counted", "until": text}, and with signed_in {"person": {"username", "role", "area"},
-- "rights", "way", "badge": {"id", "expires_at", "has_pin"}}. "counted": call again (throttle.sql).

-- Method, salt and digest of a hash as werkzeug writes it; of one that no station can make, NULLs.
CREATE OR REPLACE FUNCTION station.parts_of_hash(p_hash text, OUT method text, OUT salt text, OUT digest text)
LANGUAGE sql IMMUTABLE
AS $$
    SELECT m[1], m[2], m[3]
    FROM (SELECT regexp_match(
        p_hash, '^(scrypt|scrypt(?::[0-9]{1,9}){3}|pbkdf2|pbkdf2:[a-z0-9_]{1,20}(?::[0-9]{1,9})?)\$([^$]*)\$([0-9a-f]+)$'
    )) AS matched (m)
$$;

-- How to make the proof for a hash, and for *p_name* where there is none: the same name always gets the same.
CREATE OR REPLACE FUNCTION station.challenge(p_name text, p_hash text) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    c_letters CONSTANT text := 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    c_usual   CONSTANT text := 'scrypt:32768:8:1';
    v_made_up bytea := (SELECT station.digest_of(s.value::text, p_name) FROM station.sign_in_secret AS s);
    v_salt    text := (SELECT string_agg(substr(c_letters, get_byte(v_made_up, n) % 62 + 1, 1), '' ORDER BY n)
                       FROM generate_series(0, 15) AS n);
    v_parts   record;
BEGIN
    -- The same work for every name: this may be asked as often as somebody likes.
    SELECT * INTO v_parts
    FROM station.parts_of_hash(coalesce(p_hash, c_usual || '$' || v_salt || '$' || repeat('0', 128)));
    RETURN jsonb_build_object('method', coalesce(v_parts.method, c_usual), 'salt', coalesce(v_parts.salt, v_salt));
END
$$;

-- Whether *p_proof* was made with the digest in *p_hash*, for this station and session. Digests are compared: how
-- long that takes tells nothing.
CREATE OR REPLACE FUNCTION station.proof_is_right(p_hash text, p_proof text, p_device uuid, p_session uuid)
RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    -- Where there is nothing to compare with, the same work is done.
    SELECT coalesce(station.digest_of(p_proof) = station.digest_of(encode(station.hmac('sha256',
        convert_to(coalesce(p.digest, 'none'), 'UTF8'), convert_to(p_device || ' ' || p_session, 'UTF8')), 'hex')), false)
        AND p_proof IS NOT NULL AND p.digest IS NOT NULL
    FROM station.parts_of_hash(p_hash) AS p
$$;

CREATE OR REPLACE FUNCTION station.sign_in_challenge(p_device uuid, p_username text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM station.own_device(p_device);
    RETURN station.challenge(coalesce(p_username, ''), (
        SELECT u.password_hash FROM public."user" AS u WHERE u.username = p_username ORDER BY u.id LIMIT 1));
END
$$;

-- The answer for somebody whose session has begun, NULL when there is none of that id at this station.
CREATE OR REPLACE FUNCTION station.signed_in(p_device uuid, p_session uuid, p_way text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'outcome', 'signed_in', 'rights', s.rights, 'way', s.way,
        'person', jsonb_build_object(
            'username', u.username, 'role', coalesce(u.role, 'dispatcher'), 'area', u.dispatch_area),
        'badge', (
            SELECT jsonb_build_object(
                'id', b.id, 'expires_at', station.utc_text(b.expires_at AT TIME ZONE 'UTC'),
                'has_pin', u.role = 'biller' AND EXISTS (SELECT FROM station.pin AS p WHERE p.user_id = u.id))
            FROM station.badge AS b WHERE b.id = s.badge)))
    FROM station.session AS s
    JOIN public."user" AS u ON u.id = s.user_id
    WHERE s.id = p_session AND s.device = p_device AND s.way = p_way AND s.ended_by IS NULL
$$;

-- Begins the session and returns the answer. An id that is another's is nobody's mistake: ids are random.
CREATE OR REPLACE FUNCTION station.let_in(
    p_device uuid, p_station text, p_session uuid, p_user_id integer, p_way text, p_rights text, p_badge uuid,
    p_action text
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    -- The account before sessions: whoever changes it, takes its sessions then.
    v_name text := (SELECT u.username FROM public."user" AS u WHERE u.id = p_user_id FOR KEY SHARE);
BEGIN
    PERFORM station.begin_session(p_session, p_device, p_user_id, v_name, p_way, p_rights, p_badge, NULL);
    UPDATE station.session SET shown = station.shown_to_sign_in(p_user_id, p_way)
    WHERE id = p_session AND device = p_device AND user_id = p_user_id AND way = p_way AND ended_by IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the session is of another sign-in, or was revoked' USING ERRCODE = '22023';
    END IF;
    PERFORM station.write_audit(p_user_id, p_action, 'auth', p_user_id, jsonb_strip_nulls(jsonb_build_object(
        'username', v_name, 'station', p_station, 'way', p_way, 'rights', p_rights, 'badge', p_badge)));
    RETURN station.signed_in(p_device, p_session, p_way);
END
$$;

-- Somebody with a wrong password, or nobody.
CREATE OR REPLACE FUNCTION station.wrong_password(p_station text, p_attempt bigint, p_user_id integer) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_user record;
BEGIN
    UPDATE public."user" SET last_failed_login = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = p_user_id
    RETURNING username, failed_login_attempts INTO v_user;
    PERFORM station.write_audit(
        p_user_id,
        CASE WHEN p_user_id IS NULL THEN 'login_failed_user_not_found' ELSE 'login_failed_invalid_password' END,
        'auth', p_user_id, jsonb_strip_nulls(jsonb_build_object(
            'username', v_user.username, 'station', p_station,
            'attempts_remaining', greatest(station.most_failures() - v_user.failed_login_attempts, 0))));
    RETURN station.failed(p_attempt, p_station, 'refused');
END
$$;

-- The password was right: what else there is to see to.
CREATE OR REPLACE FUNCTION station.right_password(
    p_device uuid, p_station text, p_session uuid, p_attempt bigint, p_user_id integer, p_code text
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_user   public."user";
    v_told   jsonb;
    v_second boolean;
BEGIN
    SELECT * INTO v_user FROM public."user" AS u WHERE u.id = p_user_id;
    v_told := jsonb_build_object('username', v_user.username, 'station', p_station);
    v_second := coalesce(v_user.role = 'admin' AND v_user.two_fa_enabled, false);
    IF v_second AND station.base32_bytes(v_user.totp_secret) IS NULL THEN
        v_told := v_told || '{"reason": "no usable secret for the second factor"}';  -- no code is ever right
    END IF;
    IF v_user.verified IS NOT TRUE THEN
        PERFORM station.uncount(p_attempt);
        PERFORM station.write_audit(p_user_id, 'login_failed_not_verified', 'auth', p_user_id, v_told);
        RETURN jsonb_build_object('outcome', 'not_verified');
    ELSIF v_second AND coalesce(p_code, '') !~ '\S' THEN
        PERFORM station.uncount(p_attempt);
        PERFORM station.write_audit(p_user_id, 'login_password_success_pending_2fa', 'auth', p_user_id, v_told);
        RETURN jsonb_build_object('outcome', 'code_needed');
    ELSIF v_second AND NOT station.use_one_time_code(p_user_id, v_user.totp_secret, p_code, p_attempt) THEN
        UPDATE public."user" SET last_failed_login = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = p_user_id;
        PERFORM station.write_audit(p_user_id, '2fa_verify_failed', 'auth', p_user_id, v_told);
        RETURN station.failed(p_attempt, p_station, 'code_wrong');
    END IF;
    PERFORM station.clear_lock(p_user_id);
    DELETE FROM station.sign_in_failure WHERE id = p_attempt;
    RETURN station.let_in(p_device, p_station, p_session, p_user_id, 'password', 'full', NULL,
        CASE WHEN v_second THEN '2fa_verify_success_login_complete' ELSE 'login_success' END);
END
$$;

CREATE OR REPLACE FUNCTION station.sign_in(
    p_device uuid, p_session uuid, p_username text, p_proof text, p_code text DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_station text := station.own_device(p_device);
    v_name    text := coalesce(p_username, '');
    v_told    bytea := station.digest_of(v_name, p_proof, p_code);
    v_answer  jsonb := station.signed_in(p_device, p_session, 'password');
    v_until   timestamptz;
    v_user    public."user";
    v_attempt bigint;
BEGIN
    IF v_answer #>> '{person,username}' = v_name THEN
        RETURN v_answer;
    END IF;
    PERFORM station.let_triggers_find_tables();
    v_until := station.turn_of_station(p_device, false);
    v_attempt := station.counted_attempt(p_device, p_session, 'password', v_told);
    v_answer := station.answer_of_attempt(v_attempt);
    IF v_answer IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    SELECT * INTO v_user FROM public."user" AS u WHERE u.username = v_name ORDER BY u.id LIMIT 1 FOR NO KEY UPDATE;
    IF v_attempt IS NOT NULL AND station.proof_is_right(v_user.password_hash, p_proof, p_device, p_session) THEN
        RETURN station.right_password(p_device, v_station, p_session, v_attempt, v_user.id, p_code);
    ELSIF v_attempt IS NOT NULL THEN
        RETURN station.wrong_password(v_station, v_attempt, v_user.id);
    ELSIF v_until IS NULL THEN
        v_until := CASE WHEN v_user.id IS NULL
                        THEN station.count_on_nobody(p_device, p_session, v_told, v_name)
                        ELSE station.count_on_account(p_device, p_session, v_told, v_user.id) END;
    END IF;
    IF v_until IS NULL THEN
        RETURN jsonb_build_object('outcome', 'counted');
    END IF;
    PERFORM station.audit_blocked(p_device, v_station, v_user.id, v_user.username, v_until);
    RETURN station.locked(v_until);
END
$$;
