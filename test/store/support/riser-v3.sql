-- riser.db as version 3 made it, with rows of everything and tickets in three states. Never regenerate: it stands for files in the field.
BEGIN TRANSACTION;
CREATE TABLE meta (name text primary key, value text not null) strict, without rowid;
INSERT INTO meta VALUES('chain/alarm_event','{"length":2,"hash":"95fecee94359b0553dc8f1241702d78070ca267ccfe55125cc3a94c6e5deb67f"}');
INSERT INTO meta VALUES('chain/audit','{"length":1,"hash":"278371124156a863e646908441c729ff22ead414b7920a9e8d7c998c7efc1f40"}');
INSERT INTO meta VALUES('chain/ticket_event','{"length":4,"hash":"52bef7dcb9e774d8b8bfec4c4031e6a76966b46002fcec8f27b8d32e30c1763a"}');
INSERT INTO meta VALUES('schema_version','3');
CREATE TABLE occurrence (
    id text primary key,
    alarm_key text not null,
    equipment text not null,
    severity text not null,
    ticket text,
    raised_at_ms real not null,
    ended_at_ms real,
    doc text not null, storm text) strict;
INSERT INTO occurrence VALUES('o-1','site/pump-1/dry-running','pump-1','high',NULL,1000.0,NULL,'{"id":"o-1","key":"site/pump-1/dry-running","site":"site","equipment":"pump-1","rule":"dry-running","ruleVersion":"r1","severity":"high","level":null,"isActive":true,"blindSinceMs":null,"acknowledged":null,"onsetAtMs":900,"raisedAtMs":1000,"returnedAtMs":null,"endedAtMs":null,"endReason":null,"count":1,"text":{"zh":"水泵","en":"pump"},"equipmentName":{"zh":"水泵","en":"pump"},"place":{"zh":"水泵","en":"pump"},"evidence":{"point":"flow","pointName":{"zh":"水泵","en":"pump"},"value":0,"valueText":{"zh":"水泵","en":"pump"},"quality":0,"sourceMs":null,"receivedMs":999},"ticket":null,"explainedBy":null,"ticketDueAtMs":null,"onsetAfterMs":null,"isLatched":false,"reAlarms":0,"reAlarmDueAtMs":null,"shelf":null,"outOfService":null,"suppression":null,"chatter":null,"storm":null,"isDrill":false}',NULL);
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
INSERT INTO ticket VALUES('t-1','GC20261120-0001',1,'pump-1','engineering','handling',1,1795136400500.0,NULL,'{"id":"t-1","number":"GC20261120-0001","version":1,"site":"site","source":"equipment-alarm","channel":"alarm","class":"engineering","priority":"urgent","stage":"handling","stageSinceMs":1795137600000,"policyVersion":"p1","isDrill":false,"receivedAtMs":1795136400000,"recordedAtMs":1795136400500,"closedAtMs":null,"firstReceiver":"gateway","place":{"zh":"B1层水泵房","en":"Pump room, B1"},"location":"b1-pump-room","equipment":"pump-1","equipmentName":{"zh":"1号生活水泵","en":"Domestic pump 1"},"faultKind":"dry-running","content":{"zh":"生活水泵干转","en":"Pump runs dry"},"guidance":null,"contact":{"id":"desk","name":{"zh":"前台","en":"Desk"},"method":"8001"},"assignee":"engineer","takenBy":"wang","diagnosis":"吸水口堵塞","plan":null,"result":null,"materials":null,"amountYuan":null,"acceptance":null,"visit":null,"cancellation":null,"reworkCount":0,"alarms":[{"occurrence":"o-1","key":"site/pump-1/dry-running","text":{"zh":"干转","en":"dry running"},"firstAtMs":1795136400000,"lastAtMs":1795136400000,"count":1,"isActive":true,"blindSinceMs":null}],"evidence":null,"clocks":[{"id":"record","startedAtMs":1795136400000,"warnAtMs":1795136448000,"dueAtMs":1795136460000,"stoppedAtMs":1795136400500,"warnedAtMs":null,"breachedAtMs":null},{"id":"dispatch","startedAtMs":1795136400000,"warnAtMs":1795136448000,"dueAtMs":1795136460000,"stoppedAtMs":1795136490000,"warnedAtMs":1795136448000,"breachedAtMs":1795136460000},{"id":"repair","startedAtMs":1795136400000,"warnAtMs":1795196400000,"dueAtMs":1795216400000,"stoppedAtMs":null,"warnedAtMs":null,"breachedAtMs":null}]}');
INSERT INTO ticket VALUES('t-2','XF20261119-0001',1,'panel-1','fire','closed',0,1795050000000.0,1795096400000.0,'{"id":"t-2","number":"XF20261119-0001","version":1,"site":"site","source":"equipment-alarm","channel":"alarm","class":"fire","priority":"emergency","stage":"closed","stageSinceMs":1795096400000,"policyVersion":"p1","isDrill":false,"receivedAtMs":1795050000000,"recordedAtMs":1795050000000,"closedAtMs":1795096400000,"firstReceiver":"gateway","place":{"zh":"水泵","en":"pump"},"location":null,"equipment":"panel-1","equipmentName":{"zh":"水泵","en":"pump"},"faultKind":null,"content":{"zh":"水泵","en":"pump"},"guidance":null,"contact":{"id":null,"name":{"zh":"水泵","en":"pump"},"method":""},"assignee":null,"takenBy":null,"diagnosis":null,"plan":null,"result":"更换探头","materials":"烟感探头 1 只","amountYuan":null,"acceptance":{"by":"li","opinion":"正常","atMs":1795086400000},"visit":{"by":"desk","how":"phone","isSatisfied":true,"note":"","atMs":1795096400000},"cancellation":null,"reworkCount":1,"alarms":[],"evidence":null,"clocks":[{"id":"arrival","startedAtMs":1795050000000,"warnAtMs":1795136448000,"dueAtMs":1795136460000,"stoppedAtMs":1795050500000,"warnedAtMs":null,"breachedAtMs":null}]}');
INSERT INTO ticket VALUES('t-3','GC20261118-0001',1,'pump-1','engineering','cancelled',0,1794936400000.0,1794946400000.0,'{"id":"t-3","number":"GC20261118-0001","version":1,"site":"site","source":"equipment-alarm","channel":"alarm","class":"engineering","priority":"urgent","stage":"cancelled","stageSinceMs":1794946400000,"policyVersion":"p1","isDrill":false,"receivedAtMs":1794936400000,"recordedAtMs":1794936400000,"closedAtMs":null,"firstReceiver":"gateway","place":{"zh":"水泵","en":"pump"},"location":null,"equipment":"pump-1","equipmentName":{"zh":"水泵","en":"pump"},"faultKind":null,"content":{"zh":"水泵","en":"pump"},"guidance":null,"contact":{"id":null,"name":{"zh":"水泵","en":"pump"},"method":""},"assignee":null,"takenBy":null,"diagnosis":null,"plan":null,"result":null,"materials":null,"amountYuan":null,"acceptance":null,"visit":null,"cancellation":{"by":"desk","reason":"false-alarm","note":"误报","atMs":1794946400000},"reworkCount":0,"alarms":[],"evidence":null,"clocks":[]}');
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
INSERT INTO ticket_event VALUES(1,'t-1',1,'opened','recorded',1000.0,'gateway','{"note":"已录入"}','e0e1a1cdde2f64b56775d9531d61fe3493194a6f9c048756a610f385831f0792','0000000000000000000000000000000000000000000000000000000000000000','f1ead6e0a0a1880278175806928d3c3ec320b5dcc39dd2fe1cd7f8fd310dc26e');
INSERT INTO ticket_event VALUES(2,'t-1',1,'opened','recorded',1000.0,'gateway','{"n":2}','c70fd25ae7dbbd4b92e781ad5c592238e28db3eb771c8b47dcf5c4d1257885b2','f1ead6e0a0a1880278175806928d3c3ec320b5dcc39dd2fe1cd7f8fd310dc26e','112c1389497661f1536d7ef67fc436b0cbeb8dff98ca5019fc7251a1975a6ec9');
INSERT INTO ticket_event VALUES(3,'t-2',1,'opened','recorded',1000.0,'gateway','{}','06d303a9b27b9a13deb84c837b84a50d7d4423393aae3f9b03a73543785ee0b3','112c1389497661f1536d7ef67fc436b0cbeb8dff98ca5019fc7251a1975a6ec9','13e5a427020c532491fdd285221ab0efeabe083509c2847c259ce6d5a4c4616d');
INSERT INTO ticket_event VALUES(4,'t-3',1,'opened','recorded',1000.0,'gateway','{}','06d303a9b27b9a13deb84c837b84a50d7d4423393aae3f9b03a73543785ee0b3','13e5a427020c532491fdd285221ab0efeabe083509c2847c259ce6d5a4c4616d','52bef7dcb9e774d8b8bfec4c4031e6a76966b46002fcec8f27b8d32e30c1763a');
CREATE TABLE ticket_alarm (
    ticket text not null references ticket (id) deferrable initially deferred,
    alarm_key text not null,
    occurrence text not null references occurrence (id) deferrable initially deferred,
    is_open integer not null,
    primary key (ticket, occurrence)) strict, without rowid;
