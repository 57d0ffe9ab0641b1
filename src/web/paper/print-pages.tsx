/**
 * What goes to the printer: blank numbered slips, one A4 sheet each, whose code opens the late entry (补录) of that number,
 * and labels whose code opens the report of that equipment. Codes are drawn here; nothing is asked from elsewhere.
 */
import PrinterOutlined from '@ant-design/icons/PrinterOutlined';
import { Button, QRCode } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useEquipment, useSite } from '../api/queries.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { BLOCK_SLIPS, useLabels, useSlips } from './paper-queries.ts';

/** Edge of a code on the screen, pixels of 1/96 inch: 25 mm on paper, read from half a metre. */
const CODE_PX = 96;
const LABEL_CODE_PX = 132;
/** Fields of the form (service-workflow.md §1) with the lines that a pen takes. */
const FIELDS = [
  ['receivedAt', 1],
  ['source', 1],
  ['firstReceiver', 1],
  ['class', 1],
  ['place', 1],
  ['contact', 1],
  ['content', 3],
  ['dispatched', 1],
  ['signed', 1],
  ['onSite', 1],
  ['diagnosis', 2],
  ['plan', 2],
  ['result', 3],
  ['materials', 2],
  ['acceptance', 2],
  ['visit', 2],
] as const;
const LINE_MM = 8.5;

/** `?from=` a number: that one and those after it; else all that are not used. */
export function SlipPrintPage() {
  const [search] = useSearchParams();
  const from = search.get('from') ?? '';
  const query = useSlips('unused', 1, BLOCK_SLIPS);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const numbers = query.data.items.map(({ number }) => number).filter((number) => number >= from);
  return (
    <Printed count={numbers.length}>
      {numbers.toSorted().map((number) => (
        <BlankSlip key={number} number={number} />
      ))}
    </Printed>
  );
}

function BlankSlip({ number }: { readonly number: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const site = useSite().data;
  return (
    <article className="slip blank-slip" data-testid={`blank-slip-${number}`}>
      <header className="blank-head">
        <div>
          <div>{site === undefined ? '' : format.text(site.name)}</div>
          <h1>{t('slipForm.title')}</h1>
          <div>
            {t('slipForm.number')} <b className="figures">{number}</b>
          </div>
        </div>
        <Code value={`${location.origin}/tickets/new?slip=${number}`} size={CODE_PX} />
      </header>
      <table className="slip-table">
        <tbody>
          {FIELDS.map(([name, lines]) => (
            <tr key={name}>
              <th scope="row" className="slip-label">
                {t(`blankSlip.${name}`)}
              </th>
              <td style={{ height: `${lines * LINE_MM}mm` }} />
            </tr>
          ))}
        </tbody>
      </table>
      <footer>{t('blankSlip.footer')}</footer>
    </article>
  );
}

/** `?equipment=` as often as wanted; none = all, without their parts. */
export function LabelPrintPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search] = useSearchParams();
  const query = useEquipment();
  const labels = useLabels();
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  if (labels.data === undefined)
    return <QueryState error={labels.error} onRetry={() => void labels.refetch()} />;
  const paths = new Map(labels.data.items.map(({ equipment, path }) => [equipment, path]));
  const chosen = search.getAll('equipment');
  const shown = query.data.items.filter(({ id, parent }) =>
    chosen.length === 0 ? parent === null : chosen.includes(id),
  );
  return (
    <Printed count={shown.length}>
      <div className="slip labels">
        {chosen.length === 0 && (
          <Label name={t('paper.houseLabel')} place={t('paper.houseLabelHelp')} path="/report" id="report" />
        )}
        {shown.map(({ id, name, place }) => (
          <Label
            key={id}
            id={id}
            name={format.text(name)}
            place={format.text(place)}
            path={paths.get(id) ?? `/r/${id}`}
          />
        ))}
      </div>
    </Printed>
  );
}

interface LabelProps {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly path: string;
}

function Label({ id, name, place, path }: LabelProps) {
  const { t } = useTranslation();
  return (
    <section className="label" data-testid={`label-${id}`}>
      <Code value={location.origin + path} size={LABEL_CODE_PX} />
      <div>
        <b>{name}</b>
        <div>{place}</div>
        <p>{t('paper.scan')}</p>
      </div>
    </section>
  );
}

/** Black on white whatever the theme: it goes onto paper. */
function Code({ value, size }: { readonly value: string; readonly size: number }) {
  return <QRCode type="svg" value={value} size={size} color="#000" bgColor="#fff" bordered={false} />;
}

function Printed({ count, children }: { readonly count: number; readonly children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="toolbar slip-tools">
        <span>{t('paper.sheets', { count })}</span>
        <Button
          type="primary"
          icon={<PrinterOutlined />}
          data-testid="paper-print"
          onClick={() => window.print()}
        >
          {t('slipForm.print')}
        </Button>
      </div>
      {children}
    </>
  );
}
