-- The whole database, as one reads it. Migrations are proven to build exactly this (tests/storage/test_schema.py).
--
-- One text for both engines. SQLite takes it as it is; storage/postgres.py reads INTEGER as BIGINT, BLOB as BYTEA and
-- TEXT as TEXT COLLATE "C" (ids must sort by byte on both).
--
-- Conventions. Every table of a merchant leads with (account_id, livemode): test and live never meet, and the tables
-- partition on account_id. `*_us` is integer microseconds since 1970 UTC. Amounts are integers of the currency's minor
-- unit. Ids sort by time of creation, so "newest first" is the primary key backwards. `doc` is the object as the API
-- shows it, at the current API version (JSON text); the columns beside it are what SQL itself must decide on.

CREATE TABLE schema_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_us INTEGER NOT NULL
);

-- accounts/ -----------------------------------------------------------------------------------------------------------

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    created_us INTEGER NOT NULL,
    clock_offset_us INTEGER NOT NULL,      -- the test clock: how far test mode of this account is ahead of the wall clock
    clock_moved_us INTEGER NOT NULL,       -- wall time of its last move; 0 when it never moved
    doc TEXT NOT NULL
);

CREATE TABLE api_keys (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    hash TEXT NOT NULL,                    -- SHA-256 of the whole key, hex; the key itself is shown once and never stored
    kind TEXT NOT NULL,                    -- secret | publishable | restricted
    prefix TEXT NOT NULL,                  -- sk_test_ ...
    last4 TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,                  -- space-separated; * for all
    expires_us INTEGER,                    -- also set by a roll, to the end of the overlap
    revoked_us INTEGER,
    last_used_us INTEGER,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);

-- web/ ----------------------------------------------------------------------------------------------------------------

CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    key TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    operation TEXT NOT NULL,               -- method and path of the first call
    params TEXT NOT NULL,                  -- fingerprint of each top-level parameter, so that a mismatch can be named
    state TEXT NOT NULL,                   -- started | finished
    lease_us INTEGER NOT NULL,             -- until when a started key belongs to the request that started it
    request_id TEXT NOT NULL,
    version TEXT NOT NULL,                 -- of the API, in whose shape the response is
    object_id TEXT,                        -- what a started call made, so that it can be recovered rather than repeated
    status INTEGER,
    response TEXT,
    PRIMARY KEY (account_id, livemode, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_us);

