import type { Adapter } from 'oidc-provider';
import { deviceCodes, type DeviceCodesDeps } from './device_codes.ts';
import { models } from './models.ts';
import { paced } from './polling.ts';

/** The adapters of what waits for a person's answer, each with what decides about that. */
export function awaitedAdapters(stored: (name: string) => Adapter, deps: DeviceCodesDeps): (name: string) => Adapter {
  return (name) => {
    const adapter = stored(name);
    if (name === 'DeviceCode') return deviceCodes(paced(adapter, models.DeviceCode, deps.database), deps);
    if (name === 'BackchannelAuthenticationRequest') return paced(adapter, models[name], deps.database);
    return adapter;
  };
}
