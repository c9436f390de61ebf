import { z } from 'zod';
import { parseAddress } from '../kit/addresses.ts';

/** Who our mails come from. */
export interface Sender {
  name: string;
  address: string;
}

/** Parses `Acme <no-reply@acme.example>` or a bare address; undefined when it is neither. */
export function parseSender(from: string): Sender | undefined {
  const match = /^(?:"?([^"<>\p{C}]*?)"?\s*<([^<>]+)>|([^<>\s]+))$/u.exec(from.trim());
  const address = parseAddress(match?.[2] ?? match?.[3] ?? '');
  return address && { name: match?.[1]?.trim() ?? '', address: address.stored };
}

/** `mail:` in the config. Without `smtp`, or with an empty one, mails go to the development mailbox, which exists in development mode only. */
export const mailSettings = z.strictObject({
  from: z
    .string()
    .refine((from) => parseSender(from) !== undefined, 'a sender such as "Acme <no-reply@acme.example>"')
    .default('Gatehouse <no-reply@localhost>'),
  smtp: z
    .string()
    .refine(
      (url) => url === '' || /^smtps?:$/.test(URL.parse(url)?.protocol ?? ''),
      'a URL that starts with smtp:// or smtps://',
    )
    .transform((url) => url || undefined)
    .optional(),
  new_device: z
    .boolean()
    .default(true)
    .describe('Whether people get a mail when they sign in on another browser than before.'),
});

/** How mails are sent. */
export type MailSettings = z.infer<typeof mailSettings>;
