/** Problems of a refused file, each with its line, as the gateway names them. */
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client.ts';

interface FileProblem {
  readonly line?: number | null;
  readonly path?: string;
  readonly text?: { readonly zh: string; readonly en: string } | string;
  readonly message?: string;
  readonly expected?: string;
}

/** Nothing where the error brings no problems. */
export function ProblemList({ error }: { readonly error: Error }) {
  const { t, i18n } = useTranslation();
  const given = error instanceof ProblemError ? error.params['problems'] : undefined;
  if (!Array.isArray(given) || given.length === 0) return null;
  const toText = ({ path = '', text, message, expected }: FileProblem): string => {
    const words = typeof text === 'object' ? text[i18n.language === 'en' ? 'en' : 'zh'] : text;
    return [path, words ?? message ?? expected ?? ''].filter((part) => part !== '').join(' ');
  };
  return (
    <ul className="plain-list" data-testid="problem-list">
      {(given as readonly FileProblem[]).map((problem) => (
        <li key={`${problem.line ?? ''} ${toText(problem)}`}>
          {problem.line == null
            ? toText(problem)
            : t('roster.problem', { line: problem.line, text: toText(problem) })}
        </li>
      ))}
    </ul>
  );
}
