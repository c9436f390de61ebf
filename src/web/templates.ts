import { statSync } from 'node:fs';
import type { compileTemplate, LocalsObject } from 'pug';

/** The part of consolidate's shape that koa-views asks for. */
interface EngineSource {
  pug(file: string, state: { locals: LocalsObject }): Promise<string>;
}

// Pug notes what a template includes and extends; its types leave it out.
type Template = compileTemplate & { dependencies?: string[] };

/**
 * Our own Pug engine for koa-views: each template is compiled once; in development again when it or anything it includes
 * has changed. Only `state.locals` reaches a template: koa-views mixes its options and ctx.state into the rest, and the
 * engine it would bring takes all of that as compiler options.
 */
export function pugEngine(deps: { viewsDir: string; development: boolean }): EngineSource {
  const compiled = new Map<string, { template: Template; version: string }>();

  const templateOf = async (file: string): Promise<Template> => {
    const known = compiled.get(file);
    if (known && (!deps.development || known.version === versionOf(file, known.template))) return known.template;
    // With the parser of JavaScript that it brings it is a good part of a start, which need not wait for it.
    const { default: pug } = await import('pug');
    const template: Template = pug.compileFile(file, { basedir: deps.viewsDir, compileDebug: deps.development });
    compiled.set(file, { template, version: versionOf(file, template) });
    return template;
  };

  return { pug: async (file, { locals }) => (await templateOf(file))(locals) };
}

/** Changes whenever one of the files of a template does. */
function versionOf(file: string, template: Template): string {
  return [file, ...(template.dependencies ?? [])]
    .map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    .join();
}
