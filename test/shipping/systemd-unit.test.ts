/**
 * docs/examples/taquilla.service, checked by systemd's own tools where they are installed. That it starts under systemd is not
 * checked: no systemd runs where the tests do.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const unit = readFileSync(new URL('../../docs/examples/taquilla.service', import.meta.url), 'utf8');
const settings = unit.split('\n').filter((line) => /^[A-Z]\w+=/.test(line));
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

/** Where the program is not installed systemd would complain of that alone. */
function unitFile(text = unit): string {
  const file = join(tempFolder(), 'taquilla.service');
  writeFileSync(file, text.replace('=/usr/bin/taquilla ', '=/usr/bin/env taquilla '));
  return file;
}

describe.skipIf(!analyze)('by systemd-analyze', () => {
  it('has no mistake', () => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', unitFile()], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  it('would find one', () => {
    const broken = unit.replace('RestrictRealtime=', 'RestrictRealTime=');
    const { stderr } = spawnSync('systemd-analyze', ['verify', unitFile(broken)], { encoding: 'utf8' });
    expect(stderr).toContain('RestrictRealTime');
  });

  it('exposes little: 2.0 of 10 at most', () => {
    const args = ['security', '--offline=true', '--threshold=20', '--no-pager', unitFile()];
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});

describe('the unit', () => {
  it('gives the right to port 25 and no other', () => {
    expect(settings).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE');
    expect(settings).toContain('CapabilityBoundingSet=CAP_NET_BIND_SERVICE');
    expect(settings).toContain('NoNewPrivileges=yes');
    expect(settings).toContain('User=taquilla');
  });

  it('leaves out what the program can’t live with', () => {
    const keys = settings.map((line) => line.split('=', 1)[0]);
    expect(keys).not.toContain('MemoryDenyWriteExecute');
    expect(keys).not.toContain('PrivateUsers');
    expect(keys).not.toContain('PrivateNetwork');
  });

  it('lets systemd-notify speak for the program, and the folder that it gives is the one of the examples', () => {
    expect(settings).toEqual(expect.arrayContaining(['Type=notify', 'NotifyAccess=all', 'StateDirectory=taquilla']));
    const mx = readFileSync(new URL('../../docs/examples/configs/mx.json', import.meta.url), 'utf8');
    expect(JSON.parse(mx)).toMatchObject({ dataFolder: '/var/lib/taquilla' });
  });
});
