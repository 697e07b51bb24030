// Charon's settings: when it gets them, and that they keep nobody out.

import { describe, expect, it } from 'vitest';
import { renderStrongswan } from '../../src/render/server/strongswan.ts';
import type { FakeHost } from './fake-host.ts';
import {
  addressesNumber,
  identityNumber,
  ikev2Lab,
  ikev2World,
  runUntil,
  settledLab,
} from './ikev2-lab.ts';
import type { Lab } from './lab.ts';

const file = '/etc/strongswan.d/sallyport.conf';
const world = ikev2World([1]);

const textOf = (lab: Lab) => lab.machine.disk.get(file)?.text;
const saidOf = (lab: Lab) => lab.control.reports.at(-1)?.sections.ikev2;
const isLoaded = (lab: Lab) => lab.machine.charon.judged.length > 0;

/** A lab in which charon does not start as long as something is so of the file. */
async function labWithout(isBad: (text: string | undefined) => boolean): Promise<Lab> {
  const lab = await ikev2Lab();
  lab.machine.charon.starting = (disk) => !isBad(disk.get(file)?.text);
  lab.control.publish(world);
  return lab;
}

describe('the settings of charon', () => {
  it('are there at once where it has no connections yet, and are read once', async () => {
    const lab = await settledLab(world);
    const { charon } = lab.machine;
    expect(textOf(lab)).toBe(renderStrongswan());
    expect(charon.starts).toBe(2);
    expect(charon.connectionNames).toEqual(['sallyport-pubkey', 'sallyport-eap']);
    let asked = 0;
    await runUntil(lab, () => ++asked > 5);
    expect(charon.starts).toBe(2);
  });

  it('wait for its next start where it has connections of others', async () => {
    const lab = await ikev2Lab();
    lab.machine.charon.others = ['site-to-site'];
    lab.control.publish(world);
    await runUntil(lab, () => isLoaded(lab));
    expect(textOf(lab)).toBe(renderStrongswan());
    expect(lab.machine.charon.starts).toBe(1);
  });

  it('wait for its next start where anybody is connected, by whatever it was', async () => {
    const lab = await ikev2Lab();
    const { charon } = lab.machine;
    charon.connect('someone else', addressesNumber(9), 'taken out of the files');
    lab.control.publish(world);
    await runUntil(lab, () => isLoaded(lab));
    expect(textOf(lab)).toBe(renderStrongswan());
    expect(charon.sessions.size).toBe(1);
    expect(charon.starts).toBe(1);
  });

  it('wait for its next start when they change below devices that may come in', async () => {
    const lab = await settledLab(world);
    const { charon, disk } = lab.machine;
    disk.set(file, { text: 'of an older agent', mode: 0o644 });
    charon.connect(identityNumber(1), addressesNumber(1));
    await runUntil(lab, () => textOf(lab) === renderStrongswan() && lab.machine.admitted.size > 0);
    expect(charon.starts).toBe(2);
    expect(charon.sessions.size).toBe(1);
  });

  it('are there before it first starts', async () => {
    const lab = await ikev2Lab();
    const { charon, missing } = lab.machine;
    charon.running = false;
    missing.add('swanctl');
    lab.control.publish(world);
    await runUntil(lab, () => saidOf(lab)?.error?.includes('not installed') === true);
    expect(textOf(lab)).toBe(renderStrongswan());
    missing.clear();
    charon.restart(lab.machine.disk);
    const { starts } = charon;
    await runUntil(lab, () => saidOf(lab)?.status === 'applied');
    expect(charon.starts).toBe(starts);
  });

  it('are taken from a charon that does not start with them, once and for all', async () => {
    const lab = await labWithout((text) => text === renderStrongswan());
    const { charon } = lab.machine;
    await runUntil(lab, () => isLoaded(lab));
    expect(charon.running).toBe(true);
    expect(textOf(lab)).toMatch(/^#.*\n$/);
    expect(saidOf(lab)?.error).toContain(`remove ${file}`);
    const { starts } = charon;
    charon.connect(identityNumber(1), addressesNumber(1));
    await runUntil(lab, () => lab.machine.admitted.size > 0);
    expect(charon.starts).toBe(starts);
    charon.starting = () => true;
    lab.machine.disk.delete(file);
    await runUntil(lab, () => saidOf(lab)?.status === 'applied');
    expect(textOf(lab)).toBe(renderStrongswan());
  });

  it('are taken from it, too, when it was started by others and stayed down', async () => {
    const lab = await settledLab(world);
    const { charon, disk } = lab.machine;
    charon.starting = (now) => now.get(file)?.text !== renderStrongswan();
    expect(charon.restart(disk)).toBe(false);
    await runUntil(lab, () => charon.running && isLoaded(lab));
    expect(textOf(lab)).not.toBe(renderStrongswan());
  });

  it('stay where it does not start without them either', async () => {
    const lab = await labWithout(() => true);
    await runUntil(lab, () => saidOf(lab)?.error?.includes('Job for strongswan') === true);
    expect(textOf(lab)).toBe(renderStrongswan());
    expect(saidOf(lab)?.error).not.toContain('remove');
    lab.machine.charon.starting = () => true;
    await runUntil(lab, () => saidOf(lab)?.status === 'applied');
    expect(textOf(lab)).toBe(renderStrongswan());
  });

  it('keep nobody out when they cannot be written', async () => {
    const lab = await ikev2Lab();
    lab.control.publish(world);
    const readOnly = (host: FakeHost) => {
      const { writeAtomic } = host;
      host.writeAtomic = (path, text, mode) => {
        if (path === file) throw new Error('EROFS');
        writeAtomic.call(host, path, text, mode);
      };
    };
    await runUntil(lab, () => saidOf(lab)?.status === 'applied', readOnly);
    expect(lab.machine.charon.connections).toContain('sallyport-pubkey');
    expect(lab.machine.charon.starts).toBe(1);
  });
});
