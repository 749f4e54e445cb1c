CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    person        TEXT NOT NULL,
    duty          TEXT NOT NULL,
    asked_role    TEXT NOT NULL,
    role          TEXT NOT NULL DEFAULT '',
    district      TEXT NOT NULL DEFAULT '',
    department    TEXT NOT NULL DEFAULT '',
    chain         TEXT NOT NULL DEFAULT '',
    enterprise_id INTEGER NOT NULL DEFAULT 0,
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    must_change   INTEGER NOT NULL DEFAULT 1 CHECK (must_change IN (0, 1)),
    password      TEXT NOT NULL,
    password_at   INTEGER NOT NULL,
    totp_secret   TEXT NOT NULL DEFAULT '',
    totp_on       INTEGER NOT NULL DEFAULT 0 CHECK (totp_on IN (0, 1)),
    totp_step     INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    lockouts      INTEGER NOT NULL DEFAULT 0,
    locked_until  INTEGER NOT NULL DEFAULT 0,
    version       INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL,
    FOREIGN KEY (person, duty) REFERENCES account_person (person, duty),
    CONSTRAINT account_duty_asked CHECK (duty = CASE asked_role
        WHEN 'system_admin' THEN 'system' WHEN 'security_admin' THEN 'security'
        WHEN 'audit_admin' THEN 'audit' ELSE 'business' END),
    CONSTRAINT account_duty_role CHECK (role = '' OR duty = CASE role
        WHEN 'system_admin' THEN 'system' WHEN 'security_admin' THEN 'security'
        WHEN 'audit_admin' THEN 'audit' ELSE 'business' END)
);

CREATE TABLE account_enterprise (
    account_id    INTEGER NOT NULL REFERENCES account (id),
    enterprise_id INTEGER NOT NULL CHECK (enterprise_id > 0),
    PRIMARY KEY (account_id, enterprise_id)
);

CREATE TABLE account_password (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    password   TEXT NOT NULL,
    ended_at   INTEGER NOT NULL
);

CREATE TABLE account_person (
    person TEXT NOT NULL PRIMARY KEY,
    duty   TEXT NOT NULL CHECK (duty IN ('system', 'security', 'audit', 'business')),
    UNIQUE (person, duty)
);

