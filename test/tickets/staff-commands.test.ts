/** The commands at the top of a staff mail: what is one, what is not, and what is left for the client. */
import { expect, it } from 'vitest';
import { visibleText } from '../../src/mail/visible-reply.ts';
import { readStaffCommands, type StaffCommand } from '../../src/tickets/staff-commands.ts';

const read = (text: string) => {
  const orders = readStaffCommands(text, text === '' ? [] : [[0, text.length]], 'TQ');
  const left = visibleText(text, { visible: orders.visible, rule: 'none', confidence: 1 });
  return { commands: orders.commands.map(({ command }) => command), unknown: orders.unknown, left };
};

const status = (wanted: Extract<StaffCommand, { kind: 'status' }>['status']): StaffCommand => ({
  kind: 'status',
  status: wanted,
});

it.each<[string, readonly StaffCommand[]]>([
  ['#nota', [{ kind: 'note' }]],
  ['#note', [{ kind: 'note' }]],
  ['#NOTA', [{ kind: 'note' }]],
  ['#resuelto', [status('resolved')]],
  ['#Resuelto.', [status('resolved')]],
  ['#resolved', [status('resolved')]],
  ['#cerrar', [status('closed')]],
  ['#close', [status('closed')]],
  ['#abrir', [status('open')]],
  ['#reopen', [status('open')]],
  ['#open', [status('open')]],
  ['#pendiente', [status('pending')]],
  ['#pending', [status('pending')]],
  ['#prioridad alta', [{ kind: 'priority', priority: 'high' }]],
  ['#prioridad: ALTA', [{ kind: 'priority', priority: 'high' }]],
  ['#priority low', [{ kind: 'priority', priority: 'low' }]],
  ['#priority normal', [{ kind: 'priority', priority: 'normal' }]],
  ['#asignar ana', [{ kind: 'assign', who: 'ana' }]],
  ['#asignar Ana María', [{ kind: 'assign', who: 'Ana María' }]],
  ['#assign nobody', [{ kind: 'assign', who: null }]],
  ['#asignar nadie', [{ kind: 'assign', who: null }]],
  ['#departamento Facturación', [{ kind: 'department', department: 'Facturación' }]],
  ['#department billing', [{ kind: 'department', department: 'billing' }]],
  ['#unir TQ-482913', [{ kind: 'merge', into: 'TQ-482913' }]],
  ['#merge [tq 482913]', [{ kind: 'merge', into: 'TQ-482913' }]],
  ['#cliente C-1001', [{ kind: 'client', client: 'C-1001' }]],
  ['#client Ana <Ana@Empresa.example>', [{ kind: 'client', client: 'ana@empresa.example' }]],
  ['#cuenta C-1002', [{ kind: 'account', account: 'C-1002' }]],
  ['#resuelto #prioridad baja', [status('resolved'), { kind: 'priority', priority: 'low' }]],
  ['#resuelto#prioridad baja', [status('resolved'), { kind: 'priority', priority: 'low' }]],
  ['\n\n  #resuelto\n\n#asignar ana  ', [status('resolved'), { kind: 'assign', who: 'ana' }]],
  ['#re\u0301suelto', [status('resolved')]],
])('%j is understood', (text, commands) => {
  expect(read(text)).toEqual({ commands, unknown: [], left: '' });
  expect(read(`${text}\nHola, Ana.\n#no es una orden`)).toEqual({
    commands,
    unknown: [],
    left: 'Hola, Ana.\n#no es una orden',
  });
});

it.each<[string, readonly string[]]>([
  ['#resulto', ['#resulto']],
  ['#', ['#']],
  ['# Título', ['# Título']],
  ['#1 en la lista', ['#1 en la lista']],
  ['#resuelto gracias', ['#resuelto gracias']],
  ['#prioridad', ['#prioridad']],
  ['#prioridad urgentísima', ['#prioridad urgentísima']],
  ['#asignar', ['#asignar']],
  ['#unir', ['#unir']],
  ['#unir TQ-482913 TQ-111111', ['#unir TQ-482913 TQ-111111']],
  ['#cliente', ['#cliente']],
  ['#cliente C-1001 C-1002', ['#cliente C-1001 C-1002']],
  ['#cliente nadie@', ['#cliente nadie@']],
  ['#resuelto #resulto', ['#resulto']],
  [`#${'a'.repeat(400)}`, [`#${'a'.repeat(59)}…`]],
])('%j is no command, and is told', (text, unknown) => {
  expect(read(`${text}\nHola.`)).toMatchObject({ unknown, left: 'Hola.' });
});

it.each([
  ['Hola.\n#resuelto', 'Hola.\n#resuelto'],
  ['Usa #hosting', 'Usa #hosting'],
  ['', ''],
])('%j has none', (text, left) => {
  expect(read(text)).toEqual({ commands: [], unknown: [], left });
});

it('takes what stands behind #nota as the note', () => {
  expect(read('#nota He llamado; ver #4711\nNo contesta.')).toEqual({
    commands: [{ kind: 'note' }],
    unknown: [],
    left: 'He llamado; ver #4711\nNo contesta.',
  });
  expect(read('#resuelto #nota: era el DNS').left).toBe('era el DNS');
});

it('reads only what the staff member wrote', () => {
  const text = '> #cerrar\n#nota\nHola\n';
  expect(readStaffCommands(text, [[10, text.length]], 'TQ')).toMatchObject({
    commands: [{ typed: '#nota' }],
    visible: [[16, text.length]],
    end: 16,
  });
});

it('a mail of nothing but commands is a mistake, and is read in linear time', () => {
  const { commands, unknown } = read('#nota\n'.repeat(50_000));
  expect(commands).toEqual([]);
  expect(unknown).toHaveLength(1);
  expect(read('#'.repeat(200_000)).unknown).toHaveLength(1);
  expect(read('\n'.repeat(200_000)).left).toBe('');
});
