-- Who may do what: the same table as domain.roles; a test holds the two against each other.

-- A role that is not known, none, or one of the web application's first versions counts as a dispatcher's; so does
-- any role of somebody who has shown no more than a badge. An operation that is not known nobody may do.
CREATE OR REPLACE FUNCTION station.role_may(p_role text, p_rights text, p_operation text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(CASE
        WHEN p_operation IN ('scan', 'look_up', 'view_bill', 'list_bags') THEN true
        WHEN p_operation = 'request_promotion' THEN counts_as <> 'admin'
        WHEN p_operation IN ('delete_bag', 'manage_bills', 'returns', 'override_completed')
        THEN counts_as IN ('admin', 'biller')
        WHEN p_operation IN ('edit_children', 'delete_bill', 'administer') THEN counts_as = 'admin'
    END, false)
    FROM (SELECT CASE WHEN p_rights = 'full' AND p_role IN ('admin', 'biller') THEN p_role ELSE 'dispatcher' END)
         AS known (counts_as)
$$;

-- What somebody has to be allowed for an entry of a kind; NULL where nothing is needed, or the kind is not known.
CREATE OR REPLACE FUNCTION station.operation_of(p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE
        WHEN p_kind IN ('open_parent', 'add_child', 'remove_child', 'close_parent', 'move_children', 'replace_label')
        THEN 'scan'
        WHEN p_kind = 'override' THEN 'override_completed'
        WHEN p_kind IN ('attach_parent', 'detach_parent', 'create_bill', 'edit_bill', 'complete_bill', 'reopen_bill')
        THEN 'manage_bills'
        WHEN p_kind IN ('open_return', 'return_bag', 'unreturn_bag', 'finalise_return', 'cancel_return') THEN 'returns'
        WHEN p_kind IN ('delete_bill', 'delete_bag', 'edit_children') THEN p_kind
    END
$$;

-- As domain.roles.
CREATE OR REPLACE FUNCTION station.dispatch_areas() RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
    SELECT ARRAY['lucknow', 'indore', 'jaipur', 'hisar', 'sri_ganganagar', 'sangaria', 'bathinda', 'raipur', 'ranchi',
                 'akola']
$$;
