import { extname } from 'node:path';
import { z } from 'zod';
import { durationSetting } from '../kit/durations.ts';

const PICTURES = ['.svg', '.png', '.webp', '.jpg', '.jpeg'];

const picture = z
  .string()
  .refine((path) => PICTURES.includes(extname(path).toLowerCase()), `a picture: ${PICTURES.join(', ')}`)
  .describe('Path of a picture, relative to the config file.');

const page = z.url({ protocol: /^https$/, error: 'an https URL' });

/** The `brand:` block: whose door this is. Paths of pictures are absolute by the time `createWeb` gets them. */
export const brandSettings = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^\P{C}{1,60}$/u, 'one to sixty characters, on one line')
    .default('Gatehouse')
    .describe('The name of the organisation, in titles, buttons and mails.'),
  logo: picture.optional(),
  logo_dark: picture.optional().describe('Shown in the dark theme instead of logo.'),
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'a colour like "#0b5fff"')
    .default('#0b5fff')
    .describe('The only colour there is to set; both themes are computed from it.'),
  support: z.union([z.email(), page]).optional().describe('E-mail address or page for people who need help.'),
  privacy: page.optional(),
  terms: page.optional(),
});

/** The brand after parsing. */
export type BrandSettings = z.output<typeof brandSettings>;

/** The `places:` block: where people sign in from, roughly. Its path is absolute by the time it is opened. */
export const placeSettings = z.strictObject({
  database: z
    .string()
    .min(1)
    .optional()
    .describe("Path of a local database of places in MaxMind's format, relative to the config file."),
});

const port = z.int().min(1).max(65_535);

/** The `http:` block: where this process listens, and what stands in front of it. */
export const httpSettings = z.strictObject({
  port: port.default(3000),
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all.'),
  trusted_hops: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('How many proxies of yours append to X-Forwarded-For. 0: the header is ignored.'),
  metrics_port: port.optional().describe('Serves /metrics there, and only there.'),
  processes: z
    .union([z.literal('auto'), z.int().min(1).max(256)])
    .default(1)
    .describe('How many processes serve on this machine. auto: as many as it has cores for, beside PostgreSQL.'),
  drain_delay: durationSetting(
    '0s',
    'How long a process that stops goes on taking requests while /health/ready says so: longer than the proxy needs to see it.',
    { least: 0 },
  ),
  drain_timeout: durationSetting('5s', 'How long requests under way may take to finish when a process stops.'),
});

/** The listener after parsing. */
export type HttpSettings = z.output<typeof httpSettings>;
