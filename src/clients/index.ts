/**
 * Room: clients. The apps that may send people here, as the config registers them: schema, safe templates, registry.
 * URLs: none; the protocol engine reads the registry through its adapter.
 * Never: stores clients in the database, or decides what the protocol allows (the engine's own schema does that).
 */
export { clientSettings, clientTypes, type ClientInput, type ClientSettings, type ClientType } from './settings.ts';
export { clientKeys } from './metadata_names.ts';
export { toMetadata, type ClientMetadata } from './templates.ts';
export { checkClient, type ClientProblem } from './check_client.ts';
export { openClients, type Clients, type ClientsDeps, type ListedClient } from './registry.ts';
