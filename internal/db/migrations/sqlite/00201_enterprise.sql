-- +goose Up
-- Days are half-open: a row holds from valid_from up to, not including,
-- valid_to; '9999-12-31' means no end is known.
CREATE TABLE enterprise (
    id               INTEGER PRIMARY KEY,
    code             TEXT NOT NULL DEFAULT '',
    merged_into      INTEGER NOT NULL DEFAULT 0,
    established      TEXT NOT NULL DEFAULT '',
    production_since TEXT NOT NULL DEFAULT '',
    origin           TEXT NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL
);
CREATE UNIQUE INDEX enterprise_code ON enterprise (code) WHERE code <> '';
CREATE INDEX enterprise_merged ON enterprise (merged_into) WHERE merged_into <> 0;

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
CREATE INDEX enterprise_version_at ON enterprise_version (enterprise_id, replaced_at, valid_from);
CREATE INDEX enterprise_version_district ON enterprise_version (district, replaced_at);

CREATE TABLE enterprise_name (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    name          TEXT NOT NULL,
    folded        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);
CREATE INDEX enterprise_name_folded ON enterprise_name (folded);
CREATE INDEX enterprise_name_of ON enterprise_name (enterprise_id);

-- What a person decided once about a bad code or a name; 0 means "no firm of ours".
CREATE TABLE enterprise_alias (
    kind          TEXT NOT NULL,
    alias         TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL,
    decided_by    TEXT NOT NULL,
    decided_at    INTEGER NOT NULL,
    PRIMARY KEY (kind, alias)
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

CREATE TABLE enterprise_membership (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    kind          TEXT NOT NULL,
    member_of     TEXT NOT NULL,
    role          TEXT NOT NULL DEFAULT '',
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);
CREATE INDEX enterprise_membership_of ON enterprise_membership (enterprise_id);
CREATE INDEX enterprise_membership_in ON enterprise_membership (kind, member_of);

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
CREATE INDEX enterprise_label_of ON enterprise_label (enterprise_id);
CREATE INDEX enterprise_label_key ON enterprise_label (label);

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
CREATE INDEX enterprise_group_member_of ON enterprise_group_member (enterprise_id);
CREATE INDEX enterprise_group_member_in ON enterprise_group_member (group_id);

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
CREATE INDEX enterprise_merge_loser ON enterprise_merge (loser_id, undone_at);

-- Tokens compare by code point so that a range finds every token with a prefix.
CREATE TABLE enterprise_token (
    token         TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL,
    PRIMARY KEY (token, enterprise_id)
) WITHOUT ROWID;
CREATE TABLE enterprise_search (
    enterprise_id INTEGER PRIMARY KEY,
    body          TEXT NOT NULL
);

-- +goose Down
DROP TABLE enterprise_search;
DROP TABLE enterprise_token;
DROP TABLE enterprise_merge;
DROP TABLE enterprise_group_member;
DROP TABLE enterprise_group;
DROP TABLE enterprise_label;
DROP TABLE enterprise_membership;
DROP TABLE enterprise_year;
DROP TABLE enterprise_alias;
DROP TABLE enterprise_name;
DROP TABLE enterprise_version;
DROP TABLE enterprise;
