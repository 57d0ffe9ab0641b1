/** The button beside a writable point, for those who may write it; what keeps it from being written stands below it. */
import EditOutlined from '@ant-design/icons/EditOutlined';
import StopOutlined from '@ant-design/icons/StopOutlined';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, useLinks, useSession } from '../api/queries.ts';
import type { Equipment, PointDefinition, PointWrite, PointWriting } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { findTag, mayWrite, type Obstacle, toObstacles } from './obstacles.ts';
import { useObstacleText } from './use-writing-words.ts';
import { isUnderWay, latestOf } from './write-answer.ts';
import { WriteDialog } from './write-dialog.tsx';
import { useWriteRecords } from './write-queries.ts';

const NO_EQUIPMENT: readonly Equipment[] = [];

/** Nothing for a point that is read only, or for somebody who may not write it. */
export function WriteButton({ point }: { readonly point: PointDefinition }) {
  const person = useSession().data;
  const { write } = point;
  if (write === null || person == null || !mayWrite(person, write)) return null;
  return <PermittedButton point={point} write={write} username={person.username} />;
}

interface PermittedButtonProps {
  readonly point: PointDefinition;
  readonly write: PointWriting;
  readonly username: string;
}

function PermittedButton({ point, write, username }: PermittedButtonProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const [wasLost, setLost] = useState(false);
  const all = useEquipment().data?.items ?? NO_EQUIPMENT;
  const { rows } = useWriteRecords([point.equipment]);
  const obstacles = useObstacles(point, write, all, rows);
  const label = t('writing.writeLabel', { point: format.text(point.text) });
  return (
    // The row around it shows the trend on a click; what happens in here is not that click.
    <span className="point-write" onClick={(event) => event.stopPropagation()}>
      <Button
        size="small"
        icon={<EditOutlined />}
        disabled={obstacles.length > 0}
        aria-label={label}
        aria-describedby={obstacles.length > 0 ? `why-not-${point.id}` : undefined}
        data-testid={`write-${point.equipment}-${point.name}`}
        onClick={() => setOpen(true)}
      >
        {t('writing.write')}
      </Button>
      {obstacles.length > 0 && <WhyNot id={`why-not-${point.id}`} obstacles={obstacles} />}
      {isOpen && (
        <WriteDialog
          point={point}
          write={write}
          all={all}
          obstacles={obstacles}
          username={username}
          wasLost={wasLost}
          onClose={(isLost) => {
            setLost(isLost);
            setOpen(false);
          }}
        />
      )}
    </span>
  );
}

function useObstacles(
  point: PointDefinition,
  write: PointWriting,
  all: readonly Equipment[],
  rows: readonly PointWrite[],
): readonly Obstacle[] {
  const links = useLinks().data?.items;
  const equipment = all.find(({ id }) => id === point.equipment);
  const latest = latestOf(point.id, rows);
  return toObstacles({
    write,
    tag: findTag(point.equipment, all),
    link: links?.find(({ link }) => link === equipment?.link) ?? null,
    isUnderWay: latest !== null && isUnderWay(latest),
  });
}

function WhyNot({ id, obstacles }: { readonly id: string; readonly obstacles: readonly Obstacle[] }) {
  const toText = useObstacleText();
  return (
    <span id={id} className="why-not" data-testid="write-obstacles">
      {obstacles.map((obstacle) => (
        <span key={toText(obstacle)} data-obstacle={obstacle.type}>
          <StopOutlined aria-hidden /> {toText(obstacle)}
        </span>
      ))}
    </span>
  );
}
