/** What the commander does: confirm, grade, enter the next phase, end. */
import { Button, Card, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Incident } from '../api/types.ts';
import { ColleagueSelect } from '../roster/colleague-select.tsx';
import { type IncidentChangeName, useIncidentChange } from './incident-queries.ts';

/** core/limits.ts `textChars`. */
const MAX_TEXT_CHARS = 4_000;
const VERDICTS = ['confirmed', 'false-alarm', 'test'] as const;
const KNOWN = ['on-site', 'camera', 'phone', 'intercom'] as const;
const GRADES = ['ordinary', 'considerable', 'major', 'extra-major'] as const;
const NATURES = ['facility-failure', 'safety-accident', 'natural-disaster', 'public-health'] as const;
const PHASES = ['first-handling', 'report', 'response', 'coordination', 'aftermath'] as const;

type Open = Extract<IncidentChangeName, 'confirm' | 'grade' | 'phase' | 'end'>;
const TITLES = { confirm: 'confirm', grade: 'setGrade', phase: 'setPhase', end: 'end' } as const;

export function IncidentActions({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Open>(incident.verdict === 'open' ? 'confirm' : 'phase');
  const change = useIncidentChange(incident);
  return (
    <Card size="small" className="actions" title={t('ticket.action')}>
      <div className="action-tabs" role="tablist">
        {(Object.keys(TITLES) as Open[]).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === chosen}
            className={`action-tab ${name === 'end' ? 'is-backward' : ''}`}
            data-testid={`incident-change-${name}`}
            onClick={() => setChosen(name)}
          >
            {t(`incident.${TITLES[name]}`)}
          </button>
        ))}
      </div>
      <Form
        key={chosen}
        layout="vertical"
        initialValues={toInitial(incident)}
        onFinish={(body: Record<string, unknown>) => change.mutate({ name: chosen, body })}
      >
        <Fields name={chosen} incident={incident} />
        <Button type="primary" htmlType="submit" loading={change.isPending} data-testid="incident-submit">
          {t('common.submit')}
        </Button>
      </Form>
    </Card>
  );
}

function toInitial({ grade, nature, commander, phase }: Incident) {
  return { grade, nature, commander: commander ?? '', phase: nextPhase(phase), note: '' };
}

function nextPhase(phase: Incident['phase']): Incident['phase'] {
  return PHASES[PHASES.indexOf(phase) + 1] ?? phase;
}

/** Phases only go onward. */
function toAhead(phase: Incident['phase']): readonly Incident['phase'][] {
  return PHASES.slice(PHASES.indexOf(phase));
}

function Fields({ name, incident }: { readonly name: Open; readonly incident: Incident }) {
  const { t } = useTranslation();
  const { phase, grade, owesFinalReport: isOwed } = incident;
  switch (name) {
    case 'confirm':
      return (
        <>
          <Choice name="verdict" label={t('incident.verdictLabel')} options={VERDICTS} group="verdict" />
          <Known />
          <Note />
          {isOwed && <Approver help={t('incident.withdrawHelp')} />}
        </>
      );
    case 'grade':
      return (
        <>
          <Choice name="grade" label={t('incident.gradeLabel')} options={GRADES} group="grade" />
          <Choice name="nature" label={t('incident.natureLabel')} options={NATURES} group="nature" />
          <Form.Item
            name="commander"
            label={t('incident.commander')}
            rules={[
              {
                required: true,
                whitespace: true,
                message: t('common.required', { field: t('incident.commander') }),
              },
            ]}
          >
            <ColleagueSelect name="incident-commander" />
          </Form.Item>
          <Form.Item
            name="reason"
            label={t('incident.reason')}
            rules={[
              {
                required: true,
                whitespace: true,
                message: t('common.required', { field: t('incident.reason') }),
              },
            ]}
          >
            <Input.TextArea
              maxLength={MAX_TEXT_CHARS}
              autoSize={{ minRows: 2 }}
              data-testid="incident-reason"
            />
          </Form.Item>
          {grade !== 'ordinary' && <Approver help={t('incident.lowerHelp')} />}
        </>
      );
    case 'phase':
      return (
        <>
          <Choice name="phase" label={t('incident.phaseLabel')} options={toAhead(phase)} group="phase" />
          <Note />
        </>
      );
    case 'end':
      return <Note />;
    default:
      return name satisfies never;
  }
}

/** How it is known that it was none. */
function Known() {
  const { t } = useTranslation();
  const verdict = Form.useWatch<string | undefined>('verdict');
  if (verdict === undefined || verdict === 'confirmed') return null;
  return <Choice name="how" label={t('incident.knownLabel')} options={KNOWN} group="known" />;
}

/** A second person, where the gateway asks for one; it says so where nobody is named. */
function Approver({ help }: { readonly help: string }) {
  const { t } = useTranslation();
  return (
    <Form.Item name="approver" label={t('incident.approver')} extra={help}>
      <ColleagueSelect name="incident-approver" />
    </Form.Item>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly string[];
  readonly group: 'verdict' | 'known' | 'grade' | 'nature' | 'phase';
}

function Choice({ name, label, options, group }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      rules={[{ required: true, message: t('common.required', { field: label }) }]}
    >
      <Radio.Group className="choice-wrap">
        {options.map((value) => (
          <Radio.Button key={value} value={value} data-testid={`incident-${name}-${value}`}>
            {t(`incident.${group}.${value}` as 'incident.grade.major')}
          </Radio.Button>
        ))}
      </Radio.Group>
    </Form.Item>
  );
}

function Note() {
  const { t } = useTranslation();
  return (
    <Form.Item name="note" label={t('incident.note')}>
      <Input.TextArea maxLength={MAX_TEXT_CHARS} autoSize={{ minRows: 2 }} data-testid="incident-note" />
    </Form.Item>
  );
}
