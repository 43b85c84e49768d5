/** A mail with files is made anew for each attempt: its signature must not differ. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, it } from 'vitest';
import { type DkimKey, dkimSigner } from '../../src/outbox/dkim-signer.ts';

const DATE = Date.UTC(2026, 10, 21, 9, 0);
const MAIL = Buffer.from('From: soporte@hosting.example\r\nSubject: x\r\n\r\nHola\r\n');

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

it.each<[DkimKey['algorithm'], KeyObject]>([
  ['rsa-sha256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['ed25519-sha256', generateKeyPairSync('ed25519').privateKey],
])('signs at the time of the mail, %s', async (algorithm, privateKey) => {
  const sign = dkimSigner({ domain: 'hosting.example', selector: 's', privateKey: pemOf(privateKey), algorithm });
  const signed = await sign(MAIL, DATE);
  expect(/[ ;]t=(\d+);/.exec(signed.toString('latin1').replaceAll(/\r\n\s+/g, ' '))?.[1]).toBe(`${DATE / 1000}`);
  expect(await sign(MAIL, DATE)).toEqual(signed);
});
