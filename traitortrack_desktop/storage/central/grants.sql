-- What a station may do: call these functions, and nothing else. Run at the end of every upgrade, in the
-- transaction that makes the functions: a new one is everybody's until then, and no default for this
-- schema alone could change that.

REVOKE ALL ON SCHEMA station FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA station FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA station FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA station FROM PUBLIC;
REVOKE ALL ON TYPE station.batch_entry, station.act_answer FROM PUBLIC;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'traitortrack_station') THEN
        BEGIN
            CREATE ROLE traitortrack_station NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;  -- an upgrade of another database of this server was first
            WHEN insufficient_privilege THEN
                RETURN;  -- `db check` says that it is missing
        END;
    END IF;
    -- What an earlier version allowed, or a person did, ends here.
    REVOKE ALL ON ALL TABLES IN SCHEMA station FROM traitortrack_station;
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA station FROM traitortrack_station;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA station FROM traitortrack_station;
    REVOKE ALL ON SCHEMA station FROM traitortrack_station;
    GRANT USAGE ON SCHEMA station TO traitortrack_station;
    GRANT EXECUTE ON FUNCTION
        station.post_entries(uuid, jsonb, boolean, uuid),
        station.enrol_device(uuid, text, text),
        station.enrol_station(uuid, text, text, text),
        station.stations(uuid, uuid),
        station.administer_station(uuid, uuid, text, uuid, jsonb),
        station.make_enrolment_code(uuid, uuid, text, text, bytea),
        station.accounts(uuid, uuid, text, text, integer),
        station.administer_account(uuid, uuid, text, text, jsonb),
        station.audit_entries(uuid, uuid, jsonb, bigint, integer),
        station.sessions(uuid, uuid, text),
        station.revoke_session(uuid, uuid, uuid),
        station.own_password_challenge(uuid, uuid),
        station.change_own_password(uuid, uuid, text, text),
        station.account_for_sign_in(text),
        station.record_sign_in(text, boolean),
        station.sign_in_challenge(uuid, text),
        station.sign_in(uuid, uuid, text, text, text),
        station.badge_sign_in(uuid, uuid, text),
        station.pin_challenge(uuid, uuid),
        station.pin_sign_in(uuid, uuid, uuid, text),
        station.catalogue_start(),
        station.catalogue_page(integer, integer),
        station.catalogue_bills(integer, integer),
        station.catalogue_bill_details(integer, integer),
        station.catalogue_holders(),
        station.changes_since(text, integer),
        station.find_code(uuid, uuid, text),
        station.find_history(uuid, uuid, text, text),
        station.find_bags(uuid, uuid, jsonb, text),
        station.find_bills(uuid, uuid, jsonb, text),
        station.find_tickets(uuid, uuid, jsonb, text),
        station.prune_changes(),
        station.fold_statistics()
    TO traitortrack_station;
END
$$;
