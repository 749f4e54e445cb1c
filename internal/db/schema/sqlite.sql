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

CREATE TABLE first_run (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    token_hash BLOB NOT NULL
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

CREATE INDEX job_asked ON job (asked_by, id);

CREATE INDEX job_due ON job (state, run_at);

CREATE UNIQUE INDEX job_live ON job (name, job_key) WHERE state IN ('waiting', 'running');

CREATE INDEX journal_actor ON journal (actor_id, seq);

CREATE INDEX journal_enterprise ON journal (enterprise_id, seq);

CREATE INDEX journal_subject ON journal (subject, seq);

CREATE INDEX session_by_account ON session (account_id, ended_at);

CREATE INDEX session_by_end ON session (ends_at);

