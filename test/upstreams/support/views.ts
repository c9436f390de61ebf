import pug from 'pug';
import { translator } from '../../../src/locales/index.ts';
import type { Render } from '../../../src/upstreams/simulator/provider.ts';

const t = translator('en');

/** The real views of the simulator, as the product renders them. */
export const viewsRender: Render = async (view, page) =>
  pug.renderFile(`views/${view}.pug`, {
    cache: true,
    t,
    locale: 'en',
    title: '',
    screen: view.replace('/', '-'),
    page,
  });
