-- riser.db as version 2 made it, with one row of everything and several events. Never regenerate: it stands for files in the field.
BEGIN TRANSACTION;
CREATE TABLE meta (name text primary key, value text not null) strict, without rowid;
INSERT INTO meta VALUES('chain/alarm_event','{"length":4,"hash":"e0f1161384b870e61c7690313539bc5ab1a2e7594244470e3a0457fc7f94ca6e"}');
INSERT INTO meta VALUES('chain/audit','{"length":1,"hash":"278371124156a863e646908441c729ff22ead414b7920a9e8d7c998c7efc1f40"}');
INSERT INTO meta VALUES('chain/ticket_event','{"length":1,"hash":"302300eb9ba8941dd6ea0485fcc45e1c3114c1f0358dc9ab1c8dfc99969d030c"}');
INSERT INTO meta VALUES('schema_version','2');
CREATE TABLE occurrence (
    id text primary key,
    alarm_key text not null,
    equipment text not null,
    severity text not null,
    ticket text,
    raised_at_ms real not null,
    ended_at_ms real,
    doc text not null) strict;
INSERT INTO occurrence VALUES('o-1','site/pump-1/dry-running','pump-1','high',NULL,1000.0,NULL,'{"id":"o-1","key":"site/pump-1/dry-running","site":"site","equipment":"pump-1","rule":"dry-running","ruleVersion":"r1","severity":"high","level":null,"isActive":true,"blindSinceMs":null,"acknowledged":null,"onsetAtMs":900,"raisedAtMs":1000,"returnedAtMs":null,"endedAtMs":null,"endReason":null,"count":1,"text":{"zh":"水泵","en":"pump"},"equipmentName":{"zh":"水泵","en":"pump"},"place":{"zh":"水泵","en":"pump"},"evidence":{"point":"flow","pointName":{"zh":"水泵","en":"pump"},"value":0,"valueText":{"zh":"水泵","en":"pump"},"quality":0,"sourceMs":null,"receivedMs":999},"ticket":null,"explainedBy":null,"ticketDueAtMs":null}');
INSERT INTO occurrence VALUES('o-2','site/pump-1/dry-running','pump-1','high',NULL,2000.0,3000.0,'{"id":"o-2","key":"site/pump-1/dry-running","site":"site","equipment":"pump-1","rule":"dry-running","ruleVersion":"r1","severity":"high","level":null,"isActive":false,"blindSinceMs":null,"acknowledged":null,"onsetAtMs":900,"raisedAtMs":2000,"returnedAtMs":3000,"endedAtMs":3000,"endReason":"returned","count":1,"text":{"zh":"水泵","en":"pump"},"equipmentName":{"zh":"水泵","en":"pump"},"place":{"zh":"水泵","en":"pump"},"evidence":{"point":"flow","pointName":{"zh":"水泵","en":"pump"},"value":0,"valueText":{"zh":"水泵","en":"pump"},"quality":0,"sourceMs":null,"receivedMs":999},"ticket":null,"explainedBy":null,"ticketDueAtMs":null}');
CREATE TABLE alarm_event (
    id integer primary key,
    occurrence text not null references occurrence (id) deferrable initially deferred,
    alarm_key text not null,
    type text not null,
    at_ms real not null,
    actor text not null,
    note text not null,
    detail text not null,
    
  content_digest text not null,
  prev_hash text not null,
  hash text not null) strict;
