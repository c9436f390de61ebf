/** In the `upstreams` of a client: signing in with an address and a password, beside the ids of upstreams. */
export const LOCAL_WAY = 'local';

/** Whether a client takes people who come this way: the id of an upstream, or `local`. Without a list it takes everybody. */
export function takes(upstreams: readonly string[] | undefined, way: string | undefined): boolean {
  return upstreams === undefined || (way !== undefined && upstreams.includes(way));
}
