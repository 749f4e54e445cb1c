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

CREATE INDEX account_by_person ON account (person);

CREATE INDEX account_password_by_account ON account_password (account_id, id);

CREATE INDEX adjustment_round ON adjustment (round_id, enterprise_id);

CREATE INDEX grade_year ON grade (year, band);

CREATE INDEX journal_actor ON journal (actor_id, seq);

CREATE INDEX journal_enterprise ON journal (enterprise_id, seq);

CREATE INDEX journal_subject ON journal (subject, seq);

CREATE INDEX round_snapshot_round ON round_snapshot (round_id, id);

CREATE INDEX score_enterprise ON score (enterprise_id, run_id);

CREATE INDEX score_rank ON score (run_id, rank_population);

CREATE INDEX session_by_account ON session (account_id, ended_at);

CREATE INDEX session_by_end ON session (ends_at);

