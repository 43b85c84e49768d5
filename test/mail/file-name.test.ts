/** Names of attached files: one harmless path part each, and never two the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayName, displayNames, extensionOf } from '../../src/mail/file-name.ts';
import { RISKY_TYPES, riskyFiles } from '../../src/mail/risky-file.ts';

const shown = (filename: string | null, contentType = 'application/octet-stream') =>
  displayName({ filename, contentType });

describe('the name of an attached file', () => {
  it.each<[string, string]>([
    ['factura.pdf', 'factura.pdf'],
    ['  Año 2026 (niños).pdf ', 'Año 2026 (niños).pdf'],
    ['../../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\win.ini', 'win.ini'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['/', 'attachment.bin'],
    ['..', 'attachment.bin'],
    ['a/..', 'attachment.bin'],
    ['', 'attachment.bin'],
    ['\u0000\u0007', 'attachment.bin'],
    ['a\u0000b\u001b[31m.txt', 'ab[31m.txt'],
    ['a\r\nb.txt', 'ab.txt'],
    ['factura\u202efdp.exe', 'facturafdp.exe'],
    ['\u2067a\u2069\u200b\u2060\ufeffb.txt', 'ab.txt'],
    ['\u061ca.txt', 'a.txt'],
    ['a\u2028b.txt', 'ab.txt'],
    ['a\ud800.txt', 'a.txt'],
    ['a\u00a0\u2003b.txt', 'a b.txt'],
    ['a:b*c?d"e<f>g|h.txt', 'a_b_c_d_e_f_g_h.txt'],
    ['CON', '_CON'],
    ['con.txt', '_con.txt'],
    ['aux .txt', '_aux.txt'],
    ['COM1.pdf', '_COM1.pdf'],
    ['lpt¹.pdf', '_lpt¹.pdf'],
    ['console.txt', 'console.txt'],
    ['a.txt. . .', 'a.txt'],
    ['factura.pdf                       .exe', 'factura.pdf.exe'],
    ['.htaccess', '_htaccess'],
    ['-rf', '_rf'],
    ['e\u0301.txt', 'é.txt'],
  ])('%j is shown as %j', (filename, name) => {
    expect(shown(filename)).toBe(name);
  });

  it.each<[string | null, string, string]>([
    [null, 'image/png', 'image.png'],
    [null, 'text/plain', 'text.txt'],
    [null, 'application/pdf', 'attachment.pdf'],
    [null, 'application/x-unheard-of', 'attachment.bin'],
    [null, 'message/rfc822', 'message.eml'],
    ['Re: una consulta', 'message/rfc822', 'Re_ una consulta.eml'],
    ['mail.EML', 'message/rfc822', 'mail.EML'],
  ])('%j of the type %s is shown as %j', (filename, contentType, name) => {
    expect(shown(filename, contentType)).toBe(name);
  });

  it('is at most 120 long, with its extension', () => {
    expect(shown(`${'a'.repeat(500)}.pdf`)).toBe(`${'a'.repeat(116)}.pdf`);
    expect(shown('a'.repeat(500))).toHaveLength(120);
    expect(Buffer.byteLength(shown(`${'€'.repeat(500)}.pdf`))).toBeLessThanOrEqual(200);
    expect(shown(`${'😀'.repeat(200)}.pdf`)).toMatch(/^(?:😀)+\.pdf$/u);
  });

  it('is told apart from the same name in the same mail', () => {
    const names = (...files: string[]) =>
      displayNames(files.map((filename) => ({ filename, contentType: 'text/plain' })));
    expect(names('a.txt', 'a.txt', 'A.TXT', 'b.txt')).toEqual(['a.txt', 'a (2).txt', 'A (3).TXT', 'b.txt']);
    expect(names('a.txt', 'a (2).txt', 'a.txt')).toEqual(['a.txt', 'a (2).txt', 'a (3).txt']);
    const long = `${'a'.repeat(200)}.txt`;
    expect(names(long, long)[1]).toBe(`${'a'.repeat(112)} (2).txt`);
    expect(new Set(names(...Array.from({ length: 1000 }, () => 'a.txt'))).size).toBe(1000);
  });

  it('is one harmless path part whatever it was, and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (filename) => {
        const name = shown(filename);
        expect(name).not.toMatch(/[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]/);
        expect(name).not.toMatch(/^[.\- ]|[. ]$|^$/);
        expect(name.length).toBeLessThanOrEqual(120);
        expect(shown(name)).toBe(name);
      }),
      { seed: 20_260_302, numRuns: 2000 },
    );
  });
});

describe('a risky file', () => {
  it.each<[string | null, string, boolean]>([
    ['setup.exe', 'application/octet-stream', true],
    ['SETUP.EXE', 'application/pdf', true],
    ['factura.pdf.exe', 'application/pdf', true],
    ['setup.exe.', 'application/octet-stream', true],
    ['setup.exe . ', 'application/octet-stream', true],
    ['setup.exe::$DATA', 'application/octet-stream', true],
    ['factura\u202efdp.exe', 'application/octet-stream', true],
    ['setup.ex\u200be', 'application/octet-stream', true],
    ['dir.exe/factura.pdf', 'application/pdf', false],
    ['factura.exe.pdf', 'application/pdf', false],
    ['exe', 'application/octet-stream', false],
    ['macros.xlsm', 'application/octet-stream', true],
    ['archivo.zip', 'application/zip', false],
    [null, 'application/x-msdownload', true],
    ['foto.jpg', 'application/x-msdownload', true],
    [null, 'application/octet-stream', false],
  ])('%j of the type %s: %s', (filename, contentType, risky) => {
    expect(riskyFiles([{ filename, contentType }], RISKY_TYPES)).toEqual(risky ? [0] : []);
  });

  it('is what the installation says', () => {
    expect(riskyFiles([{ filename: 'a.zip', contentType: 'application/zip' }], ['.ZIP'])).toEqual([0]);
    expect(extensionOf('a.tar.gz')).toBe('gz');
  });
});
