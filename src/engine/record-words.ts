/**
 * What becomes of words that people have typed into records that are no tickets (core/record-words.ts): one part redacted, a record
 * kept from destruction, or all words of it destroyed after its retention; each a line of the audit. What is in memory and repeats
 * them is written anew here, what is stored in the store.
 */
import { type FeedbackId, type IncidentId, toId } from '../core/ids.ts';
import {
  mapFeedbackWords,
  mapHiding,
  mapIncidentWords,
  mapOccurrenceWords,
  parseRecordName,
} from '../core/record-words.ts';
import type { Text } from '../core/text.ts';
import type { Command } from './commands.ts';
import { requireReason, requireReplacer } from './records.ts';
import type { Tentative } from './tentative.ts';

type ToText = (text: string) => string;
type Of<Type extends Command['type']> = Command & { readonly type: Type };

/** @throws RiserError `reason-required`, `value-not-allowed` where the replacement repeats the words */
export function redactRecord(
  tx: Tentative,
  { record, event, field, words, by, ...command }: Of<'redact-record'>,
  nowMs: number,
): void {
  const [reason, replacement] = [command.reason.trim(), command.replacement.trim()];
  requireReason(reason);
  reword(tx, record, requireReplacer(words, replacement));
  const detail = { event, field, reason, replacement };
  const entry = { atMs: nowMs, actor: by, action: 'words-redact', object: record, detail, record };
  tx.service.takeWords({ type: 'words-redaction', record, event, field, replacement, entry });
}

/** @throws RiserError `reason-required` */
export function holdRecord(
  tx: Tentative,
  { record, isHeld, by, reason }: Of<'hold-record'>,
  nowMs: number,
): void {
  requireReason(reason);
  const hold = isHeld ? { by, atMs: nowMs } : null;
  tx.service.takeWords({ type: 'record-hold', record, hold });
  const action = isHeld ? 'words-hold' : 'words-hold-lift';
  const detail = { reason: reason.trim() };
  tx.service.audit({ atMs: nowMs, actor: by, action, object: record, detail, record });
}

/** @throws RiserError `reason-required` */
export function destroyWords(
  tx: Tentative,
  { records, by, reason }: Of<'destroy-words'>,
  nowMs: number,
): void {
  requireReason(reason);
  const object = `${records.length}`;
  const detail = { reason: reason.trim() };
  const entry = { atMs: nowMs, actor: by, action: 'words-destroy', object, detail };
  tx.service.takeWords({ type: 'words-destruction', records, entry });
}

/** What is over is in memory no longer, but for messages that wait. */
function reword(tx: Tentative, record: string, toText: ToText): void {
  const { kind, id = '' } = parseRecordName(record) ?? {};
  if (kind === 'feedback') {
    const feedback = tx.service.feedback(toId<FeedbackId>(id));
    if (feedback !== null) tx.service.putFeedback(mapFeedbackWords(feedback, toText), []);
    for (const message of tx.service.messagesAbout(toId<FeedbackId>(id))) {
      const { subject, body } = message;
      tx.service.putMessage({ ...message, subject: both(subject, toText), body: both(body, toText) });
    }
  } else if (kind === 'incident') {
    const incident = tx.service.incident(toId<IncidentId>(id));
    if (incident !== null) tx.service.putIncident(mapIncidentWords(incident, toText), []);
  } else if (kind === 'alarm') {
    const occurrence = tx.occurrenceById(toId(id));
    if (occurrence !== null) tx.putOccurrence(mapOccurrenceWords(occurrence, toText), []);
    const control = tx.control(occurrence?.key ?? toId(id));
    if (control !== null) tx.putControl({ ...control, ...mapHiding(control, toText) }, null, false);
  }
}

function both({ zh, en }: Text, toText: ToText): Text {
  return { zh: toText(zh), en: toText(en) };
}
