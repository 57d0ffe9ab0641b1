/** Entry of the page: texts first, then the app. */
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { showLanguage, startTexts } from './locales/i18n.ts';
import { getSettings, subscribeSettings } from './settings.ts';
import './styles/base.css';
import './styles/tags.css';
import './styles/frame.css';
import './styles/overview.css';
import './styles/points.css';
import './styles/equipment.css';
import './styles/lists.css';
import './styles/ticket.css';
import './styles/service.css';
import './styles/people.css';
import './styles/slip.css';
import './styles/paper.css';
import './styles/links.css';
import './styles/plan.css';
import './styles/quality.css';
import './styles/commissioning.css';
import './styles/writing.css';
import './styles/trends.css';
import './styles/storage.css';
import './styles/alarms.css';
import './styles/rules.css';
import './styles/reports.css';
import './styles/phone.css';

/** Follows the settings in what stands outside of React. */
function applySettings(): void {
  const { language, theme } = getSettings();
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset['theme'] = theme;
  void showLanguage(language);
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
await startTexts(getSettings().language);
applySettings();
subscribeSettings(applySettings);
createRoot(root).render(<App />);
