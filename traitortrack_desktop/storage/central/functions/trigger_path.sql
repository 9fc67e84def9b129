-- The web application's triggers run inside what a station calls, with its owner's rights, and name their
-- tables without a schema. Where there are any, the schema of those tables is put into the path of the
-- function that calls this, before pg_temp, so that no table of the caller's stands in for one.
--
-- Functions, operators and types in that schema can stand in for those that the triggers mean, and would run
-- with the owner's rights. So nothing is done (TT004) for a caller who may create some there, nor while some
-- are there of somebody who has not the owner's confidence: he is no superuser, and the owner has not his
-- rights. Only what the server's bootstrap superuser owns is not in pg_shdepend.
CREATE OR REPLACE FUNCTION station.let_triggers_find_tables() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_schema   regnamespace;
    v_stranger regrole;
BEGIN
    SELECT c.relnamespace INTO v_schema
    FROM pg_class AS c
    WHERE c.oid = 'public.bag'::regclass AND EXISTS (
        SELECT FROM pg_trigger AS t
        WHERE t.tgrelid IN ('public.bag'::regclass, 'public.link'::regclass, 'public.scan'::regclass,
                            'public.bill'::regclass, 'public."user"'::regclass)
          AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgname !~ '^station_');
    IF v_schema IS NULL THEN
        RETURN;
    ELSIF session_user <> current_user AND has_schema_privilege(session_user, v_schema, 'CREATE')
          AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper) THEN
        RAISE EXCEPTION '% may create objects in schema %', session_user, v_schema USING ERRCODE = 'TT004';
    END IF;
    IF session_user <> current_user THEN
        SELECT made.refobjid INTO v_stranger
        FROM pg_shdepend AS made
        JOIN pg_roles AS owner ON owner.oid = made.refobjid
        WHERE made.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND made.classid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
          AND made.deptype = 'o' AND owner.rolname <> current_user AND NOT owner.rolsuper
          AND ((SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
               OR NOT pg_has_role(current_user, owner.oid, 'USAGE'))
          AND (EXISTS (SELECT FROM pg_proc WHERE oid = made.objid AND pronamespace = v_schema
                       AND made.classid = 'pg_proc'::regclass)
               OR EXISTS (SELECT FROM pg_operator WHERE oid = made.objid AND oprnamespace = v_schema
                          AND made.classid = 'pg_operator'::regclass)
               OR EXISTS (SELECT FROM pg_type WHERE oid = made.objid AND typnamespace = v_schema
                          AND made.classid = 'pg_type'::regclass))
        LIMIT 1;
        IF v_stranger IS NOT NULL THEN
            RAISE EXCEPTION '% owns objects in schema %', v_stranger, v_schema USING ERRCODE = 'TT004';
        END IF;
    END IF;
    PERFORM set_config('search_path', 'pg_catalog, ' || v_schema || ', pg_temp', true);
END
$$;