CREATE TABLE request_log (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,                      -- req_...
    created_us INTEGER NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    error_code TEXT,
    object_id TEXT,
    key_id TEXT,
    idempotency_key TEXT,
    api_version TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    request TEXT NOT NULL,                 -- parameters, redacted by schema
    response TEXT,                         -- the error, if it was one
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX request_log_object ON request_log (account_id, livemode, object_id, id) WHERE object_id IS NOT NULL;
CREATE INDEX request_log_errors ON request_log (account_id, livemode, error_code, id) WHERE error_code IS NOT NULL;
CREATE INDEX request_log_created ON request_log (created_us);

-- storage/queue -------------------------------------------------------------------------------------------------------

CREATE TABLE due (                         -- later work: what must happen to which object, and when
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    due_us INTEGER NOT NULL,
    lease_us INTEGER NOT NULL,             -- 0 when free; else until when a worker holds it
    attempts INTEGER NOT NULL,
    last_error TEXT,
    PRIMARY KEY (account_id, livemode, kind, object_id)
);
CREATE INDEX due_when ON due (due_us);

-- webhooks/ -----------------------------------------------------------------------------------------------------------

CREATE TABLE events (                      -- append-only, written in the transaction of what happened
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,             -- 1, 2, 3... per object, without a gap
    sample INTEGER NOT NULL,               -- 1: a test event of a made-up object; it is in no list, and nothing happened
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE UNIQUE INDEX events_object ON events (account_id, livemode, object_id, sequence) WHERE sample = 0;
CREATE INDEX events_type ON events (account_id, livemode, type, id);

CREATE TABLE webhook_endpoints (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,                  -- enabled | disabled | deleted
    sequence INTEGER NOT NULL,             -- of the last event about it; whoever remembers its settings compares this
    doc TEXT NOT NULL,                     -- without its secrets and the values of its own headers
    PRIMARY KEY (account_id, livemode, id)
);

CREATE TABLE webhook_filters (             -- which events an endpoint wants, and wanted: rows end, they are never removed
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    pattern TEXT NOT NULL,                 -- refund.created, refund.*, *
    endpoint_id TEXT NOT NULL,
    since_us INTEGER NOT NULL,             -- the account's own clock, as in events
    until_us INTEGER,                      -- NULL while it is wanted
    PRIMARY KEY (account_id, livemode, pattern, endpoint_id, since_us)
) WITHOUT ROWID;
CREATE INDEX webhook_filters_endpoint ON webhook_filters (account_id, livemode, endpoint_id);

CREATE TABLE webhook_secrets (             -- signing secrets, and the values of an endpoint's own headers; sealed as the vault is
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    endpoint_id TEXT NOT NULL,
    kind TEXT NOT NULL,                    -- signing | headers
    expires_us INTEGER,                    -- wall clock; set by a roll to the end of the overlap, NULL for the newest
    master_key TEXT NOT NULL,
    wrapped_key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (account_id, livemode, endpoint_id, id);
CREATE INDEX webhook_secrets_master_key ON webhook_secrets (master_key, id);

CREATE TABLE webhook_lanes (               -- who delivers to an endpoint, and how the endpoint fares: one row each
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    endpoint_id TEXT NOT NULL,
    owner TEXT NOT NULL,                   -- the worker that delivers to it; empty: nobody
    lease_us INTEGER NOT NULL,             -- until when, wall clock; then any worker may take it
    failing TEXT NOT NULL,                 -- JSON: since when it fails, who was warned (core/failing.py)
    breaker TEXT NOT NULL,                 -- JSON: whether it is left alone for a while (core/breaker.py)
    PRIMARY KEY (account_id, livemode, endpoint_id)
);

CREATE TABLE deliveries (                  -- one event for one endpoint; written in the transaction of the event
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,                      -- dlv_, what follows evt_ in its event's id, _, what follows we_ in its endpoint's
    created_us INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    origin TEXT NOT NULL,                  -- event | resend | replay | test: what made the row
    state TEXT NOT NULL,                   -- pending | delivered | exhausted | held | canceled
    next_us INTEGER,                       -- wall clock: when to try (again); not NULL exactly while pending
    attempts INTEGER NOT NULL,             -- made in all; an attempt's report is taken only by the row that it was made for
    tried INTEGER NOT NULL,                -- of those, how many of the present schedule are used up
    cause TEXT NOT NULL,                   -- automatic | resend | replay | test: what the next attempts are due to
    replay_id TEXT,                        -- the replay that scheduled it last
    before_replay TEXT,                    -- state, tried and cause before that, to go back to; missing: it was not there
    delivered_us INTEGER,                  -- when it first arrived
    error TEXT,                            -- class of the last failure
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX deliveries_due ON deliveries (account_id, livemode, endpoint_id, next_us) WHERE next_us IS NOT NULL;
CREATE INDEX deliveries_event ON deliveries (account_id, livemode, event_id, id);
CREATE INDEX deliveries_endpoint ON deliveries (account_id, livemode, endpoint_id, id);
CREATE INDEX deliveries_undelivered ON deliveries (account_id, livemode, endpoint_id, state, id) WHERE state <> 'delivered';
CREATE INDEX deliveries_replay ON deliveries (account_id, livemode, replay_id, state, id) WHERE replay_id IS NOT NULL;
CREATE INDEX deliveries_created ON deliveries (created_us);

CREATE TABLE webhook_attempts (            -- append-only until its retention ends: one request to an endpoint, and what came back
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,           -- wall clock
    endpoint_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    object_id TEXT NOT NULL,               -- what the event is about
    number INTEGER NOT NULL,               -- 1, 2, 3... per delivery
    error TEXT,                            -- class of the failure; NULL: it arrived
    status_code INTEGER,                   -- of the reply, if there was one
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX webhook_attempts_endpoint ON webhook_attempts (account_id, livemode, endpoint_id, id);
CREATE INDEX webhook_attempts_event ON webhook_attempts (account_id, livemode, event_id, id);
CREATE INDEX webhook_attempts_object ON webhook_attempts (account_id, livemode, object_id, id);
CREATE INDEX webhook_attempts_error ON webhook_attempts (account_id, livemode, error, id) WHERE error IS NOT NULL;
CREATE INDEX webhook_attempts_failed ON webhook_attempts (account_id, livemode, id) WHERE error IS NOT NULL;
CREATE INDEX webhook_attempts_failed_at ON webhook_attempts (account_id, livemode, endpoint_id, id) WHERE error IS NOT NULL;
CREATE INDEX webhook_attempts_created ON webhook_attempts (created_us);

CREATE TABLE webhook_replays (             -- sending again what matches a filter, step by step (due row webhook_replay)
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    endpoint_id TEXT NOT NULL,
    status TEXT NOT NULL,                  -- running | canceling | completed | canceled
    cursor TEXT NOT NULL,                  -- id of the last event that it looked at
    matched INTEGER NOT NULL,              -- how many deliveries it has scheduled so far
    next_us INTEGER NOT NULL,              -- when the next one it schedules is due, so that its rate is kept
    doc TEXT NOT NULL,                     -- the filter and what was counted when it began
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX webhook_replays_endpoint ON webhook_replays (account_id, livemode, endpoint_id, id);

-- ledger/ -------------------------------------------------------------------------------------------------------------

CREATE TABLE ledger_accounts (             -- cached balances; the truth is the sum of the postings (invariant 3)
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    currency TEXT NOT NULL,
    name TEXT NOT NULL,                    -- A:network_receivable, L:merchant_pending ...
    balance INTEGER NOT NULL,              -- on the account's own side: debits less credits for A and E and M, else credits less debits
    PRIMARY KEY (account_id, livemode, currency, name)
) WITHOUT ROWID;

CREATE TABLE ledger_transactions (         -- append-only
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    kind TEXT NOT NULL,                    -- sale, authorization, capture, release, refund ... (core/ledger.py)
    source_id TEXT NOT NULL,               -- the object it is about
    ordinal INTEGER NOT NULL,              -- counts the repeats that a source may have: the second capture is 2
    currency TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE UNIQUE INDEX ledger_transactions_source ON ledger_transactions (account_id, livemode, source_id, kind, ordinal);

CREATE TABLE postings (                    -- append-only
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    transaction_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    currency TEXT NOT NULL,
    name TEXT NOT NULL,                    -- ledger account
    side TEXT NOT NULL CHECK (side IN ('D', 'C')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (account_id, livemode, transaction_id, position)
) WITHOUT ROWID;

CREATE TABLE ledger_seals (                -- a hash chain over the ledger, written a minute behind it (invariant 4)
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    number INTEGER NOT NULL,
    last_id TEXT NOT NULL,                 -- covers the transactions after the seal before it, up to and with this id
    transactions INTEGER NOT NULL,
    hash TEXT NOT NULL,                    -- SHA-256 of the hash before it and of the rows covered
    sealed_us INTEGER NOT NULL,
    PRIMARY KEY (account_id, livemode, number)
);

CREATE TABLE balance_transactions (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    net INTEGER NOT NULL CHECK (net = amount - fee),
    available_on INTEGER NOT NULL,         -- seconds, as the API shows it
    pending INTEGER NOT NULL,              -- what it added to merchant_pending, to be released on available_on
    payout_id TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX balance_transactions_available ON balance_transactions (account_id, livemode, currency, available_on);
CREATE INDEX balance_transactions_source ON balance_transactions (account_id, livemode, source_id, id);
CREATE INDEX balance_transactions_payout ON balance_transactions (account_id, livemode, payout_id, id) WHERE payout_id IS NOT NULL;

CREATE TABLE pending_funds (               -- L:merchant_pending by the moment it becomes available: buckets of balance transactions
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    currency TEXT NOT NULL,
    available_on INTEGER NOT NULL,
    pending INTEGER NOT NULL,              -- sum of `pending` of its balance transactions; refunds may bring it below zero
    gross INTEGER NOT NULL,                -- sum of `amount` of those that are charges: what the network pays for them
    pending_released INTEGER NOT NULL,     -- how much of the two sums its releases have dealt with
    gross_released INTEGER NOT NULL,
    releases INTEGER NOT NULL,             -- a transaction that comes late makes it more than one
    waiting INTEGER NOT NULL,              -- 1: a release is scheduled (due row funds_available)
    sequence INTEGER NOT NULL,             -- of the last balance.available about it
    PRIMARY KEY (account_id, livemode, currency, available_on)
) WITHOUT ROWID;

-- customers/, payment_methods/ ----------------------------------------------------------------------------------------

CREATE TABLE customers (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    email TEXT,
    deleted INTEGER NOT NULL,
    sequence INTEGER NOT NULL,             -- of the last event about it
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX customers_email ON customers (account_id, livemode, email, id) WHERE email IS NOT NULL;

CREATE TABLE payment_methods (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    type TEXT NOT NULL,
    customer_id TEXT,
    detached INTEGER NOT NULL,             -- it had a customer once; it may not be used again
    vault_id TEXT,                         -- the number behind it; never shown
    test_card TEXT,                        -- name of the test card it is (core/test_cards.py); NULL in live mode
    set_up INTEGER NOT NULL,               -- 1: its owner agreed, being there, to payments without them
    sequence INTEGER NOT NULL,             -- of the last event about it
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX payment_methods_customer ON payment_methods (account_id, livemode, customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX payment_methods_type ON payment_methods (account_id, livemode, type, id);

CREATE TABLE vault (                       -- card and bank account numbers, each under a data key of its own
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,             -- HMAC of the number under the account's own key
    master_key TEXT NOT NULL,              -- name of the master key that wraps the data key
    wrapped_key BLOB NOT NULL,
    sealed BLOB NOT NULL,                  -- nonce and AES-256-GCM ciphertext
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX vault_master_key ON vault (master_key, id);

CREATE TABLE card_declines (               -- how often a card was declined lately (core/decline_limit.py)
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,                      -- the card's fingerprint; in test mode its payment method
    since_us INTEGER NOT NULL,             -- the first decline that counts
    declines INTEGER NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);

-- payments/ -----------------------------------------------------------------------------------------------------------

CREATE TABLE payment_intents (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    customer_id TEXT,
    latest_charge_id TEXT,
    attempts INTEGER NOT NULL,             -- confirmations that reached the processor
    increments INTEGER NOT NULL,           -- incremental authorizations asked for
    authenticated INTEGER NOT NULL,        -- 1: the payer authenticated, and a confirmation is awaited
    sequence INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX payment_intents_customer ON payment_intents (account_id, livemode, customer_id, id) WHERE customer_id IS NOT NULL;

CREATE TABLE setup_intents (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    customer_id TEXT,
    payment_method_id TEXT,
    attempts INTEGER NOT NULL,             -- confirmations that reached the processor
    sequence INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX setup_intents_customer ON setup_intents (account_id, livemode, customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX setup_intents_method ON setup_intents (account_id, livemode, payment_method_id, id) WHERE payment_method_id IS NOT NULL;

CREATE TABLE setup_attempts (              -- one confirmation of a setup intent
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempt TEXT NOT NULL,                 -- JSON: what the processor was asked and how far it got (core/attempt.py)
    setup_intent_id TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX setup_attempts_intent ON setup_attempts (account_id, livemode, setup_intent_id, id);

CREATE TABLE charges (                     -- one attempt to pay, and the money it moved
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempt TEXT NOT NULL,                 -- JSON: what the processor was asked and how far it got (core/attempt.py)
    payment_intent_id TEXT NOT NULL,
    customer_id TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,               -- asked for
    authorized INTEGER NOT NULL,           -- held at the issuer, with approved increments
    captured INTEGER NOT NULL,
    captures INTEGER NOT NULL,             -- how many
    refunded INTEGER NOT NULL,             -- refunds that did not fail, pending ones too
    capture_before_us INTEGER,
    disputed INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id),
    CHECK (captured <= authorized),
    CHECK (refunded >= 0 AND refunded <= captured)
);
CREATE INDEX charges_intent ON charges (account_id, livemode, payment_intent_id, id);
CREATE INDEX charges_customer ON charges (account_id, livemode, customer_id, id) WHERE customer_id IS NOT NULL;

CREATE TABLE challenges (                  -- a payer's open authentication; the token in the link is stored hashed
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    hash TEXT NOT NULL,
    object_id TEXT NOT NULL,               -- the payment or setup intent
    return_url TEXT,                       -- where the payer goes afterwards
    expires_us INTEGER NOT NULL,
    answered_us INTEGER,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE UNIQUE INDEX challenges_hash ON challenges (hash);

-- refunds/, disputes/, payouts/ ---------------------------------------------------------------------------------------

CREATE TABLE refunds (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempt TEXT NOT NULL,                 -- JSON: what the processor was asked and how far it got (core/attempt.py)
    charge_id TEXT NOT NULL,
    payment_intent_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    debt INTEGER NOT NULL CHECK (debt >= 0 AND debt <= amount), -- what it left the merchant owing; 0 once it has failed
    sequence INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX refunds_charge ON refunds (account_id, livemode, charge_id, id);
CREATE INDEX refunds_intent ON refunds (account_id, livemode, payment_intent_id, id);

CREATE TABLE disputes (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    payment_intent_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    sequence INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX disputes_charge ON disputes (account_id, livemode, charge_id, id);
CREATE INDEX disputes_intent ON disputes (account_id, livemode, payment_intent_id, id);

CREATE TABLE payouts (
    account_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    sequence INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account_id, livemode, id)
);
CREATE INDEX payouts_status ON payouts (account_id, livemode, status, id);

-- help/ ---------------------------------------------------------------------------------------------------------------

CREATE TABLE help_feedback (               -- what readers say of pages, without card numbers and keys
    id TEXT PRIMARY KEY,                   -- hf_...
    created_us INTEGER NOT NULL,
    path TEXT NOT NULL,
    solved INTEGER NOT NULL,               -- 1: the page solved it
    text TEXT NOT NULL,
    reader_account TEXT NOT NULL           -- of whoever was signed in; else empty
);
CREATE INDEX help_feedback_created ON help_feedback (created_us);

CREATE TABLE help_searches (               -- questions that no page answers, by day
    day_us INTEGER NOT NULL,               -- its midnight
    question TEXT NOT NULL,                -- lower case, without card numbers and keys, cut
    searches INTEGER NOT NULL,
    PRIMARY KEY (day_us, question)
) WITHOUT ROWID;
