-- The whole house: dictionaries, people and their posts, enterprises, inspections, hazards, photos, operations, audit.
-- Instants are microseconds UTC, dates ISO text, regions GB/T 2260 codes, ids UUID v7 made by the caller.

create table regions (
    code text primary key not null,
    name text not null,
    parent text
);
create index regions_by_parent on regions (parent);

create table departments (
    code text primary key not null,
    name text not null unique,
    ordinal bigint not null
);

-- Settings of a region; the nearest one upward counts (position_radius_m, position_accuracy_cap_m, administrators_per_place).
create table settings (
    region text not null references regions (code),
    name text not null,
    value text not null,
    primary key (region, name)
);

-- deleted_at keeps the row for the records that name the person; the phone number is then free again.
create table people (
    id uuid primary key not null,
    name text not null,
    phone text not null,
    department text not null references departments (code),
    is_internal boolean not null,
    created_at bigint not null,
    deleted_at bigint
);
create unique index people_by_phone on people (phone) where deleted_at is null;

-- One row for each role at each place that a person ever held; withdrawn and granted again, it is the same row.
-- withdrawn_as: the id that the last request to withdraw it brought.
create table posts (
    id uuid primary key not null,
    person_id uuid not null references people (id),
    role text not null,
    region text not null references regions (code),
    withdrawn_at bigint,
    withdrawn_as uuid
);
create unique index posts_by_person on posts (person_id, role, region);
create index posts_by_region on posts (region, role, withdrawn_at);

-- When a post was held: work is judged by the time of the visit.
create table post_terms (
    post_id uuid not null references posts (id),
    granted_at bigint not null,
    withdrawn_at bigint,
    primary key (post_id, granted_at)
);

-- Codes that are good, each for the browser that asked for it; only salted hashes are kept.
create table sms_codes (
    phone text not null,
    browser text not null,
    code_hash text not null,
    expires_at bigint not null,
    tries_left bigint not null,
    primary key (phone, browser, code_hash)
);

-- asker: a browser that has signed in with the number; empty for all others together.
create table sms_sends (
    phone text not null,
    asker text not null,
    sent_at bigint not null
);
create index sms_sends_by_phone on sms_sends (phone, asker, sent_at);

-- Browsers that have signed in with a number, by the hash of their cookie.
create table known_browsers (
    phone text not null,
    browser text not null,
    seen_at bigint not null,
    primary key (phone, browser)
);

create table sessions (
    token_hash text primary key not null,
    id uuid not null unique,
    person_id uuid not null references people (id),
    post_id uuid,
    device text not null,
    created_at bigint not null,
    seen_at bigint not null
);
create index sessions_by_person on sessions (person_id);

-- unique_key is domain's EnterpriseEntry::unique_key: credit code, type and bare address; unique within the region.
-- deleted_at keeps the row for visits that arrive later, and frees the key; changed_at is the server's time of the last
-- change of what a phone's copy holds.
create table enterprises (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    name text not null,
    enterprise_type text not null,
    address text not null,
    legal_representative text not null,
    credit_code text not null,
    licence_name text not null,
    licence_number text not null,
    region text not null references regions (code),
    unique_key text not null,
    latitude double precision,
    longitude double precision,
    position_accuracy_m double precision,
    position_source text,
    position_at bigint,
    last_inspected_at bigint,
    closed_at bigint,
    created_at bigint not null,
    changed_at bigint not null,
    deleted_at bigint,
    search_text text not null default ''
);
create unique index enterprises_by_key on enterprises (region, unique_key) where deleted_at is null;
create index enterprises_changed_by_county on enterprises (region, changed_at, id);
create index enterprises_changed on enterprises (changed_at, id, region);
create index enterprises_by_county on enterprises (region, seq);
create index enterprises_by_prefecture on enterprises (substr(region, 1, 4), seq);
create index enterprises_by_province on enterprises (substr(region, 1, 2), seq);
create index enterprises_counted on enterprises (region, closed_at, last_inspected_at, deleted_at);
create index enterprises_by_position on enterprises (latitude, longitude) where latitude is not null;

-- The id that a phone gave to an enterprise which was on the register already, or which the office found to be another.
create table enterprise_aliases (
    id uuid primary key not null,
    enterprise_id uuid not null references enterprises (id)
);

create table checklists (
    enterprise_type text not null,
    version bigint not null,
    items text not null,
    primary key (enterprise_type, version)
);

