import type { Logger } from '../kit/logger.ts';
import type { CertificateHeaders } from './client_certificate.ts';
import type { Devices } from './devices.ts';
import type { ErrorEvent } from './errors.ts';
import type { ConfigShown, Probe } from './health.ts';
import type { BrandSettings, HttpSettings } from './settings.ts';

/** What can change while the process runs. */
export interface WebLook {
  /** With absolute paths of pictures. */
  brand: BrandSettings;
  http: Pick<HttpSettings, 'trusted_hops'>;
}

/** What the room needs from the others. */
export interface WebDeps extends WebLook {
  /** Origin of the issuer: no path, no trailing slash. */
  issuer: string;
  mode: 'development' | 'production';
  http: Pick<HttpSettings, 'trusted_hops' | 'metrics_port'>;
  /** Asked at every request: the headers in which the proxy tells the certificate of a client. */
  certificateHeaders?: () => CertificateHeaders | undefined;
  /** Asked at every request: the first key signs, all verify. */
  cookieKeys: () => string[];
  formKey: Buffer;
  /** By it the doctor's own requests are known; without it there are none. */
  doctorKey?: Buffer;
  /** Writes one security event; never rejects. */
  record: (event: ErrorEvent) => Promise<void>;
  logger: Logger;
  /** The metrics of every process on this machine; absent where this one is alone. */
  numbersOfAll?: (() => Promise<object[]>) | undefined;
  probes: Probe[];
  /** The configuration in force, for /health/ready. */
  config?: () => ConfigShown;
  /** Absent: no place is known. */
  devices?: Devices;
  viewsDir?: string;
  assetsDir?: string;
}