INSERT INTO alarm_event VALUES(1,'o-1','site/pump-1/dry-running','raised',1000.0,'gateway','已通知','{"level":null}','ed47037c604aed1b939787e59732c95e9153d4ff1b979229950ed807a911508c','0000000000000000000000000000000000000000000000000000000000000000','05e55fb3db965a9629340ef101d0e524583cf4d78b5aaa3893d95c920f8fd98a');
INSERT INTO alarm_event VALUES(2,'o-2','site/pump-1/dry-running','raised',1000.0,'gateway','','{"level":null}','056f41e293ca5b666d429e793967b5d751882e5cb88af94bb1287190a06b8a54','05e55fb3db965a9629340ef101d0e524583cf4d78b5aaa3893d95c920f8fd98a','c80e6269098421f35182e26a4220b862339c58146bf6dd1bfe4eb9159dfc50fd');
INSERT INTO alarm_event VALUES(3,'o-2','site/pump-1/dry-running','raised',1000.0,'gateway','返回','{"level":null}','298a8ce412b934c14fb01bc9a22b7871ec11eb8f2547001e5ee689ddc79ec1b3','c80e6269098421f35182e26a4220b862339c58146bf6dd1bfe4eb9159dfc50fd','1b1286acef1dcb914a104d6e6fc02841cc5b38194e13ad8d20c52445987ad641');
INSERT INTO alarm_event VALUES(4,'o-1','site/pump-1/dry-running','raised',1000.0,'gateway','third','{"level":null}','72ae72f75ef5ab51fa2eedc82be0bf57819f3220eebd203d5ddcd5e769e47e69','1b1286acef1dcb914a104d6e6fc02841cc5b38194e13ad8d20c52445987ad641','e0f1161384b870e61c7690313539bc5ab1a2e7594244470e3a0457fc7f94ca6e');
CREATE TABLE ticket (
    id text primary key,
    number text not null unique,
    version integer not null,
    equipment text,
    class text not null,
    stage text not null,
    is_open integer not null,
    recorded_at_ms real not null,
    closed_at_ms real,
    doc text not null) strict;
INSERT INTO ticket VALUES('t-1','GC20261121-t-1',1,'pump-1','engineering','recorded',1,1000.0,NULL,'{"id":"t-1","number":"GC20261121-t-1","version":1,"site":"site","source":"equipment-alarm","channel":"alarm","class":"engineering","priority":"urgent","stage":"recorded","stageSinceMs":1000,"policyVersion":"p1","isDrill":false,"receivedAtMs":1000,"recordedAtMs":1000,"closedAtMs":null,"firstReceiver":"gateway","place":{"zh":"水泵","en":"pump"},"location":null,"equipment":"pump-1","equipmentName":{"zh":"水泵","en":"pump"},"faultKind":null,"content":{"zh":"水泵","en":"pump"},"guidance":null,"contact":{"id":null,"name":{"zh":"水泵","en":"pump"},"method":""},"assignee":null,"takenBy":null,"diagnosis":null,"plan":null,"result":null,"materials":null,"amountYuan":null,"acceptance":null,"visit":null,"cancellation":null,"reworkCount":0,"alarms":[],"evidence":null,"clocks":[]}');
CREATE TABLE ticket_event (
    id integer primary key,
    ticket text not null references ticket (id) deferrable initially deferred,
    version integer not null,
    type text not null,
    stage text not null,
    at_ms real not null,
    actor text not null,
    detail text not null,
    
  content_digest text not null,
  prev_hash text not null,
  hash text not null) strict;
INSERT INTO ticket_event VALUES(1,'t-1',1,'opened','recorded',1000.0,'gateway','{}','06d303a9b27b9a13deb84c837b84a50d7d4423393aae3f9b03a73543785ee0b3','0000000000000000000000000000000000000000000000000000000000000000','302300eb9ba8941dd6ea0485fcc45e1c3114c1f0358dc9ab1c8dfc99969d030c');
CREATE TABLE ticket_alarm (
    ticket text not null references ticket (id) deferrable initially deferred,
    alarm_key text not null,
    occurrence text not null references occurrence (id) deferrable initially deferred,
    is_open integer not null,
    primary key (ticket, occurrence)) strict, without rowid;
INSERT INTO ticket_alarm VALUES('t-1','site/pump-1/dry-running','o-1',1);
CREATE TABLE counter (name text primary key, value integer not null) strict, without rowid;
INSERT INTO counter VALUES('ticket',1);
CREATE TABLE delay (alarm_key text primary key, doc text not null) strict, without rowid;
INSERT INTO delay VALUES('site/pump-1/dry-running','{"key":"site/pump-1/dry-running","ruleVersion":"r1","elapsedMs":12.5,"direction":"on","goodSamples":2,"onsetAtMs":900}');
CREATE TABLE user (
    username text primary key,
    is_disabled integer not null,
    is_demo integer not null,
    doc text not null) strict;
