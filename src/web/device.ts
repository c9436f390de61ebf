/** What a request tells of its device, in words that a person recognises. Each is absent where nothing is known. */
export interface Device {
  browser?: string;
  os?: string;
  /** Coarse, from the client address, which itself is kept nowhere. */
  place?: string;
}
