/**
 * `taquilla tickets show ID --html --out FILE`: one ticket as a page for a browser. The page is whole in itself: no
 * script, no file beside it, and nothing in it loads anything (its own policy forbids it once more).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { escaped } from '../mail/escaped.ts';
import { type ImageOf, safeHtml } from '../mail/safe-html.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { TicketDetail, TicketFile, TicketMessage } from '../store/store.ts';
import { writeFileOnce } from './attachment.ts';
import { CommandError, type GlobalOptions, locateConfig, print, shownPath, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { safe, safeText, shownSize, shownTime } from './table.ts';
import { typedTicketId } from './tickets.ts';

interface PageOptions extends GlobalOptions {
  readonly out?: string;
  readonly force?: boolean;
}

/** Pictures of mails that stand in the page, bytes: browsers take longer for more. */
const MAX_PICTURE = 2 * 1024 * 1024;
const MAX_PICTURES = 20 * 1024 * 1024;

export async function writeTicketPage(id: string, options: PageOptions): Promise<void> {
  const { out } = options;
  if (out === undefined) throw new CommandError('--html needs --out FILE', 2);
  const { config } = locateConfig(options);
  const publicId = typedTicketId(id, config);
  const ticket = await withStore(openForReading(config), (store) => store.findTicket(publicId));
  if (ticket === null) throw new CommandError(`there is no ticket ${publicId}`, 1);
  const blobs = new BlobStore(join(config.dataFolder, 'blobs'), () => '');
  const page = ticketPage(
    ticket,
    picturesFrom((sha256) => readFileSync(blobs.path(sha256))),
  );
  if (out === '-') return print(page);
  await writeFileOnce(out, options.force === true, (target) => pipeline([page], target));
  print(shownPath(out));
}

type PictureOf = (file: TicketFile) => string | null;

/** `data:` URIs of attached pictures, as long as there is room for them. */
export function picturesFrom(read: (sha256: string) => Buffer): PictureOf {
  let room = MAX_PICTURES;
  return ({ contentType, size, sha256 }) => {
    if (!/^image\/(?:png|jpe?g|gif|webp|bmp)$/.test(contentType) || size > MAX_PICTURE || size > room) return null;
    room -= size;
    return `data:${contentType};base64,${read(sha256).toString('base64')}`;
  };
}

export function ticketPage(ticket: TicketDetail, pictureOf: PictureOf): string {
  let number = 0;
  const messages = ticket.thread.map((message) => {
    const first = number + 1;
    number += message.attachments.length;
    return messageHtml(message, first, pictureOf);
  });
  const facts: readonly (readonly [string, string])[] = [
    ['status', `${ticket.status}, priority ${ticket.priority}`],
    ['department', `${ticket.department} (${ticket.mailbox})`],
    ['account', `${ticket.account ?? 'none'}${ticket.service === null ? '' : `, service ${ticket.service}`}`],
    ...(ticket.followers.length === 0 ? [] : [['followers', ticket.followers.join(', ')] as const]),
    ['opened', `${shownTime(ticket.createdAt)} UTC by ${ticket.opener}`],
  ];
  const title = `${ticket.id}  ${safe(ticket.subject)}`;
  return [
    `<!doctype html>`,
    `<html lang="${ticket.language}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">`,
    `<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    `<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(safe(value))}</dd>`).join('')}</dl>`,
    ...messages,
    `</body></html>`,
  ].join('\n');
}

function messageHtml(message: TicketMessage, firstFile: number, pictureOf: PictureOf): string {
  const who = message.author === 'system' ? 'system' : `${message.name} <${message.address ?? ''}>`.trim();
  const marks = [message.visibility === 'note' ? 'note' : '', message.verified ? '' : 'UNVERIFIED'].filter(
    (mark) => mark !== '',
  );
  const body =
    message.html === null ? { html: textHtml(message), told: '' } : mailHtml(message, message.html, pictureOf);
  const files = message.attachments.map(
    ({ name, contentType, size, inline, risky }, index) =>
      `<li>${firstFile + index}. ${escaped(name)} <small>${escaped(safe(contentType))}, ${shownSize(size)}${inline ? ', inline' : ''}</small>${risky ? ' <b class="mark">RISKY TYPE</b>' : ''}</li>`,
  );
  return [
    `<article class="${message.visibility === 'note' ? 'note' : message.author}">`,
    `<header><b>${escaped(safe(who))}</b> <time>${shownTime(message.at)} UTC</time>${marks.map((mark) => ` <b class="mark">${mark}</b>`).join('')}</header>`,
    body.told === '' ? '' : `<p class="told">${escaped(body.told)}</p>`,
    `<div class="mail">${body.html}</div>`,
    files.length === 0 ? '' : `<ul class="files">${files.join('')}</ul>`,
    `</article>`,
  ].join('\n');
}

/** What was written, and the quoted rest folded away. */
function textHtml({ text, visibleText }: TicketMessage): string {
  const visible = `<pre>${escaped(safeText(visibleText))}</pre>`;
  return text.trim() === visibleText.trim()
    ? visible
    : `${visible}<details><summary>…</summary><pre>${escaped(safeText(text))}</pre></details>`;
}

function mailHtml(message: TicketMessage, html: string, pictureOf: PictureOf): { html: string; told: string } {
  const imageOf: ImageOf = (contentId) => {
    const file = message.attachments.find((one) => one.contentId === contentId);
    return file === undefined ? null : pictureOf(file);
  };
  const shown = safeHtml(html, imageOf);
  const told = [
    shown.blocked > 0 ? `Not loaded from elsewhere: ${shown.blocked} (pictures, styles).` : '',
    shown.truncated ? 'This is not all: the mail is too large or too deeply nested to be shown as a whole.' : '',
  ];
  return { html: shown.html, told: told.join(' ').trim() };
}

/** `contain` keeps whatever a mail does with its layout inside its own box. */
const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #f4f4f5; max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.3rem } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem } dt { color: #666 } dd { margin: 0 }
article { background: #fff; border: 1px solid #ddd; border-left: 4px solid #4a7; border-radius: 4px; padding: .8rem 1rem; margin: 1rem 0 }
article.staff { border-left-color: #47a } article.note, article.system { border-left-color: #ca4; background: #fffdf4 }
header { margin-bottom: .5rem } time, small { color: #666 } .mark { color: #b30; font-size: .8rem }
.told { color: #666; font-size: .85rem; margin: 0 0 .5rem } .mail { contain: content; overflow: auto; max-width: 100% } .mail img { max-width: 100% }
pre { white-space: pre-wrap; font: inherit; margin: 0 } .files { margin: .8rem 0 0; padding: .5rem 0 0; border-top: 1px solid #eee; list-style: none }
`;