INSERT INTO user VALUES('wang',0,0,'{"username":"wang","displayName":{"zh":"王工","en":"Wang"},"roles":["engineer"],"passwordHash":"$argon2id$none","isDisabled":false,"isDemo":false,"createdAtMs":1,"changedAtMs":1}');
CREATE TABLE session (
    token_hash text primary key,
    username text not null references user (username) deferrable initially deferred,
    created_at_ms real not null,
    expires_at_ms real not null) strict;
INSERT INTO session VALUES('s1','wang',1.0,1000000000000000.0);
CREATE TABLE config_version (
    id integer primary key,
    hash text not null,
    loaded_at_ms real not null,
    files text not null) strict;
INSERT INTO config_version VALUES(1,'h',1.0,'[]');
CREATE TABLE audit (
    id integer primary key,
    at_ms real not null,
    actor text not null,
    action text not null,
    object text not null,
    detail text not null,
    
  content_digest text not null,
  prev_hash text not null,
  hash text not null) strict;
INSERT INTO audit VALUES(1,5.0,'wang','login','wang','{"a":{"c":3,"d":4},"b":2}','c9f3b18181b344c27db527129df19d87bf6a92620f626220b49f0c8f0d2ced2b','0000000000000000000000000000000000000000000000000000000000000000','278371124156a863e646908441c729ff22ead414b7920a9e8d7c998c7efc1f40');
CREATE TABLE point_write (
    seq integer primary key,
    id text not null unique,
    equipment text not null,
    name text not null,
    is_open integer not null,
    doc text not null) strict;
INSERT INTO point_write VALUES(1,'w-1','pump-1','set-point',1,'{"id":"w-1","point":"pump-1/set-point","value":0.4,"previous":0.45,"state":"sent","by":"wang","reason":"night","atMs":1000,"readBack":null,"revertAtMs":null,"changedAtMs":1000,"detail":"","target":"here"}');
CREATE TABLE lock_out (equipment text primary key, doc text not null) strict, without rowid;
INSERT INTO lock_out VALUES('pump-1','{"by":"wang","reason":"bearing is being changed","atMs":1000}');
CREATE INDEX occurrence_raised on occurrence (raised_at_ms);
CREATE INDEX occurrence_equipment on occurrence (equipment, raised_at_ms);
CREATE INDEX occurrence_open on occurrence (raised_at_ms) where ended_at_ms is null;
CREATE INDEX alarm_event_occurrence on alarm_event (occurrence, id);
CREATE INDEX ticket_recorded on ticket (recorded_at_ms);
CREATE INDEX ticket_equipment on ticket (equipment, recorded_at_ms);
CREATE INDEX ticket_open on ticket (recorded_at_ms) where is_open = 1;
CREATE INDEX ticket_closed on ticket (closed_at_ms) where is_open = 0;
CREATE INDEX ticket_event_ticket on ticket_event (ticket, id);
CREATE UNIQUE INDEX ticket_alarm_open on ticket_alarm (alarm_key) where is_open = 1;
CREATE INDEX session_username on session (username);
CREATE INDEX session_expires on session (expires_at_ms);
CREATE TRIGGER alarm_event_no_update before update on alarm_event begin select raise(abort, 'alarm_event is append-only'); end;
CREATE TRIGGER alarm_event_no_delete before delete on alarm_event begin select raise(abort, 'alarm_event is append-only'); end;
CREATE TRIGGER ticket_event_no_update before update on ticket_event begin select raise(abort, 'ticket_event is append-only'); end;
CREATE TRIGGER ticket_event_no_delete before delete on ticket_event begin select raise(abort, 'ticket_event is append-only'); end;
CREATE TRIGGER audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end;
CREATE TRIGGER audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end;
CREATE INDEX point_write_point on point_write (equipment, name, seq);
CREATE INDEX point_write_open on point_write (seq) where is_open = 1;
COMMIT;
