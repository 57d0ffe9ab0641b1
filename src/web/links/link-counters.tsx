/** Counters of a link since start, grouped; the exceptions of its devices by code; those of the port where modems dial in. */
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '../api/types.ts';
import { zhLinks } from '../locales/zh-links.ts';
import { useFormat } from '../shared/use-format.ts';
import { type GroupedCounter, isFault, toCounterGroups } from './counter-groups.ts';

interface LinkProps {
  readonly link: LinkStatus;
}

type KnownCounter = keyof typeof zhLinks.counter;

export function LinkCounters({ link }: LinkProps) {
  const { t } = useTranslation();
  const groups = toCounterGroups(link.counters);
  return (
    <section className="panel" data-testid="link-counters">
      <h3>{t('links.counters')}</h3>
      <div className="counter-groups">
        {groups.map(({ group, counters }) => (
          <div key={group}>
            <h4>{t(`counterGroup.${group}`)}</h4>
            <dl className="counters">
              {counters.map((counter) => (
                <Counter key={counter.name} counter={counter} />
              ))}
            </dl>
          </div>
        ))}
      </div>
    </section>
  );
}

function Counter({ counter }: { readonly counter: GroupedCounter }) {
  const { t } = useTranslation();
  const { name, count } = counter;
  return (
    <div className={count === 0 ? 'counter is-zero' : 'counter'}>
      <dt>{isKnown(name) ? t(`counter.${name}`) : name.replaceAll('_', ' ')}</dt>
      <dd className={isFault(counter) ? 'figures attention' : 'figures'}>{toCountText(count)}</dd>
    </div>
  );
}

/** `1,234,567` in both languages. */
function toCountText(count: number): string {
  return count.toLocaleString('en');
}

function isKnown(name: string): name is KnownCounter {
  return Object.hasOwn(zhLinks.counter, name);
}

/** Nothing where the protocol has none. */
export function LinkExceptions({ link }: LinkProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (link.counters['exceptions'] === undefined) return null;
  return (
    <section className="panel" data-testid="link-exceptions">
      <h3>{t('links.exceptionsTitle')}</h3>
      {link.exceptions.length === 0 && <p className="hint">{t('links.noExceptions')}</p>}
      <dl className="counters">
        {link.exceptions.map(({ code, text, count }) => (
          <div key={code} className="counter">
            <dt>
              <b className="figures exception-code" title={`0x${toHex(code)}`}>
                {toHex(code)}
              </b>{' '}
              {format.text(text)}
            </dt>
            <dd className="figures attention">{toCountText(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What was met at the port where modems dial in, before any link was known. Nothing for a link that they do not dial in to. */
export function ListenerCounters({ link: { listener } }: LinkProps) {
  const { t } = useTranslation();
  if (listener === null) return null;
  return (
    <section className="panel" data-testid="listener-counters">
      <h3>{t('links.listenerTitle', { place: listener.place })}</h3>
      <p className="hint">{t('links.listenerHelp')}</p>
      <dl className="counters">
        {Object.entries(listener.counters).map(([name, count]) => (
          <div key={name} className={count === 0 ? 'counter is-zero' : 'counter'}>
            <dt>{isOfListener(name) ? t(`listener.${name}`) : name.replaceAll('_', ' ')}</dt>
            <dd className={count > 0 ? 'figures attention' : 'figures'}>{toCountText(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function isOfListener(name: string): name is keyof typeof zhLinks.listener {
  return Object.hasOwn(zhLinks.listener, name);
}

/** As manuals write it: `02`, `0B`. */
function toHex(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0');
}
