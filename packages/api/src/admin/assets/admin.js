// What scripts add to the pages, which work without them.
import { guardForms } from './confirm.js';
import { takeShortcuts } from './keyboard.js';
import { changed, keepLive } from './live.js';
import { keepTime } from './times.js';

keepTime();
guardForms();
takeShortcuts();
keepLive();
if (document.querySelector('figure[data-chart]')) {
  const { drawCharts } = await import('./charts.js');
  drawCharts(changed);
}
