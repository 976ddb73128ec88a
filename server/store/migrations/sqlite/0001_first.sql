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
    ordinal integer not null
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
    id blob primary key not null,
    name text not null,
    phone text not null,
    department text not null references departments (code),
    is_internal boolean not null,
    created_at integer not null,
    deleted_at integer
);
create unique index people_by_phone on people (phone) where deleted_at is null;

-- One row for each role at each place that a person ever held; withdrawn and granted again, it is the same row.
-- withdrawn_as: the id that the last request to withdraw it brought.
create table posts (
    id blob primary key not null,
    person_id blob not null references people (id),
    role text not null,
    region text not null references regions (code),
    withdrawn_at integer,
    withdrawn_as blob
);
create unique index posts_by_person on posts (person_id, role, region);
create index posts_by_region on posts (region, role, withdrawn_at);

-- When a post was held: work is judged by the time of the visit.
create table post_terms (
    post_id blob not null references posts (id),
    granted_at integer not null,
    withdrawn_at integer,
    primary key (post_id, granted_at)
);

-- Codes that are good, each for the browser that asked for it; only salted hashes are kept.
create table sms_codes (
    phone text not null,
    browser text not null,
    code_hash text not null,
    expires_at integer not null,
    tries_left integer not null,
    primary key (phone, browser, code_hash)
);

-- asker: a browser that has signed in with the number; empty for all others together.
create table sms_sends (
    phone text not null,
    asker text not null,
    sent_at integer not null
);
create index sms_sends_by_phone on sms_sends (phone, asker, sent_at);

-- Browsers that have signed in with a number, by the hash of their cookie.
create table known_browsers (
    phone text not null,
    browser text not null,
    seen_at integer not null,
    primary key (phone, browser)
);

create table sessions (
    token_hash text primary key not null,
    id blob not null unique,
    person_id blob not null references people (id),
    post_id blob,
    device text not null,
    created_at integer not null,
    seen_at integer not null
);
create index sessions_by_person on sessions (person_id);

-- unique_key is domain's EnterpriseEntry::unique_key: credit code, type and bare address; unique within the region.
-- deleted_at keeps the row for visits that arrive later, and frees the key; changed_at is the server's time of the last
-- change of what a phone's copy holds.
create table enterprises (
    seq integer primary key autoincrement not null,
    id blob not null unique,
    name text not null,
    enterprise_type text not null,
    address text not null,
    legal_representative text not null,
    credit_code text not null,
    licence_name text not null,
    licence_number text not null,
    region text not null references regions (code),
    unique_key text not null,
    latitude real,
    longitude real,
    position_accuracy_m real,
    position_source text,
    position_at integer,
    last_inspected_at integer,
    closed_at integer,
    created_at integer not null,
    changed_at integer not null,
    deleted_at integer,
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
    id blob primary key not null,
    enterprise_id blob not null references enterprises (id)
);

create table checklists (
    enterprise_type text not null,
    version integer not null,
    items text not null,
    primary key (enterprise_type, version)
);

-- One visit. answers: JSON of item code to answer; inspectors: the names as they were, the author first.
create table inspections (
    seq integer primary key autoincrement not null,
    id blob not null unique,
    enterprise_id blob not null references enterprises (id),
    enterprise_type text not null,
    region text not null,
    author_id blob not null references people (id),
    post_region text not null,
    checklist_version integer not null,
    started_at integer not null,
    finished_at integer not null,
    received_at integer not null,
    fix text,
    verdict text not null,
    is_unmatched boolean not null,
    exception_reason text,
    answers text not null,
    inspectors text not null,
    items integer not null,
    failed integer not null
);
create index inspections_by_enterprise on inspections (enterprise_id, seq);
create index inspections_by_county on inspections (region, seq);
create index inspections_by_prefecture on inspections (substr(region, 1, 4), seq);
create index inspections_by_province on inspections (substr(region, 1, 2), seq);
create index inspections_counted on inspections (region, started_at);

