-- The tables of the web application in their newest shape, and nothing but that: what an empty database
-- gets, and what `db upgrade` and `db check` hold any other one against.
--
-- Read by web_shape.py: one column, constraint or index a line, tables before what refers to them. Times
-- are without zone and mean UTC. Defaults stand in the web application's own code, not here; the few that
-- are the server's are marked by DEFAULT.

-- people

CREATE TABLE public."user" (
    id                           serial PRIMARY KEY,
    username                     varchar(64) NOT NULL UNIQUE,
    email                        varchar(120) NOT NULL UNIQUE,
    password_hash                varchar(256) NOT NULL,
    role                         varchar(20),
    dispatch_area                varchar(30),
    verification_token           varchar(100),
    verified                     boolean,
    created_at                   timestamp,
    failed_login_attempts        integer,
    locked_until                 timestamp,
    last_failed_login            timestamp,
    password_reset_token         varchar(100),
    password_reset_token_expires timestamp,
    totp_secret                  varchar(32),
    two_fa_enabled               boolean
);

-- bags

CREATE TABLE public.bag (
    id            serial PRIMARY KEY,
    qr_id         varchar(255) NOT NULL,
    type          varchar(10) NOT NULL,
    name          varchar(100),
    child_count   integer,
    parent_id     integer,
    user_id       integer REFERENCES public."user" (id) ON DELETE SET NULL,
    dispatch_area varchar(30),
    status        varchar(20),
    weight_kg     double precision,
    created_at    timestamp,
    updated_at    timestamp,
    CONSTRAINT check_bag_weight_non_negative CHECK (weight_kg >= 0)
);

CREATE TABLE public.link (
    id            serial PRIMARY KEY,
    parent_bag_id integer NOT NULL REFERENCES public.bag (id) ON DELETE CASCADE,
    child_bag_id  integer NOT NULL REFERENCES public.bag (id) ON DELETE CASCADE,
    created_at    timestamp,
    CONSTRAINT uq_parent_child UNIQUE (parent_bag_id, child_bag_id),
    CONSTRAINT link_child_bag_id_unique UNIQUE (child_bag_id)
);

CREATE TABLE public.scan (
    id            serial PRIMARY KEY,
    "timestamp"   timestamp,
    parent_bag_id integer REFERENCES public.bag (id),
    child_bag_id  integer REFERENCES public.bag (id),
    user_id       integer REFERENCES public."user" (id) ON DELETE SET NULL
);

-- bills

CREATE TABLE public.bill (
    id                  serial PRIMARY KEY,
    bill_id             varchar(50) NOT NULL UNIQUE,
    description         text,
    parent_bag_count    integer,
    linked_parent_count integer NOT NULL DEFAULT 0,
    total_weight_kg     double precision,
    expected_weight_kg  double precision,
    total_child_bags    integer,
    status              varchar(20),
    created_by_id       integer REFERENCES public."user" (id) ON DELETE SET NULL,
    created_at          timestamp,
    updated_at          timestamp,
    destination         varchar(200),
    vehicle_number      varchar(50),
    CONSTRAINT check_bill_total_weight_non_negative CHECK (total_weight_kg >= 0),
    CONSTRAINT check_bill_expected_weight_non_negative CHECK (expected_weight_kg >= 0),
    CONSTRAINT check_bill_linked_count_non_negative CHECK (linked_parent_count >= 0)
);

CREATE TABLE public.bill_bag (
    id         serial PRIMARY KEY,
    bill_id    integer NOT NULL REFERENCES public.bill (id) ON DELETE CASCADE,
    bag_id     integer NOT NULL REFERENCES public.bag (id) ON DELETE CASCADE,
    created_at timestamp,
    CONSTRAINT uq_bill_bag_new UNIQUE (bill_id, bag_id)
);

-- what happened

CREATE TABLE public.audit_log (
    id           serial PRIMARY KEY,
    "timestamp"  timestamp NOT NULL,
    user_id      integer REFERENCES public."user" (id) ON DELETE SET NULL,
    action       varchar(50) NOT NULL,
    entity_type  varchar(20) NOT NULL,
    entity_id    integer,
    details      text,
    before_state text,
    after_state  text,
    ip_address   varchar(45),
    request_id   varchar(36)
);

