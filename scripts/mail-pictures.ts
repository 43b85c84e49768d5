/**
 * Pictures of every mail into docs/mails, light and dark, wide and narrow, with a page that shows them: to look at
 * after a change. Needs Chromium.
 *
 *   npm run mails:pictures                 all of them
 *   npm run mails:pictures -- receipt      only these
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderTexts } from '../src/outbox/render.ts';
import { KIND_NAMES, KINDS, type Sample, samplesOf } from '../src/outbox/samples/all.ts';
import type { OutgoingKind } from '../src/tickets/decision.ts';
import { attribute, findChromium, openPage } from './chromium.ts';
import { withPalette } from './palette-png.ts';

const FOLDER = fileURLToPath(new URL('../docs/mails', import.meta.url));
const WIDE = 600;
const NARROW = 320;
const GAP = 20;
const SCHEMES = ['light', 'dark'] as const;

interface Shown {
  readonly sample: Sample;
  readonly width: number;
}

function usual(kind: OutgoingKind, language: 'es' | 'en'): Sample {
  const [sample] = samplesOf(kind, language);
  if (sample === undefined) throw new Error(`${kind} has no sample`);
  return sample;
}

/** Spanish wide and narrow, English wide: side by side, each in a frame as wide as the screen that it stands for. */
function sheet(shown: readonly Shown[]): string {
  const frames = shown.map(
    ({ sample, width }) =>
      `<iframe width="${width}" height="100" srcdoc="${attribute(renderTexts(sample.mail).html)}"></iframe>`,
  );
  return `<!doctype html><meta charset="utf-8"><style>
:root { color-scheme: light dark; } body { margin: 0; display: flex; gap: ${GAP}px; align-items: flex-start; background: #8a949e; }
iframe { border: 0; flex: none; display: block; }
</style>${frames.join('')}<script>
addEventListener('load', () => {
  let highest = 0;
  for (const frame of document.querySelectorAll('iframe')) {
    const height = frame.contentDocument.documentElement.scrollHeight;
    frame.style.height = height + 'px';
    highest = Math.max(highest, height);
  }
  document.body.dataset.height = highest;
});
</script>`;
}

async function picture(chromium: string, kind: OutgoingKind): Promise<void> {
  const shown: Shown[] = [
    { sample: usual(kind, 'es'), width: WIDE },
    { sample: usual(kind, 'es'), width: NARROW },
    { sample: usual(kind, 'en'), width: WIDE },
  ];
  const html = sheet(shown);
  const width = shown.reduce((sum, one) => sum + one.width + GAP, -GAP);
  const measured = await openPage(chromium, { html, scheme: 'light', width, height: 800 });
  const height = Number(/data-height="(\d+)"/.exec(measured)?.[1]);
  for (const scheme of SCHEMES) {
    const file = join(FOLDER, `${kind}.${scheme}.png`);
    await openPage(chromium, { html, scheme, width, height, picture: file });
    writeFileSync(file, withPalette(readFileSync(file)));
  }
  console.log(`${kind}: ${width} × ${height}`);
}

function gallery(): string {
  const parts = KIND_NAMES.map((kind) => {
    const { subject, text } = renderTexts(usual(kind, 'es').mail);
    return `## ${kind}

To a ${KINDS[kind].to === 'staff' ? 'member of staff' : KINDS[kind].to}: ${KINDS[kind].purpose}.

![${kind} in light mode: Spanish at ${WIDE} and ${NARROW} pixels, English at ${WIDE}](${kind}.light.png)

![${kind} in dark mode: Spanish at ${WIDE} and ${NARROW} pixels, English at ${WIDE}](${kind}.dark.png)

As plain text:

\`\`\`text
${`Subject: ${subject}\n\n${text}`.trimEnd()}
\`\`\`
`;
  });
  return `# The mails that Taquilla sends

Made by \`npm run mails:pictures\` from the built-in templates and their sample data; do not edit. Each picture shows the
mail in Spanish on a wide and on a narrow screen, and in English, with images off (there are none). How to make templates
of your own: docs/mail-templates.md.

${parts.join('\n')}`;
}

const chromium = findChromium();
if (chromium === null) {
  console.error('No Chromium on this machine (chromium, chromium-browser or google-chrome): no pictures.');
  process.exit(1);
}
mkdirSync(FOLDER, { recursive: true });
const wanted = process.argv.slice(2);
if (wanted.length === 0)
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.png'))) rmSync(join(FOLDER, name));
for (const kind of KIND_NAMES) if (wanted.length === 0 || wanted.includes(kind)) await picture(chromium, kind);
writeFileSync(join(FOLDER, 'README.md'), gallery());
const bytes = readdirSync(FOLDER).reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);
console.log(`docs/mails: ${(bytes / 1024 / 1024).toFixed(2)} MB`);
