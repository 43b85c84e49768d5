/** An installation's own template and signature, from its folder to what the client's mail program gets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { expect, it, onTestFinished } from 'vitest';
import { testGateway } from '../support/gateway.ts';
import { startSink } from '../support/sink.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('sends the receipt as the folder has it, with the signature of the department', async () => {
  const receiving = await startSink();
  onTestFinished(() => receiving.close());
  const folder = tempFolder();
  writeFileSync(join(folder, 'receipt.es.text.liquid'), '{{ marker }}\n\n¡Recibido, {{ name }}!\n\n{{ signature }}\n');
  const department = {
    key: 'soporte',
    names: { es: 'Soporte', en: 'Support' },
    mailboxes: ['soporte@hosting.example'],
    signature: { es: 'Un saludo,\nel equipo de Soporte' },
  };
  const gateway = await testGateway(
    {
      config: {
        departments: [department],
        templatesFolder: folder,
        outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: receiving.port } },
      },
      accounts: [{ number: 'C-1', name: 'La Espiga', contacts: ['Ana Robles <ana@laespiga.example>'] }],
    },
    folder,
  );
  const bytes = Buffer.from('From: Ana Robles <ana@laespiga.example>\r\nSubject: Mi web\r\n\r\nNo carga.\r\n');
  await submit(gateway.port, { from: 'ana@laespiga.example', to: ['soporte@hosting.example'], bytes });
  const [mail] = await receiving.received(1);
  const { text, html } = await simpleParser(mail?.bytes ?? '');
  expect(text).toBe(
    '--- Responde por encima de esta línea ---\n\n¡Recibido, Ana Robles!\n\nUn saludo,\nel equipo de Soporte\n',
  );
  expect(html).toContain('Un saludo,<br>');
});