CREATE TABLE public.promotionrequest (
    id           serial PRIMARY KEY,
    user_id      integer NOT NULL REFERENCES public."user" (id) ON DELETE CASCADE,
    reason       text NOT NULL,
    status       varchar(20),
    admin_id     integer REFERENCES public."user" (id) ON DELETE SET NULL,
    admin_notes  text,
    requested_at timestamp,
    processed_at timestamp
);

CREATE TABLE public.notification (
    id                serial PRIMARY KEY,
    user_id           integer NOT NULL REFERENCES public."user" (id) ON DELETE CASCADE,
    title             varchar(200) NOT NULL,
    message           text NOT NULL,
    notification_type varchar(20) DEFAULT 'info',
    priority          integer DEFAULT 0,
    is_read           boolean NOT NULL DEFAULT false,
    link              varchar(500),
    created_at        timestamp NOT NULL DEFAULT now(),
    read_at           timestamp
);

-- Without triggers: one row that every scan updates would make all stations wait for each other.
CREATE TABLE public.statistics_cache (
    id           integer PRIMARY KEY DEFAULT 1,
    total_bags   integer DEFAULT 0,
    parent_bags  integer DEFAULT 0,
    child_bags   integer DEFAULT 0,
    total_scans  integer DEFAULT 0,
    total_bills  integer DEFAULT 0,
    total_users  integer DEFAULT 0,
    last_updated timestamp,
    CONSTRAINT single_row CHECK (id = 1)
);

-- returns

CREATE TABLE public.return_ticket (
    id                       serial PRIMARY KEY,
    ticket_code              varchar(50) NOT NULL UNIQUE,
    cf_location              varchar(100) NOT NULL,
    status                   varchar(20) DEFAULT 'open',
    bags_scanned_count       integer,
    total_weight_returned_kg double precision,
    notes                    text,
    created_by_id            integer REFERENCES public."user" (id) ON DELETE SET NULL,
    created_at               timestamp,
    updated_at               timestamp,
    finalized_at             timestamp
);

CREATE TABLE public.return_ticket_bag (
    id                    serial PRIMARY KEY,
    return_ticket_id      integer NOT NULL REFERENCES public.return_ticket (id) ON DELETE CASCADE,
    bag_id                integer NOT NULL REFERENCES public.bag (id) ON DELETE CASCADE,
    original_bill_id      integer REFERENCES public.bill (id) ON DELETE SET NULL,
    weight_at_return_kg   double precision,
    child_count_at_return integer,
    scanned_by_id         integer REFERENCES public."user" (id) ON DELETE SET NULL,
    scanned_at            timestamp,
    CONSTRAINT uq_return_ticket_bag UNIQUE (return_ticket_id, bag_id)
);

CREATE TABLE public.bill_return_event (
    id                    serial PRIMARY KEY,
    bill_id               integer NOT NULL REFERENCES public.bill (id) ON DELETE CASCADE,
    return_ticket_id      integer REFERENCES public.return_ticket (id) ON DELETE SET NULL,
    bag_id                integer REFERENCES public.bag (id) ON DELETE SET NULL,
    bag_qr_id             varchar(255),
    previous_linked_count integer NOT NULL,
    new_linked_count      integer NOT NULL,
    previous_weight_kg    double precision NOT NULL,
    new_weight_kg         double precision NOT NULL,
    previous_child_count  integer,
    new_child_count       integer,
    removed_by_id         integer REFERENCES public."user" (id) ON DELETE SET NULL,
    removed_at            timestamp,
    reason                varchar(200) DEFAULT 'IPT Return'
);

-- indexes

CREATE INDEX idx_user_role ON public."user" (role);
CREATE INDEX idx_user_created_at ON public."user" (created_at);
CREATE INDEX idx_user_password_reset_token ON public."user" (password_reset_token);
CREATE INDEX idx_user_locked_until ON public."user" (locked_until);
CREATE INDEX idx_user_two_fa_enabled ON public."user" (two_fa_enabled);
CREATE INDEX idx_user_role_created ON public."user" (role, created_at);
CREATE INDEX idx_user_role_dispatch_area ON public."user" (role, dispatch_area);

