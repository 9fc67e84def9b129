-- Signing in as the last release's stations do: they fetch the hash and check the password themselves (see
-- sign_in.sql for how it is done now). Kept for the stations that have not been updated, and for nobody else: a
-- session's role must have such a station, which is one until it first speaks the new way. The owner may.
-- Where nothing keeps names unique, the oldest account of a name is meant. "Locked for ever" is told as a
-- moment that every calendar has, in every time zone.

CREATE OR REPLACE FUNCTION station.may_check_passwords() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT session_user = current_user OR EXISTS (
        SELECT FROM station.device WHERE role_name = session_user AND revoked_at IS NULL AND speaks = 1)
$$;

CREATE OR REPLACE FUNCTION station.account_for_sign_in(p_username text)
RETURNS TABLE (username text, password_hash text, role text, area text, verified boolean, locked_until timestamptz)
LANGUAGE sql SECURITY DEFINER STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.username, u.password_hash, u.role, u.dispatch_area, coalesce(u.verified, false),
           CASE WHEN u.locked_until > clock_timestamp() AT TIME ZONE 'UTC'
                THEN least(u.locked_until, '9999-01-01') AT TIME ZONE 'UTC' END
    FROM public."user" AS u
    WHERE u.username = p_username AND station.may_check_passwords()
    ORDER BY u.id LIMIT 1
$$;

-- Keeps the web application's lockout: five failures lock for 15 minutes; a lock that is over starts anew.
-- Returns until when the account is locked.
CREATE OR REPLACE FUNCTION station.record_sign_in(p_username text, p_ok boolean) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now      timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    v_user     record;
    v_failures integer;
    v_locked   timestamp;
BEGIN
    IF NOT station.may_check_passwords() THEN
        RETURN NULL;
    END IF;
    PERFORM station.let_triggers_find_tables();
    SELECT u.id, u.failed_login_attempts, u.locked_until INTO v_user
    FROM public."user" AS u WHERE u.username = p_username ORDER BY u.id LIMIT 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF p_ok THEN
        UPDATE public."user" SET failed_login_attempts = 0, locked_until = NULL, last_failed_login = NULL
        WHERE id = v_user.id
          AND (failed_login_attempts IS DISTINCT FROM 0 OR locked_until IS NOT NULL OR last_failed_login IS NOT NULL);
        RETURN NULL;
    END IF;
    v_failures := CASE WHEN v_user.locked_until <= v_now THEN 0 ELSE coalesce(v_user.failed_login_attempts, 0) END + 1;
    v_locked := CASE WHEN v_user.locked_until > v_now THEN v_user.locked_until
                     WHEN v_failures >= 5 THEN v_now + interval '15 minutes' END;
    UPDATE public."user"
    SET failed_login_attempts = v_failures, locked_until = v_locked, last_failed_login = v_now
    WHERE id = v_user.id;
    RETURN CASE WHEN v_locked IS NOT NULL THEN least(v_locked, '9999-01-01') AT TIME ZONE 'UTC' END;
END
$$;
