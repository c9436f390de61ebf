import { statSync } from 'node:fs';
import { errorCode } from './error_code.ts';

/** Which version of a file was read, by its path. A file that is not there has a version, too. */
export type FileVersions = ReadonlyMap<string, string>;

/** The version of a file as it is now. Symbolic links are followed: another target is another version. */
export function versionOf(path: string): string {
  try {
    const { ino, mtimeNs, size } = statSync(path, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch (error) {
    return errorCode(error) ?? 'unreadable';
  }
}

/** Whether two readings are of the same files, each in the same version. */
export function sameVersions(left: FileVersions, right: FileVersions): boolean {
  return left.size === right.size && [...left].every(([path, version]) => right.get(path) === version);
}

/** When the newest of these files was written; undefined where there is none. */
export function writtenAt(versions: FileVersions): Date | undefined {
  const times = [...versions.values()].flatMap((version) => {
    const [, nanoseconds] = version.split(' ');
    return nanoseconds === undefined ? [] : [Number(BigInt(nanoseconds) / 1_000_000n)];
  });
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}