CREATE TABLE adjustment (
    id            INTEGER PRIMARY KEY,
    round_id      INTEGER NOT NULL REFERENCES round (id),
    enterprise_id INTEGER NOT NULL,
    band          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    document      TEXT NOT NULL,
    decided_by    TEXT NOT NULL,
    decided_at    INTEGER NOT NULL,
    withdrawn_at  INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE enterprise (
    id               INTEGER PRIMARY KEY,
    code             TEXT NOT NULL DEFAULT '',
    merged_into      INTEGER NOT NULL DEFAULT 0,
    established      TEXT NOT NULL DEFAULT '',
    production_since TEXT NOT NULL DEFAULT '',
    origin           TEXT NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL
);

CREATE TABLE enterprise_alias (
    kind          TEXT NOT NULL,
    alias         TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL,
    decided_by    TEXT NOT NULL,
    decided_at    INTEGER NOT NULL,
    PRIMARY KEY (kind, alias)
);

CREATE TABLE enterprise_group (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    head_id INTEGER NOT NULL REFERENCES enterprise (id)
);

CREATE TABLE enterprise_group_member (
    id            INTEGER PRIMARY KEY,
    group_id      INTEGER NOT NULL REFERENCES enterprise_group (id),
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);

CREATE TABLE enterprise_label (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    label         TEXT NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL,
    document      TEXT NOT NULL DEFAULT '',
    issuer        TEXT NOT NULL DEFAULT '',
    batch         TEXT NOT NULL DEFAULT '',
    evidence      TEXT NOT NULL DEFAULT '',
    removed_at    INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE enterprise_membership (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    kind          TEXT NOT NULL,
    member_of     TEXT NOT NULL,
    role          TEXT NOT NULL DEFAULT '',
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);

CREATE TABLE enterprise_merge (
    id          INTEGER PRIMARY KEY,
    loser_id    INTEGER NOT NULL REFERENCES enterprise (id),
    survivor_id INTEGER NOT NULL REFERENCES enterprise (id),
    merged_at   INTEGER NOT NULL,
    merged_by   TEXT NOT NULL,
    reason      TEXT NOT NULL,
    undone_at   INTEGER NOT NULL DEFAULT 0,
    undone_by   TEXT NOT NULL DEFAULT ''
);

CREATE TABLE enterprise_name (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    name          TEXT NOT NULL,
    folded        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);

CREATE TABLE enterprise_search (
    enterprise_id INTEGER PRIMARY KEY,
    body          TEXT NOT NULL
);

CREATE TABLE enterprise_token (
    token         TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL,
    PRIMARY KEY (token, enterprise_id)
) WITHOUT ROWID;

CREATE TABLE enterprise_version (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL,
    name          TEXT NOT NULL,
    district      TEXT NOT NULL DEFAULT '',
    town          TEXT NOT NULL DEFAULT '',
    address       TEXT NOT NULL DEFAULT '',
    industry      TEXT NOT NULL DEFAULT '',
    edition       INTEGER NOT NULL DEFAULT 0,
    status        TEXT NOT NULL,
    recorded_at   INTEGER NOT NULL,
    replaced_at   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE enterprise_year (
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    year          INTEGER NOT NULL,
    above_scale   INTEGER NOT NULL,
    people        INTEGER NOT NULL,
    revenue       INTEGER NOT NULL,
    size_class    TEXT NOT NULL,
    recorded_at   INTEGER NOT NULL,
    PRIMARY KEY (enterprise_id, year)
);

CREATE TABLE first_run (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    token_hash BLOB NOT NULL
);

CREATE TABLE grade (
    enterprise_id INTEGER NOT NULL,
    year          INTEGER NOT NULL,
    population    TEXT NOT NULL,
    scheme        TEXT NOT NULL,
    run_id        INTEGER NOT NULL REFERENCES run (id),
    band          TEXT NOT NULL,
    total         REAL,
    rank          INTEGER NOT NULL,
    PRIMARY KEY (enterprise_id, year, population, scheme)
);

CREATE TABLE job (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    job_key       TEXT,
    payload       TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    run_at        INTEGER NOT NULL,
    attempt       INTEGER NOT NULL DEFAULT 0,
    epoch         INTEGER NOT NULL DEFAULT 0,
    lease_owner   TEXT NOT NULL DEFAULT '',
    lease_until   INTEGER NOT NULL DEFAULT 0,
    cancelling    INTEGER NOT NULL DEFAULT 0 CHECK (cancelling IN (0, 1)),
    done_units    INTEGER NOT NULL DEFAULT 0,
    total_units   INTEGER NOT NULL DEFAULT 0,
    message       TEXT NOT NULL DEFAULT '',
    result        TEXT NOT NULL DEFAULT '',
    error         TEXT NOT NULL DEFAULT '',
    hint          TEXT NOT NULL DEFAULT '',
    asked_by      TEXT NOT NULL,
    asked_name    TEXT NOT NULL,
    district      TEXT NOT NULL DEFAULT '',
    department    TEXT NOT NULL DEFAULT '',
    enterprise_id INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    started_at    INTEGER NOT NULL DEFAULT 0,
    finished_at   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE job_schedule (
    name    TEXT NOT NULL PRIMARY KEY,
    next_at INTEGER NOT NULL
);

CREATE TABLE journal (
    seq           INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    via           TEXT NOT NULL,
    verb          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL DEFAULT '',
    facts         TEXT NOT NULL DEFAULT '{}',
    hash          BLOB NOT NULL
);

CREATE TABLE journal_head (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
);

CREATE TABLE lease (
    id         INTEGER PRIMARY KEY,
    lessor_id  INTEGER NOT NULL,
    lessee_id  INTEGER NOT NULL,
    parcel_id  INTEGER NOT NULL,
    area       INTEGER NOT NULL,
    floor_area INTEGER NOT NULL,
    contract   TEXT NOT NULL DEFAULT '',
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL
);

CREATE TABLE match_queue (
    id            INTEGER PRIMARY KEY,
    code          TEXT NOT NULL,
    name          TEXT NOT NULL,
    folded        TEXT NOT NULL,
    state         TEXT NOT NULL,
    why           TEXT NOT NULL,
    candidates    TEXT NOT NULL,
    department    TEXT NOT NULL DEFAULT '',
    file          TEXT NOT NULL DEFAULT '',
    sheet         TEXT NOT NULL DEFAULT '',
    row_no        INTEGER NOT NULL DEFAULT 0,
    seen          INTEGER NOT NULL DEFAULT 1,
    opened_at     INTEGER NOT NULL,
    decided_at    INTEGER NOT NULL DEFAULT 0,
    decided_by    TEXT NOT NULL DEFAULT '',
    enterprise_id INTEGER NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL DEFAULT ''
);

CREATE TABLE meter (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,
    account  TEXT NOT NULL,
    supplier TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, account)
);

CREATE TABLE meter_link (
    id            INTEGER PRIMARY KEY,
    meter_id      INTEGER NOT NULL REFERENCES meter (id),
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    parcel_id     INTEGER NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);

CREATE TABLE observe_answer (
    id            INTEGER PRIMARY KEY,
    row_id        INTEGER NOT NULL REFERENCES observe_row (id),
    item          TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL,
    department    TEXT NOT NULL,
    period        TEXT NOT NULL,
    state         TEXT NOT NULL,
    reason        TEXT NOT NULL DEFAULT '',
    claimed       TEXT NOT NULL DEFAULT '',
    said_by       TEXT NOT NULL,
    said_at       INTEGER NOT NULL,
    decided_by    TEXT NOT NULL DEFAULT '',
    decided_at    INTEGER NOT NULL DEFAULT 0,
    decision      TEXT NOT NULL DEFAULT '',
    batch_id      INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE observe_batch (
    id           INTEGER PRIMARY KEY,
    department   TEXT NOT NULL,
    period       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    file_hash    TEXT NOT NULL DEFAULT '',
    file_name    TEXT NOT NULL DEFAULT '',
    state        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    columns      TEXT NOT NULL,
    pack_digest  TEXT NOT NULL,
    row_count    INTEGER NOT NULL,
    value_count  INTEGER NOT NULL,
    unmatched    INTEGER NOT NULL,
    errors       INTEGER NOT NULL,
    warnings     INTEGER NOT NULL,
    seq          INTEGER NOT NULL DEFAULT 0,
    uploaded_by  TEXT NOT NULL,
    uploader     TEXT NOT NULL,
    uploaded_at  INTEGER NOT NULL,
    submitted_by TEXT NOT NULL DEFAULT '',
    submitted_at INTEGER NOT NULL DEFAULT 0,
    approved_by  TEXT NOT NULL DEFAULT '',
    approver     TEXT NOT NULL DEFAULT '',
    approved_at  INTEGER NOT NULL DEFAULT 0,
    undone_by    TEXT NOT NULL DEFAULT '',
    undone_at    INTEGER NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT ''
);

CREATE TABLE observe_file (
    hash      TEXT PRIMARY KEY,
    size      INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    stored_at INTEGER NOT NULL
);

CREATE TABLE observe_finding (
    id       INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES observe_batch (id),
    sheet_no INTEGER NOT NULL,
    sheet    TEXT NOT NULL,
    row_no   INTEGER NOT NULL,
    col_no   INTEGER NOT NULL,
    severity TEXT NOT NULL,
    item     TEXT NOT NULL DEFAULT '',
    message  TEXT NOT NULL
);

CREATE TABLE observe_mapping (
    department TEXT NOT NULL,
    head       TEXT NOT NULL,
    target     TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (department, head)
);

CREATE TABLE observe_row (
    id            INTEGER PRIMARY KEY,
    batch_id      INTEGER NOT NULL REFERENCES observe_batch (id),
    enterprise_id INTEGER NOT NULL,
    table_no      INTEGER NOT NULL,
    sheet_no      INTEGER NOT NULL,
    sheet         TEXT NOT NULL,
    row_no        INTEGER NOT NULL,
    verdict       TEXT NOT NULL,
    queue_id      INTEGER NOT NULL DEFAULT 0,
    code          TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL DEFAULT '',
    cells         BLOB NOT NULL
);

CREATE TABLE observe_window (
    department TEXT NOT NULL,
    period     TEXT NOT NULL,
    opens      TEXT NOT NULL,
    closes     TEXT NOT NULL,
    set_by     TEXT NOT NULL,
    set_at     INTEGER NOT NULL,
    PRIMARY KEY (department, period)
);

CREATE TABLE parcel (
    id       INTEGER PRIMARY KEY,
    code     TEXT NOT NULL UNIQUE,
    district TEXT NOT NULL DEFAULT '',
    address  TEXT NOT NULL DEFAULT ''
);

CREATE TABLE parcel_version (
    id          INTEGER PRIMARY KEY,
    parcel_id   INTEGER NOT NULL REFERENCES parcel (id),
    valid_from  TEXT NOT NULL,
    valid_to    TEXT NOT NULL,
    area        INTEGER NOT NULL,
    floor_area  INTEGER NOT NULL,
    title       TEXT NOT NULL DEFAULT '',
    land_use    TEXT NOT NULL DEFAULT '',
    state       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE round (
    id            INTEGER PRIMARY KEY,
    year          INTEGER NOT NULL,
    population    TEXT NOT NULL,
    scheme        TEXT NOT NULL,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1,
    data_digest   TEXT NOT NULL DEFAULT '',
    pack_digest   TEXT NOT NULL DEFAULT '',
    binding_run   INTEGER NOT NULL DEFAULT 0,
    publish_from  TEXT NOT NULL DEFAULT '',
    publish_until TEXT NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    UNIQUE (year, population, scheme)
);

CREATE TABLE round_snapshot (
    id          INTEGER PRIMARY KEY,
    round_id    INTEGER NOT NULL REFERENCES round (id),
    digest      TEXT NOT NULL,
    as_of       INTEGER NOT NULL,
    enterprises INTEGER NOT NULL,
    data        BLOB NOT NULL,
    created_at  INTEGER NOT NULL
);

CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    round_id      INTEGER NOT NULL REFERENCES round (id),
    no            INTEGER NOT NULL,
    mode          TEXT NOT NULL,
    note          TEXT NOT NULL DEFAULT '',
    cites         TEXT NOT NULL DEFAULT '',
    snapshot_id   INTEGER NOT NULL REFERENCES round_snapshot (id),
    data_digest   TEXT NOT NULL,
    pack_digest   TEXT NOT NULL,
    engine        TEXT NOT NULL,
    result_digest TEXT NOT NULL,
    summary       TEXT NOT NULL,
    columns       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    created_by    TEXT NOT NULL,
    UNIQUE (round_id, no)
);

CREATE TABLE score (
    run_id          INTEGER NOT NULL REFERENCES run (id),
    enterprise_id   INTEGER NOT NULL,
    code            TEXT NOT NULL,
    name            TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    graded          INTEGER NOT NULL,
    total           REAL,
    rank_population INTEGER NOT NULL DEFAULT 0,
    rank_district   INTEGER NOT NULL DEFAULT 0,
    band_first      TEXT NOT NULL DEFAULT '',
    band            TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    stages          BLOB NOT NULL,
    PRIMARY KEY (run_id, enterprise_id)
);

CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    token_hash BLOB NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    ip         TEXT NOT NULL,
    agent      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL DEFAULT 0,
    end_reason TEXT NOT NULL DEFAULT ''
);

CREATE TABLE tenure (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    parcel_id     INTEGER NOT NULL REFERENCES parcel (id),
    kind          TEXT NOT NULL,
    area          INTEGER NOT NULL,
    floor_area    INTEGER NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);

CREATE INDEX account_by_person ON account (person);

CREATE INDEX account_password_by_account ON account_password (account_id, id);

CREATE INDEX adjustment_round ON adjustment (round_id, enterprise_id);

CREATE UNIQUE INDEX enterprise_code ON enterprise (code) WHERE code <> '';

CREATE INDEX enterprise_group_member_in ON enterprise_group_member (group_id);

CREATE INDEX enterprise_group_member_of ON enterprise_group_member (enterprise_id);

CREATE INDEX enterprise_label_key ON enterprise_label (label);

CREATE INDEX enterprise_label_of ON enterprise_label (enterprise_id);

CREATE INDEX enterprise_membership_in ON enterprise_membership (kind, member_of);

CREATE INDEX enterprise_membership_of ON enterprise_membership (enterprise_id);

CREATE INDEX enterprise_merge_loser ON enterprise_merge (loser_id, undone_at);

CREATE INDEX enterprise_merged ON enterprise (merged_into) WHERE merged_into <> 0;

CREATE INDEX enterprise_name_folded ON enterprise_name (folded);

CREATE INDEX enterprise_name_of ON enterprise_name (enterprise_id);

CREATE INDEX enterprise_version_at ON enterprise_version (enterprise_id, replaced_at, valid_from);

CREATE INDEX enterprise_version_district ON enterprise_version (district, replaced_at);

CREATE INDEX grade_year ON grade (year, band);

CREATE INDEX job_asked ON job (asked_by, id);

CREATE INDEX job_due ON job (state, run_at);

CREATE UNIQUE INDEX job_live ON job (name, job_key) WHERE state IN ('waiting', 'running');

CREATE INDEX journal_actor ON journal (actor_id, seq);

CREATE INDEX journal_enterprise ON journal (enterprise_id, seq);

CREATE INDEX journal_subject ON journal (subject, seq);

CREATE INDEX lease_from ON lease (lessor_id);

CREATE INDEX lease_to ON lease (lessee_id);

CREATE UNIQUE INDEX match_queue_open ON match_queue (code, folded) WHERE state = 'open';

CREATE INDEX match_queue_state ON match_queue (state, department);

CREATE INDEX meter_link_meter ON meter_link (meter_id);

CREATE INDEX meter_link_of ON meter_link (enterprise_id);

CREATE INDEX observe_answer_department ON observe_answer (department, state);

CREATE INDEX observe_answer_enterprise ON observe_answer (enterprise_id, period);

CREATE UNIQUE INDEX observe_answer_open ON observe_answer (row_id, item) WHERE state = 'open' OR state = 'confirmed';

CREATE INDEX observe_batch_file ON observe_batch (file_hash);

CREATE INDEX observe_batch_period ON observe_batch (period, department, state);

CREATE UNIQUE INDEX observe_batch_seq ON observe_batch (seq) WHERE seq > 0;

CREATE INDEX observe_finding_batch ON observe_finding (batch_id, row_no);

CREATE INDEX observe_row_batch ON observe_row (batch_id, enterprise_id);

CREATE INDEX observe_row_enterprise ON observe_row (enterprise_id, batch_id);

CREATE INDEX parcel_version_at ON parcel_version (parcel_id, replaced_at, valid_from);

CREATE INDEX round_snapshot_round ON round_snapshot (round_id, id);

CREATE INDEX score_enterprise ON score (enterprise_id, run_id);

CREATE INDEX score_rank ON score (run_id, rank_population);

CREATE INDEX session_by_account ON session (account_id, ended_at);

CREATE INDEX session_by_end ON session (ends_at);

CREATE INDEX tenure_of ON tenure (enterprise_id);

CREATE INDEX tenure_on ON tenure (parcel_id);

