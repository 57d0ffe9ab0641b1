/**
 * One address map drawn as rows of squares, one shape for neighbours of the same point, so that thousands of registers stay
 * a few shapes. Pointing at, tapping or the arrow keys choose an address; what lives there stands beside the map.
 */
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AddressFacts } from './address-facts.tsx';
import { type AddressMap, findRun, type MapRow, stepAddress, toMapRows } from './address-map.ts';

interface AddressGridProps {
  readonly map: AddressMap;
  readonly name: string;
}

/** Squares of a row; twice as many, and smaller, where the map would be longer than a screen. */
const COLUMNS = 32;
const LARGE_MAP = 640;
/** Units of the drawing: a square with the gap after it, letters of a small and a large map. */
const CELL = 24;
const GAP = 2;
const FONT = 12;
const LARGE_FONT = 17;

/** The drawing of one map. */
interface Drawing {
  readonly columns: number;
  readonly font: number;
  /** Width of the addresses before the squares. */
  readonly label: number;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly PlacedRow[];
}

/** A row and where it stands. */
interface PlacedRow extends MapRow {
  /** Upper edge of its squares. */
  readonly top: number;
}

export function AddressGrid({ map, name }: AddressGridProps) {
  const { t } = useTranslation();
  const drawing = useMemo(() => toDrawing(map), [map]);
  const [shown, setShown] = useState<number | null>(null);
  // What was clicked comes back when the pointer leaves; what was only pointed at stays, so that its links can be reached.
  const [pinned, setPinned] = useState<number | null>(null);
  const first = map.runs[0]?.first ?? 0;
  const last = map.runs.at(-1);
  const onKey = (event: KeyboardEvent) => {
    const step = toStep(event.key, drawing.columns);
    if (step === null) return;
    event.preventDefault();
    setPinned(null);
    setShown(shown === null ? first : stepAddress(map.runs, shown, step));
  };
  const onClick = (event: MouseEvent<SVGSVGElement>) => {
    const address = toAddress(event, drawing);
    setPinned(address);
    setShown(address);
  };
  return (
    <div
      className={drawing.columns > COLUMNS ? 'panel address-map is-large' : 'panel address-map'}
      data-testid={`map-${map.id}`}
    >
      <h3>
        {name}{' '}
        <span className="hint figures">{t('plan.mapCounts', { asked: map.asked, used: map.used })}</span>
      </h3>
      <div className="address-map-body">
        <svg
          role="slider"
          tabIndex={0}
          aria-label={t('plan.mapLabel', { name })}
          aria-valuenow={shown ?? first}
          aria-valuemin={first}
          aria-valuemax={last === undefined ? first : last.first + last.count - 1}
          viewBox={`0 0 ${drawing.width} ${drawing.height}`}
          fontSize={drawing.font}
          onKeyDown={onKey}
          onPointerMove={(event) => setShown(toAddress(event, drawing))}
          onPointerLeave={() => pinned !== null && setShown(pinned)}
          onClick={onClick}
        >
          <RefusedPattern />
          <Squares drawing={drawing} />
          {shown !== null && <Mark map={map} drawing={drawing} address={shown} />}
        </svg>
        <AddressFacts map={map} address={shown} />
      </div>
    </div>
  );
}

/** Hatched, so that it is told from the others without colour. The same in every map of the page. */
function RefusedPattern() {
  return (
    <pattern
      id="refused-squares"
      width={6}
      height={6}
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect className="hatch-ground" width={6} height={6} />
      <rect className="hatch-line" width={3} height={6} />
    </pattern>
  );
}

/** Drawn again only when the plan changes, not with every move of the pointer. */
function Squares({ drawing }: { readonly drawing: Drawing }) {
  const { t } = useTranslation();
  return useMemo(
    () =>
      drawing.rows.map(({ first, runs, skipped, top }) => (
        <g key={first}>
          {skipped !== null && (
            <text className="map-skip" x={drawing.label} y={top - 6}>
              {t('plan.mapSkipped', { range: skipped })}
            </text>
          )}
          <text className="map-address" x={drawing.label - 8} y={top + CELL / 2 + drawing.font / 3}>
            {first}
          </text>
          {runs.map((run) => (
            <rect
              key={run.first}
              className={`use-${run.use}`}
              x={drawing.label + (run.first - first) * CELL}
              y={top}
              width={run.count * CELL - GAP}
              height={CELL - GAP}
              rx={3}
            />
          ))}
        </g>
      )),
    [drawing, t],
  );
}

/** Frame around all squares of the run in which the address lies. */
function Mark({ map, drawing, address }: MarkProps) {
  const run = findRun(map.runs, address);
  if (run === undefined) return null;
  return drawing.rows.flatMap(({ first, top }) => {
    const from = Math.max(run.first, first);
    const to = Math.min(run.first + run.count, first + drawing.columns);
    if (to <= from) return [];
    return [
      <rect
        key={first}
        className="map-mark"
        x={drawing.label + (from - first) * CELL - 1}
        y={top - 1}
        width={(to - from) * CELL}
        height={CELL}
        rx={4}
      />,
    ];
  });
}

interface MarkProps {
  readonly map: AddressMap;
  readonly drawing: Drawing;
  readonly address: number;
}

function toDrawing({ runs, asked }: AddressMap): Drawing {
  const isLarge = asked > LARGE_MAP;
  const columns = isLarge ? 2 * COLUMNS : COLUMNS;
  const font = isLarge ? LARGE_FONT : FONT;
  // Five digits, and some room before the squares.
  const label = Math.round(font * 3.6);
  const rows = placeRows(toMapRows(runs, columns), font);
  const height = (rows.at(-1)?.top ?? 0) + CELL;
  return { columns, font, label, width: label + columns * CELL, height, rows };
}

function placeRows(rows: readonly MapRow[], font: number): readonly PlacedRow[] {
  let bottom = 0;
  return rows.map((row) => {
    const top = bottom + (row.skipped === null ? 0 : font + 12);
    bottom = top + CELL;
    return { ...row, top };
  });
}

/** Distance of an arrow key, in addresses; null = another key. */
function toStep(key: string, columns: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return 1;
    case 'ArrowLeft':
      return -1;
    case 'ArrowDown':
      return columns;
    case 'ArrowUp':
      return -columns;
    default:
      return null;
  }
}

/** Address under the pointer; null beside the squares. */
function toAddress(
  event: Pick<PointerEvent<SVGSVGElement>, 'clientX' | 'clientY' | 'currentTarget'>,
  { columns, label, width, rows }: Drawing,
): number | null {
  const box = event.currentTarget.getBoundingClientRect();
  const scale = width / box.width;
  const column = Math.floor(((event.clientX - box.left) * scale - label) / CELL);
  const y = (event.clientY - box.top) * scale;
  const row = rows.find(({ top }) => top <= y && y < top + CELL);
  if (row === undefined || column < 0 || column >= columns) return null;
  return row.first + column;
}
