-- +goose Up

-- A natural person has one duty for good: system, security or audit
-- administrator, or business. Accounts refer to (person, duty), so the database
-- itself refuses a second account of the same person in another duty.
CREATE TABLE account_person (
    person TEXT NOT NULL PRIMARY KEY,
    duty   TEXT NOT NULL CHECK (duty IN ('system', 'security', 'audit', 'business')),
    UNIQUE (person, duty)
);

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
CREATE INDEX account_by_person ON account (person);

-- The firms of an envoy or a digital officer.
CREATE TABLE account_enterprise (
    account_id    INTEGER NOT NULL REFERENCES account (id),
    enterprise_id INTEGER NOT NULL CHECK (enterprise_id > 0),
    PRIMARY KEY (account_id, enterprise_id)
);

-- Hashes of passwords used before, so that they are not used again.
CREATE TABLE account_password (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    password   TEXT NOT NULL,
    ended_at   INTEGER NOT NULL
);
CREATE INDEX account_password_by_account ON account_password (account_id, id);

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
CREATE INDEX session_by_account ON session (account_id, ended_at);
CREATE INDEX session_by_end ON session (ends_at);

-- The word that opens the first-run page; gone once the administrators exist.
CREATE TABLE first_run (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    token_hash BLOB NOT NULL
);

-- +goose Down
DROP TABLE first_run;
DROP TABLE session;
DROP TABLE account_password;
DROP TABLE account_enterprise;
DROP TABLE account;
DROP TABLE account_person;
