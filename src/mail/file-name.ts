/**
 * Names of attached files as they are shown and written. The sender's own name is data and stays as it came; what is
 * made here is safe in a terminal, on a page, and as a file name on every usual system.
 *
 * A name never decides where something is written: callers choose the folder, and this gives one path part.
 */

/** UTF-16 units. Longer names are cut before their extension. */
const MAX_LENGTH = 120;
/** File systems count bytes, 255 as a rule; ` (499)` and a suffix of a program must still fit. */
const MAX_BYTES = 200;
/** A longer "extension" is the end of a sentence with a dot in it. */
const MAX_EXTENSION = 16;
/** More than this of a name is not looked at. */
const MAX_READ = 1000;

/** What has no width or turns the direction of reading: `fdp.exe` can be made to look like `exe.pdf`. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu;
/** What Windows and shells give a meaning to. */
const RESERVED = /[<>:"|?*]/g;
/** Windows opens a device under these names, whatever the extension. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i;

export interface NamedFile {
  /** As the sender gave it. */
  readonly filename: string | null;
  readonly contentType: string;
}

/** One name for each file of a mail, in order; files of the same name are told apart by ` (2)`, ` (3)` … */
export function displayNames(files: readonly NamedFile[]): string[] {
  const taken = new Set<string>();
  /** The number that was given last to a name, so that a thousand equal names are not a million comparisons. */
  const last = new Map<string, number>();
  return files.map((file) => {
    const name = displayName(file);
    const key = folded(name);
    let shown = name;
    let number = last.get(key) ?? 1;
    while (taken.has(folded(shown))) {
      number += 1;
      shown = shortened(name, ` (${number})`);
    }
    last.set(key, number);
    taken.add(folded(shown));
    return shown;
  });
}

/** One path part that says what the sender called the file, or what kind it is where the name says nothing. */
export function displayName({ filename, contentType }: NamedFile): string {
  const cleaned = clean(filename ?? '');
  if (cleaned === '') return `${nameOfType(contentType)}.${EXTENSIONS.get(contentType) ?? 'bin'}`;
  const named = contentType === 'message/rfc822' && !/\.eml$/i.test(cleaned) ? `${cleaned}.eml` : cleaned;
  return shortened(DEVICE.test(named) ? `_${named}` : named, '');
}

/** The extension that decides how a system opens the file, lower case, without its dot; `''` where there is none. */
export function extensionOf(filename: string): string {
  // `a.exe::$DATA` is `a.exe` for Windows, and so is `a.exe. .`
  const [bare = ''] = lastPart(visible(filename)).split(':');
  const name = withoutEnd(bare);
  const dot = name.lastIndexOf('.');
  return dot < 0
    ? ''
    : name
        .slice(dot + 1)
        .trim()
        .toLowerCase();
}

function clean(filename: string): string {
  const name = withoutEnd(lastPart(visible(filename)).replace(RESERVED, '_').replace(/ {2,}/g, ' ').trim());
  // Hidden files and options of commands are not what a sender may make.
  return name.replace(/^[.-]+/, '_');
}

/** Without what can't be seen; every kind of blank is a plain one. */
function visible(filename: string): string {
  return filename
    .slice(0, MAX_READ)
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/\p{Zs}/gu, ' ');
}

/** What stands behind the last path separator that has something behind it. */
function lastPart(filename: string): string {
  const parts = filename.split(/[/\\]/).filter((part) => part.trim() !== '');
  return parts[parts.length - 1] ?? '';
}

/** Windows drops dots and blanks at the end of a name: `a.exe.` is `a.exe`. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return name.slice(0, end);
}

/** The name with `mark` before its extension, as short as a name may be. */
function shortened(name: string, mark: string): string {
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0 && name.length - dot - 1 <= MAX_EXTENSION;
  const extension = hasExtension ? name.slice(dot) : '';
  const letters = [...(hasExtension ? name.slice(0, dot) : name)];
  const tail = mark + extension;
  let length = letters.reduce((sum, letter) => sum + letter.length, tail.length);
  let bytes = Buffer.byteLength(name) + Buffer.byteLength(mark);
  while (letters.length > 1 && (length > MAX_LENGTH || bytes > MAX_BYTES)) {
    const letter = letters.pop() ?? '';
    length -= letter.length;
    bytes -= Buffer.byteLength(letter);
  }
  return letters.join('').trimEnd() + tail;
}

/** File systems of Windows and macOS take `A.txt` and `a.txt` for the same file. */
function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function nameOfType(contentType: string): string {
  if (contentType === 'message/rfc822') return 'message';
  const [family = ''] = contentType.split('/');
  return FAMILIES.has(family) ? family : 'attachment';
}

const FAMILIES = new Set(['image', 'audio', 'video', 'text']);

/** For files that come without a name. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['message/rfc822', 'eml'],
  ['message/delivery-status', 'txt'],
  ['text/plain', 'txt'],
  ['text/html', 'html'],
  ['text/csv', 'csv'],
  ['text/calendar', 'ics'],
  ['text/vcard', 'vcf'],
  ['text/rfc822-headers', 'txt'],
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
  ['image/svg+xml', 'svg'],
  ['image/bmp', 'bmp'],
  ['image/tiff', 'tif'],
  ['image/heic', 'heic'],
  ['audio/mpeg', 'mp3'],
  ['audio/wav', 'wav'],
  ['audio/ogg', 'ogg'],
  ['video/mp4', 'mp4'],
  ['video/quicktime', 'mov'],
  ['application/pdf', 'pdf'],
  ['application/rtf', 'rtf'],
  ['application/json', 'json'],
  ['application/xml', 'xml'],
  ['application/zip', 'zip'],
  ['application/gzip', 'gz'],
  ['application/msword', 'doc'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/pgp-signature', 'asc'],
  ['application/pgp-encrypted', 'asc'],
  ['application/pkcs7-signature', 'p7s'],
  ['application/pkcs7-mime', 'p7m'],
  ['application/x-pkcs7-signature', 'p7s'],
  ['application/x-pkcs7-mime', 'p7m'],
  ['application/ms-tnef', 'dat'],
]);
