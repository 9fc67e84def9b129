-- Signing in as the last release's stations do: they fetch the hash and check the password themselves (see
-- sign_in.sql for how it is done now). Kept for the stations that have not been updated, and for nobody else: a
-- session's role must have such a station, which is one until it first speaks the new way. The owner may.
-- Where nothing keeps names unique, the oldest account of a name is meant.

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
           station.account_locked_until(u.locked_until)
    FROM public."user" AS u
    WHERE u.username = p_username AND station.may_check_passwords()
    ORDER BY u.id LIMIT 1
$$;

-- Keeps the web application's lockout (throttle.sql). Returns until when the account is locked.
CREATE OR REPLACE FUNCTION station.record_sign_in(p_username text, p_ok boolean) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now    timestamptz := clock_timestamp();
    v_user   record;
    v_next   record;
    v_locked timestamptz;
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
        PERFORM station.clear_lock(v_user.id);
        RETURN NULL;
    END IF;
    v_locked := station.account_locked_until(v_user.locked_until);
    v_next := station.one_more_failure(
        v_now, v_user.failed_login_attempts, v_locked IS NULL AND v_user.locked_until IS NOT NULL);
    UPDATE public."user"
    SET failed_login_attempts = v_next.failures, last_failed_login = v_now AT TIME ZONE 'UTC',
        locked_until = CASE WHEN v_locked IS NULL THEN v_next.locked_until AT TIME ZONE 'UTC' ELSE locked_until END
    WHERE id = v_user.id;
    RETURN coalesce(v_locked, v_next.locked_until);
END
$$;
