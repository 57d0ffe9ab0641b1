/** One part of an equipment as a tile: its number, a symbol, and what it is doing in words. Leads to its own page. */
import CheckOutlined from '@ant-design/icons/CheckOutlined';
import DisconnectOutlined from '@ant-design/icons/DisconnectOutlined';
import RightSquareOutlined from '@ant-design/icons/RightSquareOutlined';
import { memo, useMemo } from 'react';
import { Link } from 'react-router';
import type { PointDefinition } from '../api/types.ts';
import { usePointStates } from '../live/readings.ts';
import { isPressing } from '../shared/alarm-order.ts';
import { SeverityIcon } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useShortQualityText } from '../shared/use-quality-text.ts';
import { type PartTone, type PartWords, toPartWords } from './part-words.ts';
import { chooseKeyPoints } from './point-choice.ts';
import type { EquipmentNode } from './tree.ts';

interface PartTileProps {
  readonly node: EquipmentNode;
  /** Its name without what all parts share: `3`. */
  readonly shortName: string;
}

export const PartTile = memo(function PartTile({ node, shortName }: PartTileProps) {
  const format = useFormat();
  const toQualityText = useShortQualityText();
  const { equipment, points, allAlarms } = node;
  const keyPoints = useMemo(() => chooseKeyPoints(points), [points]);
  const states = usePointStates(keyPoints);
  const words = toPartWords(keyPoints, states, allAlarms);
  const text =
    words.tone === 'bad' ? toQualityText(words.qualityCode) : words.words.map(format.text).join(' · ');
  return (
    <Link
      to={`/equipment/${equipment.id}`}
      className={`tile tile-${words.tone} ${allAlarms.some(isPressing) ? 'is-pressing' : ''}`}
      title={`${format.text(equipment.name)} ${text}`}
      data-testid={`equipment-${equipment.id}`}
      data-tone={words.tone}
    >
      <b className="figures">{shortName}</b>
      <Symbol tone={words.tone} />
      <span className="tile-words value">{text}</span>
      <Measured values={words.values} />
    </Link>
  );
});

function Symbol({ tone }: { readonly tone: PartTone }) {
  if (tone === 'bad') return <DisconnectOutlined aria-hidden />;
  if (tone === 'rest') return <CheckOutlined aria-hidden />;
  if (tone === 'moved') return <RightSquareOutlined aria-hidden />;
  return <SeverityIcon severity={tone} />;
}

function Measured({ values }: Pick<PartWords, 'values'>) {
  const format = useFormat();
  return values.map(({ point, value }: { readonly point: PointDefinition; readonly value: number }) => (
    <span key={point.id} className="tile-value figures value">
      {format.value(point, value)} <small>{point.unit}</small>
    </span>
  ));
}
