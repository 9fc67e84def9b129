-- Which station speaks. SQLSTATEs of our own: TT001 the device is not enrolled; TT002 it is not this role's (DETAIL
-- other_account) or was revoked (DETAIL revoked).

-- The name of the device *p_device*, where the session's role may speak for it. From now on it is none of those
-- that check passwords by themselves.
CREATE OR REPLACE FUNCTION station.own_device(p_device uuid) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_device record;
BEGIN
    SELECT * INTO v_device FROM station.device WHERE id = p_device;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'station % is not enrolled', p_device USING ERRCODE = 'TT001';
    ELSIF v_device.role_name <> session_user THEN
        RAISE EXCEPTION 'station % does not belong to %', p_device, session_user
            USING ERRCODE = 'TT002', DETAIL = 'other_account';
    ELSIF v_device.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'station % was revoked', p_device USING ERRCODE = 'TT002', DETAIL = 'revoked';
    ELSIF v_device.speaks < 2 THEN
        UPDATE station.device SET speaks = 2 WHERE id = p_device;
    END IF;
    RETURN v_device.name;
END
$$;