create table inspection_people (
    inspection_id blob not null references inspections (id),
    person_id blob not null references people (id),
    ordinal integer not null,
    primary key (inspection_id, person_id)
);
create index inspection_people_by_person on inspection_people (person_id, inspection_id);

-- Inspections that were begun and not yet handed in.
create table begun_inspections (
    id blob primary key not null,
    enterprise_id blob not null references enterprises (id),
    author_id blob not null references people (id),
    post_id blob not null,
    started_at integer not null,
    received_at integer not null
);
create index begun_inspections_by_enterprise on begun_inspections (enterprise_id, started_at);

-- item_text and basis are kept as they were asked. What events decide is folded into the row: officer, severity, department,
-- due_on, supervised_until, state (domain's Stage) and closed_at: when the cure was made that closed it, or it was voided;
-- null while something is still to be done. version counts the events; cure is the ordinal of the cure in force.
-- search_text, here and of enterprises: the texts in the form in which domain::search compares them.
create table hazards (
    seq integer primary key autoincrement not null,
    id blob not null unique,
    inspection_id blob not null references inspections (id),
    enterprise_id blob not null references enterprises (id),
    enterprise_type text not null,
    region text not null,
    item_code text not null,
    item_text text not null,
    basis text not null,
    description text not null,
    severity text not null,
    severity_reason text,
    department text not null references departments (code),
    officer_id blob not null references people (id),
    found_at integer not null,
    due_on text not null,
    state text not null default 'open',
    closed_at integer,
    changed_at integer not null,
    supervised_until text,
    version integer not null default 1,
    cure integer,
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
    hazard_id blob not null references hazards (id),
    ordinal integer not null,
    id blob not null,
    kind text not null,
    at integer not null,
    made_at integer not null,
    actor_id blob not null references people (id),
    actor_name text not null,
    actor_title text not null,
    text text not null,
    data text not null,
    operation_id blob,
    primary key (hazard_id, ordinal)
) without rowid;

-- A photo that an operation names; it is expected until it is in photos. use: found, seen_again, cured or place.
create table photo_links (
    operation_id blob not null,
    hash text not null,
    use text not null,
    ordinal integer not null,
    hazard_id blob,
    inspection_id blob,
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
    operation_id blob not null,
    person_id blob not null,
    uploaded_at integer not null,
    primary key (hash, operation_id)
);
create index photo_uploads_by_operation on photo_uploads (operation_id);

-- kept_hash: of the bytes that are kept, which are those that were sent without what they told beside the picture.
-- is_unreadable: what came was no picture after all; found by a job after the photo was taken in.
create table photos (
    hash text primary key not null,
    size_bytes integer not null,
    kept_hash text not null,
    media_type text not null,
    stored_at integer not null,
    is_unreadable boolean not null default false
);
create index photos_unreadable on photos (hash) where is_unreadable;

-- What phones did and handed in, as it came: a copy that comes again finds its receipt here. state: applied, held or
-- returned, with why; region: the place that decides; enterprise_type: of what it is
-- about, null where that is not known; enterprise_id: what the office moved it to.
create table operations (
    id blob primary key not null,
    kind text not null,
    format integer not null,
    author_id blob not null,
    deliverer_id blob not null references people (id),
    post_id blob not null,
    region text not null,
    made_at integer not null,
    received_at integer not null,
    content_hash text not null,
    envelope text not null,
    state text not null,
    reason_code text not null,
    reason_text text not null,
    title text not null,
    enterprise_type text,
    enterprise_id blob,
    decided_by blob,
    decided_at integer
);
create index operations_held on operations (received_at, id, region) where state = 'held';

-- Which operations a held one waits for.
create table operation_needs (
    needed_id blob not null,
    operation_id blob not null references operations (id),
    primary key (needed_id, operation_id)
);
create index operation_needs_by_operation on operation_needs (operation_id);

-- What was added at a desk, by the id that the request brought: a copy that comes again is told by its maker and by all of
-- its content, so that nobody learns from the answer what else was stored under an id. subject_id: what was added.
create table additions (
    id blob primary key not null,
    person_id blob not null references people (id),
    content_hash text not null,
    subject_id blob not null
);

create table imports (
    id blob primary key not null,
    kind text not null,
    person_id blob not null references people (id),
    region text not null,
    created_at integer not null,
    report text not null
);

-- What is to be done outside of a request. A job that was done is gone; one that comes again and again is put off. run_at:
-- when it may be claimed, or claimed again by another when a worker died; touched_at tells a clock that was set back.
create table jobs (
    kind text not null,
    key text not null,
    state text not null,
    tries integer not null,
    enqueued_at integer not null,
    run_at integer not null,
    touched_at integer not null,
    error text not null,
    primary key (kind, key)
);
create index jobs_due on jobs (kind, state, run_at);

-- actor: a person, the system, the operator, or a stranger who tries to sign in; the names as they were.
create table audit (
    seq integer primary key autoincrement not null,
    at integer not null,
    actor text not null,
    person_id blob,
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

-- Text search: the words of domain::search, with the region's prefixes as words of their own; rowid = seq.
create virtual table hazard_words using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
create virtual table enterprise_words using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

-- Sums that are kept beside the records, so that a province's are read from few rows: how many enterprises are in business,
-- how many of them were inspected, how many inspections and how many hazards there are. What is open or overdue is counted
-- itself, since it is little. Triggers keep them, so that no writer can forget to; the sum of n is what counts. One row
-- each here, where there is one writer.
create table sums (
    region text not null,
    what text not null,
    enterprise_type text not null,
    severity text not null,
    department text not null,
    n integer not null
);
create index sums_by_region on sums (region, what, enterprise_type, severity, department);

create trigger enterprises_summed_insert after insert on enterprises begin
    update sums set n = n + 1 where region = new.region and what = 'enterprises' and enterprise_type = ''
        and severity = '' and department = '' and new.closed_at is null and new.deleted_at is null;
    insert into sums select new.region, 'enterprises', '', '', '', 1 where changes() = 0 and new.closed_at is null and new.deleted_at is null;
    update sums set n = n + 1 where region = new.region and what = 'inspected' and enterprise_type = ''
        and severity = '' and department = '' and new.closed_at is null and new.deleted_at is null and new.last_inspected_at is not null;
    insert into sums select new.region, 'inspected', '', '', '', 1 where changes() = 0 and new.closed_at is null and new.deleted_at is null and new.last_inspected_at is not null;
end;
create trigger enterprises_summed_update after update of region, closed_at, deleted_at, last_inspected_at on enterprises
when (old.region, old.closed_at is null, old.deleted_at is null, old.last_inspected_at is null)
    <> (new.region, new.closed_at is null, new.deleted_at is null, new.last_inspected_at is null) begin
    update sums set n = n - 1 where region = old.region and what = 'enterprises' and enterprise_type = ''
        and severity = '' and department = '' and old.closed_at is null and old.deleted_at is null;
    insert into sums select old.region, 'enterprises', '', '', '', -1 where changes() = 0 and old.closed_at is null and old.deleted_at is null;
    update sums set n = n - 1 where region = old.region and what = 'inspected' and enterprise_type = ''
        and severity = '' and department = '' and old.closed_at is null and old.deleted_at is null and old.last_inspected_at is not null;
    insert into sums select old.region, 'inspected', '', '', '', -1 where changes() = 0 and old.closed_at is null and old.deleted_at is null and old.last_inspected_at is not null;
    update sums set n = n + 1 where region = new.region and what = 'enterprises' and enterprise_type = ''
        and severity = '' and department = '' and new.closed_at is null and new.deleted_at is null;
    insert into sums select new.region, 'enterprises', '', '', '', 1 where changes() = 0 and new.closed_at is null and new.deleted_at is null;
    update sums set n = n + 1 where region = new.region and what = 'inspected' and enterprise_type = ''
        and severity = '' and department = '' and new.closed_at is null and new.deleted_at is null and new.last_inspected_at is not null;
    insert into sums select new.region, 'inspected', '', '', '', 1 where changes() = 0 and new.closed_at is null and new.deleted_at is null and new.last_inspected_at is not null;
end;
create trigger enterprises_summed_delete after delete on enterprises begin
    update sums set n = n - 1 where region = old.region and what = 'enterprises' and enterprise_type = ''
        and severity = '' and department = '' and old.closed_at is null and old.deleted_at is null;
    insert into sums select old.region, 'enterprises', '', '', '', -1 where changes() = 0 and old.closed_at is null and old.deleted_at is null;
    update sums set n = n - 1 where region = old.region and what = 'inspected' and enterprise_type = ''
        and severity = '' and department = '' and old.closed_at is null and old.deleted_at is null and old.last_inspected_at is not null;
    insert into sums select old.region, 'inspected', '', '', '', -1 where changes() = 0 and old.closed_at is null and old.deleted_at is null and old.last_inspected_at is not null;
end;

create trigger inspections_summed_insert after insert on inspections begin
    update sums set n = n + 1 where region = new.region and what = 'inspections' and enterprise_type = ''
        and severity = '' and department = '' and true;
    insert into sums select new.region, 'inspections', '', '', '', 1 where changes() = 0 and true;
end;
create trigger inspections_summed_update after update of region on inspections
when old.region <> new.region begin
    update sums set n = n - 1 where region = old.region and what = 'inspections' and enterprise_type = ''
        and severity = '' and department = '' and true;
    insert into sums select old.region, 'inspections', '', '', '', -1 where changes() = 0 and true;
    update sums set n = n + 1 where region = new.region and what = 'inspections' and enterprise_type = ''
        and severity = '' and department = '' and true;
    insert into sums select new.region, 'inspections', '', '', '', 1 where changes() = 0 and true;
end;
create trigger inspections_summed_delete after delete on inspections begin
    update sums set n = n - 1 where region = old.region and what = 'inspections' and enterprise_type = ''
        and severity = '' and department = '' and true;
    insert into sums select old.region, 'inspections', '', '', '', -1 where changes() = 0 and true;
end;

create trigger hazards_summed_insert after insert on hazards begin
    update sums set n = n + 1 where region = new.region and what = 'hazards' and enterprise_type = new.enterprise_type
        and severity = new.severity and department = new.department and new.state <> 'voided';
    insert into sums select new.region, 'hazards', new.enterprise_type, new.severity, new.department, 1 where changes() = 0 and new.state <> 'voided';
end;
create trigger hazards_summed_update after update of region, enterprise_type, severity, department, state on hazards
when (old.region, old.enterprise_type, old.severity, old.department, old.state = 'voided')
    <> (new.region, new.enterprise_type, new.severity, new.department, new.state = 'voided') begin
    update sums set n = n - 1 where region = old.region and what = 'hazards' and enterprise_type = old.enterprise_type
        and severity = old.severity and department = old.department and old.state <> 'voided';
    insert into sums select old.region, 'hazards', old.enterprise_type, old.severity, old.department, -1 where changes() = 0 and old.state <> 'voided';
    update sums set n = n + 1 where region = new.region and what = 'hazards' and enterprise_type = new.enterprise_type
        and severity = new.severity and department = new.department and new.state <> 'voided';
    insert into sums select new.region, 'hazards', new.enterprise_type, new.severity, new.department, 1 where changes() = 0 and new.state <> 'voided';
end;
create trigger hazards_summed_delete after delete on hazards begin
    update sums set n = n - 1 where region = old.region and what = 'hazards' and enterprise_type = old.enterprise_type
        and severity = old.severity and department = old.department and old.state <> 'voided';
    insert into sums select old.region, 'hazards', old.enterprise_type, old.severity, old.department, -1 where changes() = 0 and old.state <> 'voided';
end;
