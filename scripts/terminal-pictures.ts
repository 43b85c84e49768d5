/**
 * `npm run docs:terminal`: the terminal as an admin sees it, into docs/pictures. Real commands in a real terminal (`script` of
 * util-linux), on an installation whose mails came over the last two days.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../src/clock.ts';
import { type DocsWorld, type Mail, SLOW, startWorld } from '../test/docs/world.ts';
import { terminalSvg } from './terminal-svg.ts';

const FOLDER = new URL('../docs/pictures/', import.meta.url);
const COLUMNS = 112;
const HOUR = 3_600_000;

const ana = { from: 'ana@laespiga.example', name: 'Ana Robles' };
const maya = { from: 'maya@northwind.example', name: 'Maya Lind' };
const jose = { from: `jose@${SLOW}`, name: '=?UTF-8?Q?Jos=C3=A9_Prieto?=' };
const stranger = { from: 'ofertas@desconocido.example', name: 'Oportunidades' };

/** Hours before now, and what came then. */
const MAILS: readonly (readonly [hours: number, mail: Mail])[] = [
  [31, { ...maya, subject: 'Invoice 2026-1107 is missing', to: 'facturacion@example.com' }],
  [26, { ...jose, subject: 'El certificado caduca el lunes' }],
  [9, { ...stranger, subject: 'Mejoramos tu posicionamiento' }],
  [5.2, { ...maya, subject: 'DNS for a new subdomain' }],
  [1.4, { ...ana, subject: 'La tienda no =?UTF-8?Q?env=C3=ADa?= correos', text: TIENDA(), files: ['errores.log'] }],
  [0.3, { ...stranger, subject: 'Última oportunidad' }],
];

function TIENDA(): string {
  return 'Hola:\r\n\r\nDesde ayer tienda.laespiga.example no envía los correos de confirmación.\r\nAdjunto el registro de errores.\r\n\r\nUn saludo,\r\nAna';
}

let shift = 0;
const world = await startWorld({ ...systemClock, now: () => Date.now() - shift });
try {
  const replies: string[] = [];
  for (const [hours, mail] of MAILS) {
    shift = hours * HOUR;
    replies.push(await world.send(mail));
  }
  const [last] = await world.gateway.store.listTickets({ limit: 1 });
  const tickets = await world.gateway.store.listTickets({ limit: 50 });
  const shop = tickets.find(({ subject }) => subject.startsWith('La tienda')) ?? last;
  if (shop === undefined) throw new Error('the mails made no ticket');
  shift = 0.9 * HOUR;
  await world.send({ ...ana, subject: `Re: [${shop.id}] La tienda`, text: 'También falla el formulario de contacto.' });
  shift = 0;
  const refused = /ref (\w+)/.exec(replies.at(-1) ?? '')?.[1] ?? '';
  mkdirSync(FOLDER, { recursive: true });
  await settled(world);
  await picture('tickets', 'taquilla tickets list');
  await picture('ticket', `taquilla tickets show ${shop.id}`);
  await picture('why', `taquilla mail why ${refused}`);
  await picture('doctor', 'taquilla doctor --no-dns');
  await picture('top', 'taquilla top --once');
} finally {
  await world.stop();
}

/** Until each mail that goes out has been tried. */
async function settled({ gateway }: DocsWorld): Promise<void> {
  for (;;) {
    const mails = await gateway.store.listOutbox({ limit: 100 });
    if (mails.every(({ state, attempts }) => state === 'sent' || attempts > 0)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function picture(name: string, command: string): Promise<void> {
  const typed = `stty cols ${COLUMNS} rows 60; ${command}`;
  const environment = { TERM: 'xterm-256color', NO_COLOR: undefined, SHELL: '/bin/sh' };
  const { code, output } = await world.run(
    `script -qec '${typed}' /dev/null`,
    world.workFolder('pictures'),
    environment,
  );
  if (code !== 0 && !(name === 'doctor' && code === 1)) throw new Error(`${command} exited with ${code}\n${output}`);
  // What is different on each machine says nothing to a reader.
  const shown = output.replaceAll(`${world.folder}/`, '/srv/taquilla/').replaceAll(String(world.port), '2525');
  writeFileSync(fileURLToPath(new URL(`${name}.svg`, FOLDER)), terminalSvg(command, shown, COLUMNS));
  console.log(`docs/pictures/${name}.svg`);
}