-- One visit. answers: JSON of item code to answer; inspectors: the names as they were, the author first.
create table inspections (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    enterprise_id uuid not null references enterprises (id),
    enterprise_type text not null,
    region text not null,
    author_id uuid not null references people (id),
    post_region text not null,
    checklist_version bigint not null,
    started_at bigint not null,
    finished_at bigint not null,
    received_at bigint not null,
    fix text,
    verdict text not null,
    is_unmatched boolean not null,
    exception_reason text,
    answers text not null,
    inspectors text not null,
    items bigint not null,
    failed bigint not null
);
create index inspections_by_enterprise on inspections (enterprise_id, seq);
create index inspections_by_county on inspections (region, seq);
create index inspections_by_prefecture on inspections (substr(region, 1, 4), seq);
create index inspections_by_province on inspections (substr(region, 1, 2), seq);
create index inspections_counted on inspections (region, started_at);

create table inspection_people (
    inspection_id uuid not null references inspections (id),
    person_id uuid not null references people (id),
    ordinal bigint not null,
    primary key (inspection_id, person_id)
);
create index inspection_people_by_person on inspection_people (person_id, inspection_id);

-- Inspections that were begun and not yet handed in.
create table begun_inspections (
    id uuid primary key not null,
    enterprise_id uuid not null references enterprises (id),
    author_id uuid not null references people (id),
    post_id uuid not null,
    started_at bigint not null,
    received_at bigint not null
);
create index begun_inspections_by_enterprise on begun_inspections (enterprise_id, started_at);

