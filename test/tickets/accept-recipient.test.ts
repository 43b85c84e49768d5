import { describe, expect, it } from 'vitest';
import { acceptRecipient } from '../../src/tickets/accept-recipient.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import { orderRecipients } from '../../src/tickets/recipients.ts';
import { policy } from './samples.ts';

const POLICY = policy();

it('takes at the address for bounces what comes from the null sender, and nothing else', () => {
  const elsewhere = policy({ bounceAddress: 'bounces@bounce.example.com' });
  const address = 'Bounces@bounce.example.com';
  expect(acceptRecipient(address, elsewhere, true)).toMatchObject({ accepted: true, department: { key: 'soporte' } });
  expect(acceptRecipient(address, elsewhere, false)).toMatchObject({ accepted: false });
  expect(acceptRecipient('otro@bounce.example.com', elsewhere, true)).toMatchObject({ accepted: false });

  const mailbox = policy({ bounceAddress: 'ventas@example.com' });
  expect(acceptRecipient('ventas@example.com', mailbox, true)).toMatchObject({ department: { key: 'ventas' } });
});

describe('RCPT TO', () => {
  it.each([
    ['soporte@example.com', 'soporte@example.com', 'soporte', 'es'],
    ['SOPORTE@Example.COM', 'soporte@example.com', 'soporte', 'es'],
    ['support@example.com', 'support@example.com', 'soporte', 'en'],
    ['ventas@example.com', 'ventas@example.com', 'ventas', 'en'],
    ['soporte+algo@example.com', 'soporte@example.com', 'soporte', 'es'],
    ['ventas+web@example.com', 'ventas+web@example.com', 'soporte', 'es'],
    ['"soporte"@example.com', 'soporte@example.com', 'soporte', 'es'],
    ['info@españa.example', 'info@xn--espaa-rta.example', 'soporte', 'es'],
    ['info@XN--ESPAA-RTA.example', 'info@xn--espaa-rta.example', 'soporte', 'es'],
    ['postmaster@example.com', 'postmaster@example.com', 'soporte', 'es'],
    ['Abuse@example.com', 'abuse@example.com', 'soporte', 'es'],
    ['abuse@españa.example', 'abuse@xn--espaa-rta.example', 'soporte', 'es'],
    ['Postmaster', 'postmaster@example.com', 'soporte', 'es'],
  ])('takes %s', (recipient, address, department, language) => {
    expect(acceptRecipient(recipient, POLICY)).toMatchObject({
      accepted: true,
      address,
      department: { key: department },
      language,
    });
  });

  it.each([
    ['nadie@example.com', 'unknown-mailbox'],
    ['postmasters@example.com', 'unknown-mailbox'],
    ['huerfano@example.com', 'unknown-mailbox'],
    ['soporte@otro.example', 'relay-denied'],
    ['soporte@sub.example.com', 'relay-denied'],
    ['postmaster@otro.example', 'relay-denied'],
    ['soporte%otro.example@example.com', 'unknown-mailbox'],
    ['avisos@example.com', 'department-takes-no-mail'],
    ['soporte', 'bad-recipient-syntax'],
    ['', 'bad-recipient-syntax'],
    ['@example.com', 'bad-recipient-syntax'],
    ['soporte@[127.0.0.1]', 'bad-recipient-syntax'],
    ['a@b@example.com', 'bad-recipient-syntax'],
  ])('refuses %j: %s', (recipient, reason) => {
    expect(acceptRecipient(recipient, POLICY)).toMatchObject({ accepted: false, reason });
  });

  it('takes mail for the postmaster even where its department takes none', () => {
    const closed = policy({ postmasterDepartment: 'avisos' });
    expect(acceptRecipient('postmaster@example.com', closed)).toMatchObject({ accepted: true });
  });
});

describe('the departments of a mail', () => {
  const order = (envelope: readonly string[], header: readonly string[]) => {
    const mail: Pick<IncomingMail, 'headerRecipients'> & { envelope: Pick<IncomingMail['envelope'], 'recipients'> } = {
      headerRecipients: header,
      envelope: { recipients: envelope },
    };
    return orderRecipients(mail as IncomingMail, POLICY).map(({ address, accepts }) => `${address} ${accepts}`);
  };
  const soporte = 'soporte@example.com';
  const ventas = 'ventas@example.com';

  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['come from the envelope', [soporte], [ventas], ['soporte@example.com clients']],
    [
      'are asked as the header names them',
      [soporte, ventas],
      [ventas, soporte],
      [`${ventas} anyone`, `${soporte} clients`],
    ],
    ['keep RCPT order without a header', [ventas, soporte], [], [`${ventas} anyone`, `${soporte} clients`]],
    ['put what the header does not name last', [soporte, ventas], [ventas], [`${ventas} anyone`, `${soporte} clients`]],
    ['are each asked once', [soporte, 'soporte+a@example.com'], [], [`${soporte} clients`]],
    ['leave out what is not ours', ['a@otro.example', 'avisos@example.com', soporte], [], [`${soporte} clients`]],
    ['let everybody write to the postmaster', ['postmaster@example.com'], [], ['postmaster@example.com anyone']],
  ])('%s', (_, envelope, header, expected) => {
    expect(order(envelope, header)).toEqual(expected);
  });
});
