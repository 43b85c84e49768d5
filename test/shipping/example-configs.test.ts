/** The configs of docs/examples/configs: each is good for the real loader, and says what its README promises. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/commands/command.ts';
import { type Config, loadConfig } from '../../src/config.ts';

const folder = new URL('../../docs/examples/configs/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const environment = { TAQUILLA_SMARTHOST_PASSWORD: 'a secret' };

function load(name: string, variables: NodeJS.ProcessEnv = environment): Config | string[] {
  const result = loadConfig(new URL(name, folder).pathname, variables);
  return result.ok ? result.config : result.problems.map((problem) => describeProblem(name, problem));
}

function good(name: string): Config {
  const config = load(name);
  if (Array.isArray(config)) throw new Error(config.join('\n'));
  return config;
}

describe('an example config', () => {
  it.each(names)('%s is good', (name) => {
    expect(load(name)).toMatchObject({ company: 'Hosting Ejemplo' });
  });

  it.each(names)('%s is told of in the README', (name) => {
    expect(readFileSync(new URL('README.md', folder), 'utf8')).toContain(`| [${name}](${name}) |`);
  });

  it.each(names)('%s has no password in it', (name) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).not.toMatch(/"password": "/);
  });

  it('is there for the five usual set-ups', () => {
    expect(names.map((name) => basename(name, '.json')).sort()).toEqual([
      'behind-postfix',
      'behind-spam-filter',
      'cpanel-pipe',
      'local-test',
      'mx',
    ]);
  });
});

describe('what they are for', () => {
  it('nothing leaves the machine in a local test, and nobody else connects', () => {
    const { smtp, outbound } = good('local-test.json');
    expect(smtp.host).toBe('127.0.0.1');
    expect(outbound.transport.type).toBe('file');
  });

  it('only the local test believes whoever connects', () => {
    expect(names.filter((name) => good(name).authentication === 'off')).toEqual(['local-test.json']);
  });

  it('the MX listens for everybody, with STARTTLS and DMARC, and refuses strangers in the dialogue', () => {
    const { smtp, authentication, trustedRelays, policy } = good('mx.json');
    expect({ ...smtp, authentication, trustedRelays }).toMatchObject({
      host: '0.0.0.0',
      port: 25,
      tls: { cert: expect.stringMatching(/\.pem$/) },
      authentication: 'dmarc',
      trustedRelays: [],
    });
    for (const { unregistered } of policy.departments) expect(unregistered).toBe('refuse');
  });

  it.each(['behind-postfix.json', 'behind-spam-filter.json', 'cpanel-pipe.json'])(
    '%s refuses no stranger, because that would become a bounce to somebody else',
    (name) => {
      for (const { unregistered } of good(name).policy.departments) expect(unregistered).toBe('notify');
    },
  );

  it.each([
    ['behind-postfix.json', 'xforward'],
    ['behind-spam-filter.json', 'authentication-results'],
  ])('%s trusts the server in front, which tells by %s', (name, tells) => {
    const { trustedRelays } = good(name);
    expect(trustedRelays.length).toBeGreaterThan(0);
    for (const relay of trustedRelays) expect(relay.tells).toBe(tells);
  });

  it('a pipe of cPanel refuses nobody for missing proof, and believes no address to be the staff’s', () => {
    expect(good('cpanel-pipe.json')).toMatchObject({ authentication: 'monitor', staffNetworks: [], trustedRelays: [] });
  });

  it('a missing password is told by the name of its variable', () => {
    expect(load('mx.json', {})).toEqual([
      'mx.json: outbound.transport.password: the environment variable TAQUILLA_SMARTHOST_PASSWORD is not set',
    ]);
  });
});
