-- Somebody who is signed in at a station changes the own password there. The old one is shown as in signing in:
-- by a proof, counted by the one throttle before it is looked at (throttle.sql), so it is called twice with the
-- same arguments. The new one comes as a hash; whether it is good enough was looked at by the station.
--
-- Answers: {"outcome": "changed" | "counted" | "refused" | "locked", "until": text}. TT006: the session is none of
-- this station, or has ended.

-- Whose session it is, whatever its rights: the old password is asked for in any case. But an administrator's is
-- not changed by whoever knows it and nothing of the second factor.
CREATE OR REPLACE FUNCTION station.signed_in_user(p_device uuid, p_session uuid) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_user integer;
BEGIN
    PERFORM station.own_device(p_device);
    SELECT u.id INTO v_user
    FROM station.session AS s
    JOIN public."user" AS u ON u.id = s.user_id
    WHERE s.id = p_session AND s.device = p_device AND s.ended_at IS NULL AND u.verified
      AND (u.role IS DISTINCT FROM 'admin' OR s.rights = 'full' AND s.way = 'password')
      AND NOT station.is_somebody_else(u.username, u.created_at, s.username, s.started_at);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nobody is signed in by this session' USING ERRCODE = 'TT006';
    END IF;
    RETURN v_user;
END
$$;

-- How to make the proof of the old password.
CREATE OR REPLACE FUNCTION station.own_password_challenge(p_device uuid, p_session uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user integer := station.signed_in_user(p_device, p_session);
BEGIN
    RETURN (SELECT station.challenge(u.username, u.password_hash) FROM public."user" AS u WHERE u.id = v_user);
END
$$;

CREATE OR REPLACE FUNCTION station.change_own_password(
    p_device uuid, p_session uuid, p_proof text, p_password_hash text
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_station text := station.own_device(p_device);
    v_user    integer := station.signed_in_user(p_device, p_session);
    v_told    bytea := station.digest_of('own password', v_user::text, p_proof, p_password_hash);
    v_until   timestamptz;
    v_account record;
    v_attempt bigint;
    v_answer  jsonb;
BEGIN
    PERFORM station.require_hash(p_password_hash);
    PERFORM station.let_triggers_find_tables();
    v_until := station.turn_of_station(p_device, false);
    v_attempt := station.counted_attempt(p_device, p_session, 'password', v_told);
    v_answer := station.answer_of_attempt(v_attempt);
    IF v_answer IS NOT NULL THEN
        RETURN v_answer;
    END IF;
    SELECT u.username, u.password_hash INTO v_account FROM public."user" AS u WHERE u.id = v_user FOR NO KEY UPDATE;
    IF v_account.password_hash = p_password_hash THEN  -- the answer to the call before was lost
        RETURN '{"outcome": "changed"}';
    ELSIF v_attempt IS NOT NULL THEN
        RETURN station.own_password_shown(
            v_station, v_attempt, v_user,
            station.proof_is_right(v_account.password_hash, p_proof, p_device, p_session), p_password_hash);
    ELSIF v_until IS NULL THEN
        v_until := station.count_on_account(p_device, p_session, v_told, v_user);
    END IF;
    IF v_until IS NULL THEN
        RETURN '{"outcome": "counted"}';
    END IF;
    PERFORM station.audit_blocked(p_device, v_station, v_user, v_account.username, v_until);
    RETURN station.locked(v_until);
END
$$;

-- The attempt is counted: now it matters whether the old password was right. The caller holds the account's row.
CREATE OR REPLACE FUNCTION station.own_password_shown(
    p_station text, p_attempt bigint, p_user_id integer, p_right boolean, p_password_hash text
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_details jsonb := jsonb_build_object(
        'username', (SELECT u.username FROM public."user" AS u WHERE u.id = p_user_id), 'station', p_station);
BEGIN
    IF p_right THEN
        UPDATE public."user" SET password_hash = p_password_hash WHERE id = p_user_id;
        PERFORM station.clear_lock(p_user_id);
        DELETE FROM station.sign_in_failure WHERE id = p_attempt;
        PERFORM station.write_audit(p_user_id, 'password_changed', 'user', p_user_id, v_details);
        RETURN '{"outcome": "changed"}';
    END IF;
    UPDATE public."user" SET last_failed_login = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = p_user_id;
    PERFORM station.write_audit(p_user_id, 'password_change_failed', 'user', p_user_id, v_details);
    RETURN station.failed(p_attempt, p_station, 'refused');
END
$$;
