-- A database that the web application's own model made in one go: codes unique as they are written, no
-- rule about a child's parents, none of what only migrations made, figures without triggers.

CREATE TABLE "user" (
    id                           serial PRIMARY KEY,
    username                     varchar(64)  NOT NULL,
    email                        varchar(120) NOT NULL,
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
    two_fa_enabled               boolean,
    UNIQUE (username),
    UNIQUE (email)
);
CREATE TABLE bag (
    id            serial PRIMARY KEY,
    qr_id         varchar(255) NOT NULL,
    type          varchar(10)  NOT NULL,
    name          varchar(100),
    child_count   integer,
    parent_id     integer,
    user_id       integer REFERENCES "user" (id) ON DELETE SET NULL,
    dispatch_area varchar(30),
    status        varchar(20),
    weight_kg     double precision,
    created_at    timestamp,
    updated_at    timestamp,
    UNIQUE (qr_id)
);
CREATE TABLE link (
    id            serial PRIMARY KEY,
    parent_bag_id integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    child_bag_id  integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    created_at    timestamp,
    CONSTRAINT uq_parent_child UNIQUE (parent_bag_id, child_bag_id)
);
CREATE TABLE bill (
    id                  serial PRIMARY KEY,
    bill_id             varchar(50) NOT NULL,
    description         text,
    parent_bag_count    integer,
    linked_parent_count integer NOT NULL DEFAULT 0,
    total_weight_kg     double precision,
    expected_weight_kg  double precision,
    total_child_bags    integer,
    status              varchar(20),
    created_by_id       integer REFERENCES "user" (id) ON DELETE SET NULL,
    created_at          timestamp,
    updated_at          timestamp,
    UNIQUE (bill_id)
);
CREATE TABLE bill_bag (
    id         serial PRIMARY KEY,
    bill_id    integer NOT NULL REFERENCES bill (id) ON DELETE CASCADE,
    bag_id     integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    created_at timestamp,
    CONSTRAINT uq_bill_bag_new UNIQUE (bill_id, bag_id)
);
CREATE TABLE scan (
    id            serial PRIMARY KEY,
    "timestamp"   timestamp,
    parent_bag_id integer REFERENCES bag (id),
    child_bag_id  integer REFERENCES bag (id),
    user_id       integer REFERENCES "user" (id) ON DELETE SET NULL
);
CREATE TABLE audit_log (
    id           serial PRIMARY KEY,
    "timestamp"  timestamp   NOT NULL,
    user_id      integer REFERENCES "user" (id) ON DELETE SET NULL,
    action       varchar(50) NOT NULL,
    entity_type  varchar(20) NOT NULL,
    entity_id    integer,
    details      text,
    before_state text,
    after_state  text,
    ip_address   varchar(45),
    request_id   varchar(36)
);
CREATE TABLE promotionrequest (
    id           serial PRIMARY KEY,
    user_id      integer NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    reason       text    NOT NULL,
    status       varchar(20),
    admin_id     integer REFERENCES "user" (id) ON DELETE SET NULL,
    admin_notes  text,
    requested_at timestamp,
    processed_at timestamp
);
CREATE TABLE notification (
    id                serial PRIMARY KEY,
    user_id           integer      NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    title             varchar(200) NOT NULL,
    message           text         NOT NULL,
    notification_type varchar(20),
    priority          integer,
    is_read           boolean      NOT NULL,
    link              varchar(500),
    created_at        timestamp    NOT NULL,
    read_at           timestamp
);
CREATE TABLE statistics_cache (
    id           integer PRIMARY KEY,
    total_bags   integer,
    parent_bags  integer,
    child_bags   integer,
    total_scans  integer,
    total_bills  integer,
    total_users  integer,
    last_updated timestamp
);
INSERT INTO statistics_cache VALUES (1, 0, 0, 0, 0, 0, 0, NULL);

CREATE INDEX idx_bag_qr_id ON bag (qr_id);
CREATE INDEX idx_bag_type ON bag (type);
CREATE INDEX idx_link_parent_id ON link (parent_bag_id);
CREATE INDEX idx_link_child_id ON link (child_bag_id);
CREATE INDEX idx_bill_bag_bag_id ON bill_bag (bag_id);
CREATE INDEX idx_scan_timestamp ON scan ("timestamp");

CREATE TABLE alembic_version (version_num varchar(32) CONSTRAINT alembic_version_pkc PRIMARY KEY);
