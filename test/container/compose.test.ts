import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }),
  read_only: z.boolean().default(false),
  restart: z.string(),
});
const composeFile = z.object({
  services: z.record(z.string(), service.loose()),
  volumes: z.record(z.string(), z.object({}).loose()),
});

const source = readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8');
const document = parseDocument(source, { uniqueKeys: true });
const { services, volumes } = composeFile.parse(document.toJS());
const { gatehouse, database, mails } = services;

describe('docker-compose.yml', () => {
  it('is YAML without mistakes', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expect(Object.keys(services)).toEqual(['gatehouse', 'database', 'mails']);
  });

  it('opens ports on this machine only', () => {
    const ports = Object.values(services).flatMap((each) => each.ports);
    expect(ports).not.toEqual([]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(database?.ports).toEqual([]);
  });

  it('maps the issuer and the simulator to the ports they listen on', () => {
    expect(gatehouse?.ports).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:3001:3001']);
    expect(gatehouse?.environment).toMatchObject({ HOST: '0.0.0.0', PORT: '3000' });
  });

  it('asks every service for its health, and starts Gatehouse when the others are healthy', () => {
    for (const { healthcheck } of Object.values(services)) expect(healthcheck.test[0]).toBe('CMD');
    expect(gatehouse?.depends_on).toEqual({
      database: { condition: 'service_healthy' },
      mails: { condition: 'service_healthy' },
    });
  });

  it('gives Gatehouse the database and the mail catcher that it starts', () => {
    const url = new URL(withDefaults(gatehouse?.environment['DATABASE_URL'] ?? ''));
    expect([url.hostname, url.username, url.password, url.pathname.slice(1)]).toEqual([
      'database',
      database?.environment['POSTGRES_USER'],
      withDefaults(database?.environment['POSTGRES_PASSWORD'] ?? ''),
      database?.environment['POSTGRES_DB'],
    ]);
    expect(new URL(gatehouse?.environment['SMTP_URL'] ?? '').hostname).toBe('mails');
    expect(mails?.image).toMatch(/:v\d/);
  });

  it('sets the mail server by a variable that the shipped configuration reads', () => {
    const shipped = readFileSync(join(import.meta.dirname, '../../config/gatehouse.yaml'), 'utf8');
    const { mail } = z.object({ mail: z.object({ smtp: z.string() }) }).parse(parseDocument(shipped).toJS());
    expect(mail.smtp).toContain('SMTP_URL');
  });

  it('needs no variable to be set', () => {
    const references = [...source.matchAll(/\$\{([^}]*)\}/g)].map(([, inner]) => inner ?? '');
    expect(references.filter((reference) => !reference.includes(':-'))).toEqual([]);
  });

  it('keeps the data in declared volumes, PostgreSQL 18 in the folder above its versions', () => {
    const used = Object.values(services).flatMap((each) => each.volumes.map((volume) => volume.split(':')[0]));
    expect(used).toEqual(Object.keys(volumes));
    expect(database?.image).toBe('postgres:18');
    expect(database?.volumes).toEqual(['database:/var/lib/postgresql']);
  });
});

/** The value when no variable is set. */
function withDefaults(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}
