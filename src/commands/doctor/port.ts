/** The SMTP door as a client sees it: who answers on its port, and if nobody does, could we listen there? */
import { createConnection, createServer, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Finding, ok, problem, warning } from './finding.ts';

const WAIT_MS = 5_000;
const NONE = 'no greeting';

export type Door =
  | { readonly kind: 'answers'; readonly banner: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent' };

export async function checkPort(host: string, port: number, hostname: string): Promise<Finding[]> {
  if (port === 0)
    return [warning('port-any', 'smtp.port is 0: the gateway takes another port at each start', 'set a port')];
  if (!isOurs(host)) return [problem('address-unknown', `this machine has no address ${host}`, 'correct smtp.host')];
  const door = await knock(reachable(host), port);
  const place = `${host}:${port}`;
  if (door.kind === 'silent')
    return [
      problem(
        'port-silent',
        `something listens on ${place} and says nothing`,
        'find out which program that is: ss -ltnp',
      ),
    ];
  if (door.kind === 'answers') {
    if (door.banner.startsWith(`220 ${hostname} `)) return [ok('gateway', `the gateway answers on ${place}`)];
    const said = door.banner.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
    return [
      problem('port-taken', `another program answers on ${place}: "${said}"`, 'stop it, or choose another smtp.port'),
    ];
  }
  return [notRunning(place), ...(await couldListen(host, port))];
}

function notRunning(place: string): Finding {
  return problem('gateway-down', `the gateway does not run: nothing answers on ${place}`, 'start it: taquilla serve');
}

/** Nothing answers: is it only that nobody has started it? */
function couldListen(host: string, port: number): Promise<Finding[]> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve([refused(error.code ?? '', host, port)]));
    server.listen(port, host, () => server.close(() => resolve([])));
  });
}

function refused(code: string, host: string, port: number): Finding {
  switch (code) {
    case 'EACCES': {
      const todo =
        'give the program the right to: AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit, or setcap cap_net_bind_service=+ep on the node binary; or choose a port above 1024 with a relay in front';
      return problem('port-refused', `this user may not listen on port ${port}`, todo);
    }
    default:
      return problem(
        'port-unusable',
        `nobody can listen on ${host}:${port} (${code})`,
        'correct smtp.host and smtp.port',
      );
  }
}

/** Asked first: a connection to somebody else's address hangs for long. */
function isOurs(host: string): boolean {
  if (isIP(host) === 0 || host === '0.0.0.0' || host === '::' || host.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === host));
}

/** What listens on all addresses is reached on the loopback. */
function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}

function knock(host: string, port: number): Promise<Door> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    let heard = '';
    const end = (door: Door) => {
      socket.destroy();
      resolve(door);
    };
    socket.setTimeout(WAIT_MS, () => end({ kind: 'silent' }));
    socket.on('data', (chunk: Buffer) => {
      heard = (heard + chunk.toString('latin1')).slice(0, 1000);
      const line = heard.split('\r\n', 2);
      if (line.length > 1) end({ kind: 'answers', banner: line[0] ?? '' });
    });
    socket.on('error', () => end({ kind: 'closed' }));
    socket.on('close', () => end({ kind: 'answers', banner: heard === '' ? NONE : heard }));
  });
}
