// `npm run first-mail`: sends one mail to the gateway of `npm start`, as a demo client would, and shows the dialogue.
//   npm run first-mail -- [--to soporte@example.com] [--from ana@laespiga.example] [--subject TEXT] [--text TEXT] [--port 2525]
import { parseArgs } from 'node:util';
import { createTransport } from 'nodemailer';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'ana@laespiga.example' },
    to: { type: 'string', default: 'soporte@example.com' },
    subject: { type: 'string', default: 'Mi primera consulta' },
    text: { type: 'string', default: 'Hola:\n\n¿Podéis mirar por qué laespiga.example va tan lenta?\n\nGracias,\nAna' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '2525' },
  },
});

const transport = createTransport({
  host: values.host,
  port: Number(values.port),
  secure: false,
  ignoreTLS: true,
  connectionTimeout: 5000,
});
try {
  const { response } = await transport.sendMail({
    from: { name: '', address: values.from },
    to: { name: '', address: values.to },
    subject: values.subject,
    text: values.text,
  });
  console.log(`The gateway answered: ${response}`);
  console.log('');
  console.log('See the ticket:   npx taquilla tickets list');
  console.log('See the receipt:  npx taquilla outbox list, then npx taquilla outbox cat 1');
} catch (error) {
  const refused = error.responseCode !== undefined;
  console.error(
    refused
      ? `The gateway answered: ${error.response}`
      : `Nothing answers on ${values.host}:${values.port}: is the gateway running (npm start)?`,
  );
  process.exitCode = 1;
}