INSERT INTO ticket_alarm VALUES('t-1','site/pump-1/dry-running','o-1',1);
CREATE TABLE counter (name text primary key, value integer not null) strict, without rowid;
INSERT INTO counter VALUES('ticket',3);
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
CREATE TABLE "alarm_event" (
    id integer primary key,
    occurrence text references occurrence (id) deferrable initially deferred,
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
INSERT INTO alarm_event VALUES(2,NULL,'site/pump-1/dry-running','shelved',2000.0,'wang','seal is on order','{"untilMs":9000}','69804593fce67e4174fc2b30524608666287d576326715dde1674e19ff09ce8e','05e55fb3db965a9629340ef101d0e524583cf4d78b5aaa3893d95c920f8fd98a','95fecee94359b0553dc8f1241702d78070ca267ccfe55125cc3a94c6e5deb67f');
CREATE TABLE alarm_control (alarm_key text primary key, doc text not null) strict, without rowid;
INSERT INTO alarm_control VALUES('site/pump-1/dry-running','{"key":"site/pump-1/dry-running","equipment":"pump-1","rule":"dry-running","shelf":{"by":"wang","atMs":1000,"reason":"seal is on order","untilMs":9000,"isOneShot":false},"outOfService":null}');
CREATE TABLE storm (
    id text primary key,
    began_at_ms real not null,
    ended_at_ms real,
    doc text not null) strict;
INSERT INTO storm VALUES('s-1',1000.0,NULL,'{"id":"s-1","site":"site","beganAtMs":1000,"endedAtMs":null,"root":"o-1","members":11,"peak":11,"ticket":null}');
CREATE TABLE rule_memory (alarm_key text primary key, doc text not null) strict, without rowid;
INSERT INTO rule_memory VALUES('site/pump-1/dry-running','{"key":"site/pump-1/dry-running","ruleVersion":"r1","savedAtMs":1000,"memory":{"hours":12.5}}');
CREATE TABLE rule_change (
    seq integer primary key,
    id text not null unique,
    equipment text not null,
    rule text not null,
    state text not null,
    doc text not null) strict;
INSERT INTO rule_change VALUES(1,'c-1','pump-1','dry-running','proposed','{"id":"c-1","equipment":"pump-1","rule":"dry-running","override":{"onDelayMs":5000},"baseVersion":"r1","state":"proposed","by":"wang","atMs":1000,"reason":"raises at each start","reviewedBy":null,"reviewedAtMs":null,"reviewNote":""}');
CREATE TABLE drill (equipment text primary key, doc text not null) strict, without rowid;
INSERT INTO drill VALUES('pump-1','{"by":"wang","atMs":1000,"reason":"消防演练","untilMs":9000}');
CREATE TABLE figures (part text primary key, doc text not null) strict, without rowid;
INSERT INTO figures VALUES('open','{}');
CREATE INDEX occurrence_raised on occurrence (raised_at_ms);
CREATE INDEX occurrence_equipment on occurrence (equipment, raised_at_ms);
CREATE INDEX occurrence_open on occurrence (raised_at_ms) where ended_at_ms is null;
CREATE INDEX ticket_recorded on ticket (recorded_at_ms);
CREATE INDEX ticket_equipment on ticket (equipment, recorded_at_ms);
CREATE INDEX ticket_open on ticket (recorded_at_ms) where is_open = 1;
CREATE INDEX ticket_closed on ticket (closed_at_ms) where is_open = 0;
CREATE INDEX ticket_event_ticket on ticket_event (ticket, id);
CREATE UNIQUE INDEX ticket_alarm_open on ticket_alarm (alarm_key) where is_open = 1;
CREATE INDEX session_username on session (username);
CREATE INDEX session_expires on session (expires_at_ms);
CREATE TRIGGER ticket_event_no_update before update on ticket_event begin select raise(abort, 'ticket_event is append-only'); end;
CREATE TRIGGER ticket_event_no_delete before delete on ticket_event begin select raise(abort, 'ticket_event is append-only'); end;
CREATE TRIGGER audit_no_update before update on audit begin select raise(abort, 'audit is append-only'); end;
CREATE TRIGGER audit_no_delete before delete on audit begin select raise(abort, 'audit is append-only'); end;
CREATE INDEX point_write_point on point_write (equipment, name, seq);
CREATE INDEX point_write_open on point_write (seq) where is_open = 1;
CREATE INDEX alarm_event_occurrence on alarm_event (occurrence, id);
CREATE INDEX alarm_event_key on alarm_event (alarm_key, id);
CREATE TRIGGER alarm_event_no_update before update on alarm_event begin select raise(abort, 'alarm_event is append-only'); end;
CREATE TRIGGER alarm_event_no_delete before delete on alarm_event begin select raise(abort, 'alarm_event is append-only'); end;
CREATE INDEX occurrence_storm on occurrence (storm, raised_at_ms) where storm is not null;
CREATE INDEX occurrence_ended on occurrence (ended_at_ms, raised_at_ms) where ended_at_ms is not null;
CREATE INDEX storm_began on storm (began_at_ms);
CREATE INDEX storm_open on storm (began_at_ms) where ended_at_ms is null;
CREATE INDEX rule_change_rule on rule_change (equipment, rule, seq);
CREATE INDEX rule_change_state on rule_change (state, seq);
COMMIT;
