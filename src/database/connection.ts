/** Where PostgreSQL is: a URL, or the socket folder of the embedded server. */
export type Connection = Remote | { host: string; user: string; database: string };

interface Remote {
  url: string;
  /** False behind a pooler that gives each transaction another connection: nothing is left to the next one then. */
  prepared?: boolean;
  /** Where reads may go that may be some seconds old. */
  replica_url?: string | undefined;
}
