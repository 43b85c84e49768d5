/**
 * How the mails look, measured in a headless Chromium: nothing sticks out of a narrow screen, and everything can be
 * read, in light and dark. Without Chromium these are skipped, unless CI_REQUIRES_PARTS asks for all.
 */
import { expect, it } from 'vitest';
import { attribute, findChromium, openPage } from '../../scripts/chromium.ts';
import { renderTexts } from '../../src/outbox/render.ts';
import { allSamples } from '../../src/outbox/samples/all.ts';

const chromium = findChromium();
const required = process.env.CI_REQUIRES_PARTS === '1';
if (chromium === null && !required) console.log('looks of mails: skipped, there is no Chromium on this machine');

const SLOW = { timeout: 180_000 };
const NARROW = 320;

/** In the page: what sticks out, and the lowest contrast of text to what it stands on (WCAG 2.2, 1.4.3). */
const MEASURE = `
function channels(colour) { return colour.match(/[\\d.]+/g).map(Number); }
function luminance(colour) {
  const [r, g, b] = channels(colour).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function background(element, view) {
  for (let at = element; at; at = at.parentElement) {
    const colour = view.getComputedStyle(at).backgroundColor;
    if (channels(colour)[3] !== 0) return colour;
  }
  return 'rgb(255, 255, 255)';
}
addEventListener('load', () => {
  const found = [...document.querySelectorAll('iframe')].map((frame) => {
    const { contentDocument: page, contentWindow: view } = frame;
    let contrast = 21;
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.trim() === '') continue;
      const [one, other] = [view.getComputedStyle(node.parentElement).color, background(node.parentElement, view)].map(luminance);
      contrast = Math.min(contrast, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
    }
    return { name: frame.name, width: page.documentElement.scrollWidth, contrast, language: page.documentElement.lang,
      headings: page.querySelectorAll('h1').length, dark: view.matchMedia('(prefers-color-scheme: dark)').matches };
  });
  document.body.textContent = JSON.stringify(found);
});`;

interface Measured {
  readonly name: string;
  readonly width: number;
  readonly contrast: number;
  readonly language: string;
  readonly headings: number;
  readonly dark: boolean;
}

async function measure(scheme: 'light' | 'dark'): Promise<readonly Measured[]> {
  if (chromium === null) throw new Error('there is no Chromium on this machine');
  const frames = allSamples().map(({ kind, language, variant, mail }) => {
    const name = `${kind}.${language} ${variant}`;
    return `<iframe name="${name}" width="${NARROW}" style="border:0" srcdoc="${attribute(renderTexts(mail).html)}"></iframe>`;
  });
  const html = `<!doctype html><meta charset="utf-8"><style>:root { color-scheme: light dark; }</style><body>${frames.join('')}<script>${MEASURE}</script>`;
  const page = await openPage(chromium, { html, scheme, width: 1000, height: 1000 });
  const [, json = '[]'] = /<body[^>]*>(.*)<\/body>/s.exec(page) ?? [];
  return JSON.parse(json);
}

it.skipIf(chromium === null && !required).each(['light', 'dark'] as const)(
  'every mail fits a narrow screen and can be read: %s',
  SLOW,
  async (scheme) => {
    const measured = await measure(scheme);
    expect(measured).toHaveLength(allSamples().length);
    const bad = measured.filter(
      ({ name, width, contrast, language, headings, dark }) =>
        width > NARROW ||
        contrast < 4.5 ||
        !name.includes(`.${language} `) ||
        headings !== 1 ||
        dark !== (scheme === 'dark'),
    );
    expect(bad).toEqual([]);
  },
);
