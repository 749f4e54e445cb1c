CREATE TABLE journal_head (
    id bigint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CHECK ((id = 1)),
    PRIMARY KEY (id)
);

CREATE TABLE journal (
    seq bigint NOT NULL,
    at bigint NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    via text NOT NULL,
    verb text NOT NULL,
    subject text NOT NULL,
    enterprise_id bigint NOT NULL DEFAULT 0,
    reason text NOT NULL DEFAULT ''::text,
    facts text NOT NULL DEFAULT '{}'::text,
    hash bytea NOT NULL,
    PRIMARY KEY (seq)
);

CREATE INDEX journal_subject ON public.journal USING btree (subject, seq);

CREATE INDEX journal_enterprise ON public.journal USING btree (enterprise_id, seq);

CREATE INDEX journal_actor ON public.journal USING btree (actor_id, seq);

