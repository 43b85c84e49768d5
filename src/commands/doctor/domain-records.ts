/**
 * The DNS records of the departments' domains: where mail for them goes (MX), who may send for them (SPF, RFC 7208),
 * and what others do with forgeries (DMARC, RFC 7489). Reads what DNS says and judges it; changes nothing.
 */
import { readDmarcRecords } from '../../auth/dmarc-record.ts';
import type { DnsRecords, Lookup, MxRecord, RecordType } from '../../auth/resolver.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** Long enough for a slow resolver. */
const QUERY_MS = 5_000;

type Answer = { readonly kind: 'records'; readonly records: DnsRecords } | { readonly kind: 'none' | 'failed' };

export async function checkDomains(
  domains: readonly string[],
  hostname: string,
  lookup: Lookup,
  /** Ours alone is checked when somebody else receives for us. */
  behindRelay: boolean,
): Promise<Finding[]> {
  const host = await checkHostname(hostname, lookup);
  const each = await Promise.all(domains.map((domain) => checkDomain(domain, hostname, lookup, behindRelay)));
  return [...host, ...each.flat()];
}

async function checkHostname(hostname: string, lookup: Lookup): Promise<Finding[]> {
  const answers = await Promise.all([ask(lookup, hostname, 'A'), ask(lookup, hostname, 'AAAA')]);
  if (answers.some(({ kind }) => kind === 'records')) return [ok('hostname', `${hostname} has an address`)];
  if (answers.some(({ kind }) => kind === 'failed')) return [noAnswer(hostname, 'A')];
  const todo = `publish an A or AAAA record for ${hostname}, or correct hostname: other servers look it up`;
  return [problem('hostname-unknown', `${hostname} has no address in DNS`, todo)];
}

async function checkDomain(domain: string, hostname: string, lookup: Lookup, behindRelay: boolean): Promise<Finding[]> {
  const [mx, spf, dmarc] = await Promise.all([
    ask(lookup, domain, 'MX'),
    ask(lookup, domain, 'TXT'),
    ask(lookup, `_dmarc.${domain}`, 'TXT'),
  ]);
  return [...judgeMx(domain, hostname, mx, behindRelay), ...judgeSpf(domain, spf), ...judgeDmarc(domain, dmarc)];
}

function judgeMx(domain: string, hostname: string, answer: Answer, behindRelay: boolean): Finding[] {
  if (answer.kind === 'failed') return [noAnswer(domain, 'MX')];
  const hosts = (answer.kind === 'records' ? answer.records : [])
    .filter((record): record is MxRecord => typeof record === 'object' && 'exchange' in record)
    .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
    .filter((exchange) => exchange !== '');
  if (hosts.length === 0)
    return [
      problem(
        'mx-missing',
        `${domain} has no MX record: mail for it does not find its way`,
        `publish "${domain} MX 10 ${hostname}."`,
      ),
    ];
  if (behindRelay || hosts.includes(hostname.toLowerCase())) return [ok('mx', `${domain} MX ${hosts.join(', ')}`)];
  const todo =
    'fine where that server passes mail on to this one (then name it in trustedRelays); otherwise correct the record';
  return [warning('mx-elsewhere', `mail for ${domain} goes to ${hosts.join(', ')}, not to ${hostname}`, todo)];
}

function judgeSpf(domain: string, answer: Answer): Finding[] {
  if (answer.kind === 'failed') return [noAnswer(domain, 'TXT')];
  const records = texts(answer).filter((text) => /^v=spf1(?: |$)/i.test(text));
  const [record] = records;
  if (record === undefined) {
    const todo = `publish one that names the servers that send for ${domain}: "v=spf1 mx -all", or with include: of your smarthost`;
    return [problem('spf-missing', `${domain} has no SPF record: receipts look like forgeries`, todo)];
  }
  if (records.length > 1)
    return [
      problem('spf-several', `${domain} has ${records.length} SPF records, which counts as none`, 'make one of them'),
    ];
  const last = record.trim().split(/\s+/).at(-1)?.toLowerCase() ?? '';
  if (last === '+all' || last === 'all')
    return [
      problem('spf-open', `the SPF record of ${domain} lets everybody send (${last})`, 'end it with -all or ~all'),
    ];
  if (!/^[-~?]all$/.test(last) && !/^redirect=/.test(last))
    return [
      warning('spf-no-end', `the SPF record of ${domain} does not say what of others`, 'end it with -all or ~all'),
    ];
  return [ok('spf', `${domain} ${record.slice(0, 120)}`)];
}

function judgeDmarc(domain: string, answer: Answer): Finding[] {
  if (answer.kind === 'failed') return [noAnswer(`_dmarc.${domain}`, 'TXT')];
  const found = readDmarcRecords(texts(answer));
  if (found.kind === 'empty') {
    const todo = `publish "_dmarc.${domain} TXT v=DMARC1; p=quarantine" once SPF and DKIM are in order; begin with p=none`;
    return [warning('dmarc-missing', `${domain} has no DMARC record: anybody can write in its name`, todo)];
  }
  if (found.kind === 'unusable')
    return [
      problem(
        'dmarc-unusable',
        `the DMARC record of ${domain} can't be used`,
        'there must be one record, "v=DMARC1; p=…" in front',
      ),
    ];
  if (found.record.p === 'none') {
    const todo = 'raise it to quarantine or reject once the reports show that your own mail passes';
    return [warning('dmarc-none', `the DMARC policy of ${domain} is none: forgeries are let through`, todo)];
  }
  return [ok('dmarc', `${domain} p=${found.record.p}`)];
}

function noAnswer(name: string, type: RecordType): Finding {
  const todo = 'look at the resolver of this machine (/etc/resolv.conf); --no-dns leaves these checks out';
  return problem('dns-no-answer', `DNS gives no answer for ${name} ${type}`, todo);
}

function texts(answer: Answer): string[] {
  if (answer.kind !== 'records') return [];
  return answer.records.map((record) => (Array.isArray(record) ? record.join('') : String(record)));
}

const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

async function ask(lookup: Lookup, name: string, type: RecordType): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'failed' }), QUERY_MS);
  });
  const asked = lookup(name, type).then(
    (records): Answer => (records.length === 0 ? { kind: 'none' } : { kind: 'records', records }),
    (error: unknown): Answer => ({
      kind: error instanceof Error && 'code' in error && ABSENT.has(String(error.code)) ? 'none' : 'failed',
    }),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
