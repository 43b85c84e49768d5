/** No address of staff in what a client reads; everything else stays as it is. */
import { expect, it } from 'vitest';
import { maskStaff } from '../../src/tickets/mask-staff.ts';
import { department, staff } from './samples.ts';

const BOX = 'soporte@example.com';
const policy = {
  departments: [
    department({ staff: [staff('ana@hosting.example'), staff('luis@xn--andes-nta.example')] }),
    department({ staff: [staff('ana@hosting.example'), staff("o'brien@hosting.example")] }),
  ],
};

it.each([
  ['Escribe a ana@hosting.example.', `Escribe a ${BOX}.`],
  ['ANA@Hosting.Example', BOX],
  ['<mailto:ana@hosting.example>', `<mailto:${BOX}>`],
  ['mailto%3Aana@hosting.example', `mailto%3A${BOX}`],
  ['mailto:ana%40hosting.example', `mailto:${BOX}`],
  ['ana+tickets@hosting.example', BOX],
  ['(ana@hosting.example)', `(${BOX})`],
  ['Escribe a...ana@hosting.example', `Escribe a...${BOX}`],
  ["o'brien@hosting.example", BOX],
  ['ana@hosting.example,ana@hosting.example', `${BOX},${BOX}`],
  ['luis@xn--andes-nta.example', BOX],
  ['luis@ñandes.example', BOX],
  ['İstanbul ANA@hosting.example', `İstanbul ${BOX}`],
  ['juana@hosting.example', 'juana@hosting.example'],
  ['x.ana@hosting.example', 'x.ana@hosting.example'],
  ['ana@hosting.example.org', 'ana@hosting.example.org'],
  ['ana@hosting.examples', 'ana@hosting.examples'],
  ['ana@empresa.example', 'ana@empresa.example'],
  ['Soy Ana, de hosting.example', 'Soy Ana, de hosting.example'],
])('%s → %s', (text, masked) => {
  expect(maskStaff(text, policy, BOX)).toBe(masked);
});

it('is linear in the text', () => {
  const text = 'x@hosting.example '.repeat(20_000);
  expect(maskStaff(text, policy, BOX)).toBe(text);
});
