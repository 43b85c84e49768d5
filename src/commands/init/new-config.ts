/** From a few answers to a config file. Pure; what is not asked has the default of the schema. */
import { domainOf } from '../../mail/address.ts';
import type { Language } from '../../tickets/model.ts';

export interface Answers {
  readonly company: string;
  /** Normal form, at least one. */
  readonly mailboxes: readonly string[];
  readonly hostname: string;
  /** This machine receives the domain's mail itself; otherwise another server passes it on. */
  readonly mx: boolean;
  readonly language: Language;
  readonly staff: readonly { readonly name: string; readonly address: string }[];
  /** `null`: receipts are written to files. */
  readonly smarthost: {
    readonly host: string;
    readonly port: number;
    readonly user: string | null;
    /** Path as it stands in the config. */
    readonly passwordFile: string | null;
  } | null;
  /** What `$schema` says. */
  readonly schema: string;
}

/** Departments that nearly every company has, by the usual names of their mailboxes. */
const KNOWN: Readonly<Record<string, { readonly key: string; readonly es: string; readonly en: string }>> = {
  soporte: { key: 'soporte', es: 'Soporte técnico', en: 'Technical support' },
  support: { key: 'soporte', es: 'Soporte técnico', en: 'Technical support' },
  facturacion: { key: 'facturacion', es: 'Facturación', en: 'Billing' },
  billing: { key: 'facturacion', es: 'Facturación', en: 'Billing' },
  ventas: { key: 'ventas', es: 'Ventas', en: 'Sales' },
  sales: { key: 'ventas', es: 'Ventas', en: 'Sales' },
  abuse: { key: 'abuse', es: 'Abusos', en: 'Abuse' },
};
const ENGLISH = new Set(['support', 'billing', 'sales']);
/** A stranger asks for an offer, or tells of an abuse. */
const OPEN_TO_ANYONE = new Set(['ventas', 'abuse']);

export function newConfig(answers: Answers): object {
  const { company, hostname, mx, smarthost, schema } = answers;
  return {
    $schema: schema,
    company,
    hostname,
    dataFolder: './data',
    smtp: mx ? { host: '0.0.0.0', port: 25 } : { host: '127.0.0.1', port: 2525 },
    authentication: 'dmarc',
    // Without it every mail seems to come from the server in front (docs/en/mailboxes.md says what to set there).
    ...(mx ? {} : { trustedRelays: [{ address: '127.0.0.1', tells: 'xforward' }] }),
    departments: departmentsOf(answers),
    outbound: {
      transport:
        smarthost === null
          ? { type: 'file', folder: './data/outbox' }
          : {
              type: 'smtp',
              host: smarthost.host,
              port: smarthost.port,
              ...(smarthost.port === 465 ? { secure: true } : {}),
              ...(smarthost.user === null ? {} : { user: smarthost.user }),
              ...(smarthost.passwordFile === null ? {} : { password: { file: smarthost.passwordFile } }),
            },
    },
  };
}

function departmentsOf({ mailboxes, language, staff }: Answers): object[] {
  const departments = new Map<string, { readonly es: string; readonly en: string; readonly boxes: object[] }>();
  for (const address of mailboxes) {
    const local = address.slice(0, -domainOf(address).length - 1);
    const known = Object.hasOwn(KNOWN, local) ? KNOWN[local] : undefined;
    const key = known?.key ?? keyOf(local);
    const { es, en } = known ?? { es: titled(local), en: titled(local) };
    const department = departments.get(key) ?? { es, en, boxes: [] };
    department.boxes.push({ address, language: ENGLISH.has(local) ? 'en' : known === undefined ? language : 'es' });
    departments.set(key, department);
  }
  return [...departments].map(([key, { es, en, boxes }]) => ({
    key,
    names: { es, en },
    mailboxes: boxes,
    ...(OPEN_TO_ANYONE.has(key) ? { accepts: 'anyone' } : {}),
    language,
    ...(staff.length === 0 ? {} : { staff }),
  }));
}

/** What the schema takes: lower-case letters, digits and hyphens, a letter in front. */
function keyOf(local: string): string {
  const key = local
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 31);
  return key === '' ? 'buzon' : key;
}

function titled(local: string): string {
  return local.charAt(0).toUpperCase() + local.slice(1);
}
