/** A headless Chromium, where the machine has one: for pictures of our mails, and to measure them. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Its path; `null` where there is none. */
export function findChromium(path = process.env.PATH ?? ''): string | null {
  for (const folder of path.split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // The next one.
      }
    }
  }
  return null;
}

export interface Page {
  readonly html: string;
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
  /** Where the picture goes; without it the page comes back as its scripts left it. */
  readonly picture?: string;
}

const run = promisify(execFile);

/** Each call is a browser of its own that knows nothing of others and loads nothing: pictures are off too. */
export async function openPage(chromium: string, { html, scheme, width, height, picture }: Page): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'taquilla-chromium-'));
  try {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const { stdout } = await run(
      chromium,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--disable-background-networking',
        '--hide-scrollbars',
        `--user-data-dir=${join(folder, 'profile')}`,
        `--blink-settings=imagesEnabled=false,preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
        `--window-size=${width},${height}`,
        picture === undefined ? '--dump-dom' : `--screenshot=${picture}`,
        pathToFileURL(file).href,
      ],
      { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
    );
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** For the value of an attribute. */
export function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
