import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LOG_LEVELS, readEnvironment, type Environment } from './environment.ts';
import { settleGivenIssuer } from './given_issuer.ts';
import { settingsShape } from './json_schema.ts';
import { fileFindings, picturesIn, resolveFiles } from './files.ts';
import { versionOf, type FileVersions } from './file_versions.ts';
import { idFindings } from './id_rules.ts';
import { nearest, sortMistakes, type Mistake } from './mistakes.ts';
import { knownParts } from './known.ts';
import { needsRestart } from './needs_restart.ts';
import { docsOf } from './rule_book.ts';
import { roomFindings } from './room_findings.ts';
import { crossFieldFindings, type Finding } from './rules.ts';
import { describeFound, hideValues } from './secrets.ts';
import { settingsSchema, toSettings, type Settings } from './settings.ts';
import { settingsHash } from './settings_hash.ts';
import { readSources, shownPath } from './sources.ts';
import { dotted, placeAt, positionOf, valueAt, type Path, type Tree } from './tree.ts';
import { convertSubstituted, schemaMistakes, unknownKey } from './validate.ts';

/** The configuration in force, or everything that is wrong with it. */
export type LoadedConfig =
  | {
      ok: true;
      /** What was read of the process environment. */
      environment: Environment;
      settings: Settings;
      warnings: Mistake[];
      /** A sentence for each variable that won over the file. */
      overrides: string[];
      /** The main file, as people type it. */
      file: string;
      /** SHA-256 over the effective settings without secrets. */
      hash: string;
      files: FileVersions;
    }
  | { ok: false; mistakes: Mistake[]; files: FileVersions };

/**
 * Reads and checks the whole configuration: `ok` means that the process boots and that every client resolves. Otherwise
 * all mistakes are returned at once, in the order of the files. Never throws for what an admin wrote. For a process that runs
 * by `inForce` it is a mistake, too, what only another process can take.
 */
export async function loadConfig(variables: NodeJS.ProcessEnv, cwd: string, inForce?: Settings): Promise<LoadedConfig> {
  const environment = readEnvironment(variables, cwd);
  const { tree, usable, mistakes, overrides, files } = readSources(environment, variables, cwd);
  if (!usable) return { ok: false, mistakes: explained(mistakes), files };
  // A large file takes a while: requests of a process that serves come in between.
  await nextTurn();
  settleGivenIssuer(tree);
  convertSubstituted(settingsSchema, tree);
  const folder = dirname(environment.configFile);
  await nextTurn();
  const findings = await findingsOf(tree, folder);
  await nextTurn();
  const all = [
    ...mistakes,
    ...schemaMistakes(settingsSchema, settingsShape, tree),
    ...explainMode(
      tree,
      findings.filter((finding) => !finding.warning),
    ).map((finding) => locate(tree, finding)),
  ];
  const parsed = settingsSchema.safeParse(tree.root);
  if (all.length > 0) return { ok: false, mistakes: explained(all), files };
  // A file that is refused without a word could not be mended.
  if (!parsed.success)
    throw new Error('the schema refuses the configuration and no finding says why', { cause: parsed.error });
  const settings = toSettings(parsed.data);
  const resolved = resolveFiles(settings, folder);
  const bound = inForce ? needsRestart(inForce, resolved).map((path) => restartMistake(tree, path)) : [];
  if (bound.length > 0) return { ok: false, mistakes: explained(bound), files };
  return {
    ok: true,
    environment,
    settings: resolved,
    warnings: [...environmentWarnings(environment), ...explained(findings.map((finding) => locate(tree, finding)))],
    overrides,
    file: shownPath(environment.configFile, cwd),
    // Before paths become absolute: the same configuration in another folder is the same.
    hash: settingsHash(settings),
    files: new Map([...files, ...picturesIn(resolved).map((path) => [path, versionOf(path)] as const)]),
  };
}

/** In the order of the files, each with the place where its rule is explained. */
function explained(mistakes: readonly Mistake[]): Mistake[] {
  return sortMistakes(mistakes).map((mistake) => ({ ...mistake, docs: docsOf(mistake.rule) }));
}

/** What spans several keys, apart from keys whose value could not be made: their own mistake says enough. */
async function findingsOf(tree: Tree, folder: string): Promise<Finding[]> {
  const isBroken = (path: Path): boolean => placeAt(tree, path)?.broken === true;
  const present = (key: string): boolean => tree.root[key] !== undefined || isBroken([key]);
  const known = knownParts(tree);
  const findings = [
    ...crossFieldFindings(known, present),
    ...idFindings(known),
    ...fileFindings(known, folder),
    ...(await roomFindings(known)).map((finding) => ({ ...finding, message: hideValues(finding.message, tree) })),
  ];
  const key = ({ path, rule }: Finding): string => `${dotted(path)} ${rule}`;
  const first = new Map(findings.toReversed().map((finding) => [key(finding), finding]));
  return findings.filter((finding) => first.get(key(finding)) === finding && !isBroken(finding.path));
}

/** Whoever forgot `mode:` cannot know why production is asked of them: the first complaint about it says so. */
function explainMode(tree: Tree, findings: Finding[]): Finding[] {
  if (tree.root['mode'] !== undefined || placeAt(tree, ['mode'])?.broken) return findings;
  const inOrder = sortMistakes(
    findings.filter((finding) => finding.production).map((finding) => locate(tree, finding)),
  );
  const first = inOrder[0];
  return findings.map((finding) => {
    if (!first || finding.rule !== first.rule || dotted(finding.path) !== first.key) return finding;
    const message = `${finding.message}; mode is production because the file does not say mode: development`;
    return { ...finding, message };
  });
}

function restartMistake(tree: Tree, path: Path): Mistake {
  const key = dotted(path);
  return { ...positionOf(tree, path, 'key'), rule: 'needs_restart', key, message: `needs a restart: ${key}` };
}

function environmentWarnings({ unknownLogLevel: level }: Environment): Mistake[] {
  if (level === undefined) return [];
  const place = { file: 'environment variable LOG_LEVEL', line: 0, column: 0 };
  const message = 'this is no level, and info is taken';
  const accepted = LOG_LEVELS.join(', ');
  return [
    {
      ...place,
      rule: 'wrong_value',
      key: '',
      message,
      found: JSON.stringify(level),
      accepted,
      suggestion: nearest(level, LOG_LEVELS),
    },
  ];
}

function locate(tree: Tree, { path, rule, message, accepted, candidates }: Finding): Mistake {
  if (candidates) return { ...unknownKey(tree, path, candidates), rule, message };
  const value = valueAt(tree.root, path);
  const found = value === undefined ? undefined : describeFound(tree, path, value);
  return { ...positionOf(tree, path, 'value'), rule, key: dotted(path), message, found, accepted };
}