-- item_text and basis are kept as they were asked. What events decide is folded into the row: officer, severity, department,
-- due_on, supervised_until, state (domain's Stage) and closed_at: when the cure was made that closed it, or it was voided;
-- null while something is still to be done. version counts the events; cure is the ordinal of the cure in force.
-- search_text, here and of enterprises: the texts in the form in which domain::search compares them.
create table hazards (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    inspection_id uuid not null references inspections (id),
    enterprise_id uuid not null references enterprises (id),
    enterprise_type text not null,
    region text not null,
    item_code text not null,
    item_text text not null,
    basis text not null,
    description text not null,
    severity text not null,
    severity_reason text,
    department text not null references departments (code),
    officer_id uuid not null references people (id),
    found_at bigint not null,
    due_on text not null,
    state text not null default 'open',
    closed_at bigint,
    changed_at bigint not null,
    supervised_until text,
    version bigint not null default 1,
    cure bigint,
    search_text text not null default ''
);
create index hazards_changed_by_county on hazards (region, changed_at, id);
create index hazards_changed on hazards (changed_at, id, region);
-- A page of the ledger walks one of these: scope, then order; what filters may name stands behind, so that rows which do
-- not fit are passed over without being read. What is open is asked for most, and is little. What was voided counts nowhere.
create index hazards_by_found on hazards (found_at, seq, enterprise_type, severity, department)
    where state <> 'voided';
create index hazards_by_county on hazards (region, found_at, seq, enterprise_type, severity, department)
    where state <> 'voided';
create index hazards_by_prefecture on hazards (substr(region, 1, 4), found_at, seq, enterprise_type, severity, department)
    where state <> 'voided';
create index hazards_by_province on hazards (substr(region, 1, 2), found_at, seq, enterprise_type, severity, department)
    where state <> 'voided';
create index hazards_open_by_found on hazards (found_at, seq, enterprise_type, severity, department, due_on, state, closed_at, region)
    where closed_at is null;
create index hazards_open_by_county on hazards (region, found_at, seq, enterprise_type, severity, department, due_on, state, closed_at)
    where closed_at is null;
create index hazards_open_by_prefecture on hazards (substr(region, 1, 4), found_at, seq, enterprise_type, severity, department, due_on, state, closed_at)
    where closed_at is null;
create index hazards_open_by_province on hazards (substr(region, 1, 2), found_at, seq, enterprise_type, severity, department, due_on, state, closed_at)
    where closed_at is null;
create index hazards_open_by_officer on hazards (officer_id) where closed_at is null;
create index hazards_voided on hazards (found_at, seq) where state = 'voided';
create index hazards_by_enterprise on hazards (enterprise_id, closed_at);
create index hazards_by_inspection on hazards (inspection_id);
create index hazards_counted on hazards (region, enterprise_type, severity, department, closed_at, due_on, found_at, state)
    where state <> 'voided';

-- What happened to a hazard, in order, never changed: hazards holds the fold of it. at is when the server received it, made_at
-- when it was done; the actor's name and post as they were. text: the words of whoever did it; data: JSON of domain's EventData.
create table hazard_events (
    hazard_id uuid not null references hazards (id),
    ordinal bigint not null,
    id uuid not null,
    kind text not null,
    at bigint not null,
    made_at bigint not null,
    actor_id uuid not null references people (id),
    actor_name text not null,
    actor_title text not null,
    text text not null,
    data text not null,
    operation_id uuid,
    primary key (hazard_id, ordinal)
);

-- A photo that an operation names; it is expected until it is in photos. use: found, seen_again, cured or place.
create table photo_links (
    operation_id uuid not null,
    hash text not null,
    use text not null,
    ordinal bigint not null,
    hazard_id uuid,
    inspection_id uuid,
    region text not null
);
create unique index photo_links_once on photo_links (operation_id, hash, use, coalesce(hazard_id, inspection_id));
create index photo_links_by_hash on photo_links (hash);
create index photo_links_by_hazard on photo_links (hazard_id);
create index photo_links_by_inspection on photo_links (inspection_id);

-- Who sent the bytes of a photo for which operation: only then do the links of that operation show it. Naming the hash of
-- another place's photo is not enough.
create table photo_uploads (
    hash text not null,
    operation_id uuid not null,
    person_id uuid not null,
    uploaded_at bigint not null,
    primary key (hash, operation_id)
);
create index photo_uploads_by_operation on photo_uploads (operation_id);

-- kept_hash: of the bytes that are kept, which are those that were sent without what they told beside the picture.
-- is_unreadable: what came was no picture after all; found by a job after the photo was taken in.
create table photos (
    hash text primary key not null,
    size_bytes bigint not null,
    kept_hash text not null,
    media_type text not null,
    stored_at bigint not null,
    is_unreadable boolean not null default false
);
create index photos_unreadable on photos (hash) where is_unreadable;

-- What phones did and handed in, as it came: a copy that comes again finds its receipt here. state: applied, held or
-- returned, with why; region: the place that decides; enterprise_type: of what it is
-- about, null where that is not known; enterprise_id: what the office moved it to.
create table operations (
    id uuid primary key not null,
    kind text not null,
    format bigint not null,
    author_id uuid not null,
    deliverer_id uuid not null references people (id),
    post_id uuid not null,
    region text not null,
    made_at bigint not null,
    received_at bigint not null,
    content_hash text not null,
    envelope text not null,
    state text not null,
    reason_code text not null,
    reason_text text not null,
    title text not null,
    enterprise_type text,
    enterprise_id uuid,
    decided_by uuid,
    decided_at bigint
);
create index operations_held on operations (received_at, id, region) where state = 'held';

-- Which operations a held one waits for.
create table operation_needs (
    needed_id uuid not null,
    operation_id uuid not null references operations (id),
    primary key (needed_id, operation_id)
);
create index operation_needs_by_operation on operation_needs (operation_id);

-- What was added at a desk, by the id that the request brought: a copy that comes again is told by its maker and by all of
-- its content, so that nobody learns from the answer what else was stored under an id. subject_id: what was added.
create table additions (
    id uuid primary key not null,
    person_id uuid not null references people (id),
    content_hash text not null,
    subject_id uuid not null
);

create table imports (
    id uuid primary key not null,
    kind text not null,
    person_id uuid not null references people (id),
    region text not null,
    created_at bigint not null,
    report text not null
);

-- What is to be done outside of a request. A job that was done is gone; one that comes again and again is put off. run_at:
-- when it may be claimed, or claimed again by another when a worker died; touched_at tells a clock that was set back.
create table jobs (
    kind text not null,
    key text not null,
    state text not null,
    tries bigint not null,
    enqueued_at bigint not null,
    run_at bigint not null,
    touched_at bigint not null,
    error text not null,
    primary key (kind, key)
);
create index jobs_due on jobs (kind, state, run_at);

-- actor: a person, the system, the operator, or a stranger who tries to sign in; the names as they were.
create table audit (
    seq bigint generated always as identity primary key,
    at bigint not null,
    actor text not null,
    person_id uuid,
    person_name text not null,
    post_title text not null,
    region text not null,
    action text not null,
    subject text not null,
    detail text not null
);
create index audit_by_region on audit (region, seq);
create index audit_by_prefecture on audit (substr(region, 1, 4), seq);
create index audit_by_province on audit (substr(region, 1, 2), seq);

-- Text search: the words of domain::search, with the region's prefixes as words of their own.
alter table hazards add column words tsvector not null default ''::tsvector;
create index hazards_by_words on hazards using gin (words);
alter table enterprises add column words tsvector not null default ''::tsvector;
create index enterprises_by_words on enterprises using gin (words);

-- Sums that are kept beside the records, so that a province's are read from few rows: how many enterprises are in business,
-- how many of them were inspected, how many inspections and how many hazards there are. What is open or overdue is counted
-- itself, since it is little. Triggers keep them, so that no writer can forget to; the sum of n is what counts. Rows are
-- only added here, that nobody waits for another's row, and a job folds them. An update that moves no sum fires nothing.
create table sums (
    region text not null,
    what text not null,
    enterprise_type text not null,
    severity text not null,
    department text not null,
    n bigint not null
);
create index sums_by_region on sums (region, what, enterprise_type, severity, department);

create function enterprises_summed() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into sums select region, what, enterprise_type, severity, department, sum(n) from (
            select region, 'enterprises', '', '', '', 1 as n from new_rows where closed_at is null and deleted_at is null union all
            select region, 'inspected', '', '', '', 1 as n from new_rows where closed_at is null and deleted_at is null and last_inspected_at is not null
        ) change (region, what, enterprise_type, severity, department, n) group by region, what, enterprise_type, severity, department;
    else
        insert into sums select region, what, enterprise_type, severity, department, sum(n) from (
            select region, 'enterprises', '', '', '', -1 as n from old_rows where closed_at is null and deleted_at is null union all
            select region, 'inspected', '', '', '', -1 as n from old_rows where closed_at is null and deleted_at is null and last_inspected_at is not null
        ) change (region, what, enterprise_type, severity, department, n) group by region, what, enterprise_type, severity, department;
    end if;
    return null;
end $$;
create trigger enterprises_summed_insert after insert on enterprises referencing new table as new_rows
    for each statement execute function enterprises_summed();
create function enterprises_resummed() returns trigger language plpgsql as $$
begin
    insert into sums
        select old.region, 'enterprises', '', '', '', -1 where old.closed_at is null and old.deleted_at is null union all
        select old.region, 'inspected', '', '', '', -1 where old.closed_at is null and old.deleted_at is null and old.last_inspected_at is not null union all
        select new.region, 'enterprises', '', '', '', 1 where new.closed_at is null and new.deleted_at is null union all
        select new.region, 'inspected', '', '', '', 1 where new.closed_at is null and new.deleted_at is null and new.last_inspected_at is not null;
    return null;
end $$;
create trigger enterprises_summed_update after update on enterprises for each row
    when ((old.region, old.closed_at is null, old.deleted_at is null, old.last_inspected_at is null)
        <> (new.region, new.closed_at is null, new.deleted_at is null, new.last_inspected_at is null))
    execute function enterprises_resummed();
create trigger enterprises_summed_delete after delete on enterprises referencing old table as old_rows
    for each statement execute function enterprises_summed();

create function inspections_summed() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into sums select region, what, enterprise_type, severity, department, sum(n) from (
            select region, 'inspections', '', '', '', 1 as n from new_rows
        ) change (region, what, enterprise_type, severity, department, n) group by region, what, enterprise_type, severity, department;
    else
        insert into sums select region, what, enterprise_type, severity, department, sum(n) from (
            select region, 'inspections', '', '', '', -1 as n from old_rows
        ) change (region, what, enterprise_type, severity, department, n) group by region, what, enterprise_type, severity, department;
    end if;
    return null;
end $$;
create trigger inspections_summed_insert after insert on inspections referencing new table as new_rows
    for each statement execute function inspections_summed();
create function inspections_resummed() returns trigger language plpgsql as $$
begin
    insert into sums
        select old.region, 'inspections', '', '', '', -1 union all
        select new.region, 'inspections', '', '', '', 1;
    return null;
end $$;
create trigger inspections_summed_update after update on inspections for each row
    when (old.region <> new.region)
    execute function inspections_resummed();
create trigger inspections_summed_delete after delete on inspections referencing old table as old_rows
    for each statement execute function inspections_summed();

create function hazards_summed() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into sums select region, what, enterprise_type, severity, department, sum(n) from (
            select region, 'hazards', enterprise_type, severity, department, 1 as n from new_rows where state <> 'voided'
        ) change (region, what, enterprise_type, severity, department, n) group by region, what, enterprise_type, severity, department;
    else
        insert into sums select region, what, enterprise_type, severity, department, sum(n) from (
            select region, 'hazards', enterprise_type, severity, department, -1 as n from old_rows where state <> 'voided'
        ) change (region, what, enterprise_type, severity, department, n) group by region, what, enterprise_type, severity, department;
    end if;
    return null;
end $$;
create trigger hazards_summed_insert after insert on hazards referencing new table as new_rows
    for each statement execute function hazards_summed();
create function hazards_resummed() returns trigger language plpgsql as $$
begin
    insert into sums
        select old.region, 'hazards', old.enterprise_type, old.severity, old.department, -1 where old.state <> 'voided' union all
        select new.region, 'hazards', new.enterprise_type, new.severity, new.department, 1 where new.state <> 'voided';
    return null;
end $$;
create trigger hazards_summed_update after update on hazards for each row
    when ((old.region, old.enterprise_type, old.severity, old.department, old.state = 'voided')
        <> (new.region, new.enterprise_type, new.severity, new.department, new.state = 'voided'))
    execute function hazards_resummed();
create trigger hazards_summed_delete after delete on hazards referencing old table as old_rows
    for each statement execute function hazards_summed();