CREATE INDEX idx_bag_qr_id ON public.bag (qr_id);
CREATE UNIQUE INDEX idx_bag_qr_id_unique_ci ON public.bag (upper(qr_id));
CREATE INDEX idx_bag_qr_id_lower ON public.bag (lower(qr_id));
CREATE INDEX idx_bag_type ON public.bag (type);
CREATE INDEX idx_bag_created_at ON public.bag (created_at);
CREATE INDEX idx_bag_type_created ON public.bag (type, created_at);
CREATE INDEX idx_bag_name_search ON public.bag (name);
CREATE INDEX idx_bag_parent_id ON public.bag (parent_id);
CREATE INDEX idx_bag_user_id ON public.bag (user_id);
CREATE INDEX idx_bag_dispatch_area ON public.bag (dispatch_area);
CREATE INDEX idx_bag_type_dispatch ON public.bag (type, dispatch_area);
CREATE INDEX idx_bag_type_area_created ON public.bag (type, dispatch_area, created_at);
CREATE INDEX idx_bag_user_type ON public.bag (user_id, type);

CREATE INDEX idx_link_parent_id ON public.link (parent_bag_id);
CREATE INDEX idx_link_child_id ON public.link (child_bag_id);
CREATE INDEX idx_link_parent_child ON public.link (parent_bag_id, child_bag_id);

CREATE INDEX idx_bill_id ON public.bill (bill_id);
CREATE INDEX idx_bill_status ON public.bill (status);
CREATE INDEX idx_bill_created ON public.bill (created_at);
CREATE INDEX idx_bill_status_created ON public.bill (status, created_at);
CREATE INDEX idx_bill_linked_count ON public.bill (linked_parent_count);
CREATE INDEX idx_bill_keyset_pagination ON public.bill (created_at, id);

CREATE INDEX idx_bill_bag_bill_id ON public.bill_bag (bill_id);
CREATE INDEX idx_bill_bag_bag_id ON public.bill_bag (bag_id);
CREATE INDEX idx_billbag_bill_bag ON public.bill_bag (bill_id, bag_id);
CREATE INDEX idx_billbag_bag_id ON public.bill_bag (bag_id);

-- The station's own: one parent on one bill. The web application checks it and does not say it here.
CREATE UNIQUE INDEX station_bill_bag_one_bill ON public.bill_bag (bag_id);

CREATE INDEX idx_scan_timestamp ON public.scan ("timestamp");
CREATE INDEX idx_scan_parent_bag ON public.scan (parent_bag_id);
CREATE INDEX idx_scan_child_bag ON public.scan (child_bag_id);
CREATE INDEX idx_scan_user ON public.scan (user_id);
CREATE INDEX idx_scan_user_timestamp ON public.scan (user_id, "timestamp");
CREATE INDEX idx_scan_timestamp_user ON public.scan ("timestamp", user_id);

CREATE INDEX idx_audit_timestamp ON public.audit_log ("timestamp");
CREATE INDEX idx_audit_user ON public.audit_log (user_id);
CREATE INDEX idx_audit_action ON public.audit_log (action);
CREATE INDEX idx_audit_entity ON public.audit_log (entity_type, entity_id);
CREATE INDEX idx_audit_user_timestamp ON public.audit_log (user_id, "timestamp");
CREATE INDEX idx_audit_action_timestamp ON public.audit_log (action, "timestamp");
CREATE INDEX idx_audit_request_id ON public.audit_log (request_id);
CREATE INDEX idx_audit_log_user_action ON public.audit_log (user_id, action, "timestamp" DESC);

CREATE INDEX idx_promotion_user_id ON public.promotionrequest (user_id);
CREATE INDEX idx_promotion_status ON public.promotionrequest (status);
CREATE INDEX idx_promotion_requested_at ON public.promotionrequest (requested_at);
CREATE INDEX idx_promotion_admin_id ON public.promotionrequest (admin_id);
CREATE INDEX idx_promotion_status_requested ON public.promotionrequest (status, requested_at);

CREATE INDEX idx_notification_user_id ON public.notification (user_id);
CREATE INDEX idx_notification_is_read ON public.notification (is_read);
CREATE INDEX idx_notification_created_at ON public.notification (created_at);
CREATE INDEX idx_notification_user_read ON public.notification (user_id, is_read);
