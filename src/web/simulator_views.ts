import { translator } from '../locales/index.ts';
import { pugEngine } from './templates.ts';
import { folderOf, viewFile } from './view_files.ts';

/** Renders a page of the simulated upstreams, such as `simulator/picker`, to HTML. Rejects when the view fails. */
type RenderSimulator = (view: string, locals: Record<string, unknown>) => Promise<string>;

/** Opens the views of the simulator: English, of no brand, and with nothing of ours but these locals. */
export function createSimulatorViews(): RenderSimulator {
  const engine = pugEngine({ viewsDir: folderOf('views'), development: true });
  const common = { t: translator('en'), locale: 'en' };
  return (view, locals) =>
    engine.pug(viewFile(view), { locals: { ...common, screen: view.replace('/', '-'), page: locals } });
}
