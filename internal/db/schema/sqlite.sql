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

CREATE INDEX journal_actor ON journal (actor_id, seq);

CREATE INDEX journal_enterprise ON journal (enterprise_id, seq);

CREATE INDEX journal_subject ON journal (subject, seq);

