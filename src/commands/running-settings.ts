/** What the parts of the gateway are told by the config: made anew as a whole when it is read again. */
import { AUTH_LIMITS } from '../auth/limits.ts';
import { type Lookup, systemLookup } from '../auth/resolver.ts';
import { canonicalAddress, type NetworkList, parseNetworks } from '../auth/trusted-networks.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Authenticate, createAuthenticator } from '../intake/authenticate.ts';
import { type ContentReader, createContentReader } from '../intake/content-reader.ts';
import type { FreeSpace } from '../intake/free-space.ts';
import type { Log } from '../log.ts';
import { createLookUp, type LookUp } from '../lookup/account-look-up.ts';
import { localDoors } from './local-doors.ts';

/** All that is made from a config and follows it when it is read again. `limits` follow it by themselves. */
export function settingsOf(
  config: Config,
  {
    limits,
    space,
    log,
    lookup,
    clock,
  }: {
    readonly limits: Config['limits'];
    readonly space: FreeSpace;
    readonly log: Log;
    readonly lookup: Lookup;
    readonly clock: Clock;
  },
) {
  const relays = relayAddresses(config);
  const door = {
    ...config.smtp,
    hostname: config.hostname,
    tls: config.smtp.tls ?? null,
    limits,
    xclientRelays: relaysThat(config, 'xclient'),
    xforwardRelays: relaysThat(config, 'xforward'),
    proxyRelays: relaysThat(config, 'proxy'),
    relays,
    space,
    drainMs: config.smtp.drainSeconds * 1000,
  };
  const { lmtpDoor, deliverDoor } = localDoors(config, door);
  return {
    rates: { ...config.limits, exempt: relays },
    door,
    lmtpDoor,
    deliverDoor,
    lookUp: lookUpFor(config, clock, log),
    authenticate: authenticatorFor(config, log, lookup),
  };
}

/** With the limits of the config; commands that read one mail after the other need no workers for ordinary ones. */
export function contentReaderFor(config: Config, log: Log, workers: number, workerFile?: URL): ContentReader {
  const { seconds, megabytes } = config.limits.reading;
  const options = { workers, mailMs: seconds * 1000, heapMb: megabytes };
  return createContentReader(workerFile === undefined ? options : { ...options, workerFile }, log);
}

/** As the config says. */
export function authenticatorFor(config: Config, log: Log, lookup: Lookup = systemLookup(AUTH_LIMITS)): Authenticate {
  const reporting = config.trustedRelays.flatMap((relay) =>
    relay.tells === 'authentication-results' ? [[canonical(relay.address), relay] as const] : [],
  );
  return createAuthenticator({
    mode: config.authentication,
    staffNetworks: networks(config.staffNetworks),
    reportingRelays: new Map(reporting),
    localRelay: config.localRelay.tells === 'authentication-results' ? config.localRelay : null,
    relays: relayAddresses(config),
    lookup,
    hostname: config.hostname,
    log,
  });
}

function lookUpFor({ lookup, lookupSecret, departments }: Config, clock: Clock, log: Log): LookUp | null {
  if (lookup === undefined || lookupSecret === null) return null;
  return createLookUp({ ...lookup, secret: lookupSecret, departments: departments.map(({ key }) => key) }, clock, log);
}

function relaysThat(config: Config, tells: Config['trustedRelays'][number]['tells']): string[] {
  return config.trustedRelays.filter((relay) => relay.tells === tells).map(({ address }) => canonical(address));
}

function relayAddresses(config: Config): ReadonlySet<string> {
  return new Set(config.trustedRelays.map(({ address }) => canonical(address)));
}

/** One way to write each address, however the config has it. */
function canonical(address: string): string {
  return canonicalAddress(address) ?? address;
}

function networks(entries: readonly string[]): NetworkList {
  const parsed = parseNetworks(entries);
  // The config was checked when it was loaded.
  if (!parsed.ok) throw new Error(`not a network: ${parsed.invalid.join(', ')}`);
  return parsed.networks;
}
