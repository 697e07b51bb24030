// Every kind of profile: its exact files, and that each holds what its input says and no more.

import { parseTar } from 'nanotar';
import { describe, it } from 'vitest';
import { profileKinds, profileTraits, type RenderedProfile } from '../../../src/model/profile.ts';
import { type ProfileRequest, renderProfiles } from '../../../src/render/client/profiles.ts';
import { expectGolden } from './golden.ts';
import { namedIkev2, namedPassword, namedWireguard } from './ikev2.ts';

/** The files of a tar in one text, with what else is known of them. */
function unpacked(content: Uint8Array): string {
  return parseTar(content)
    .map(({ name, attrs, text }) => `=== ${name} (${attrs?.mode}, ${attrs?.user}) ===\n${text}`)
    .join('');
}

function textOf({ content, mediaType }: RenderedProfile): string | undefined {
  if (typeof content === 'string') return content;
  return mediaType === 'application/x-tar' ? unpacked(content) : undefined;
}

const requests = profileKinds.flatMap((kind) =>
  (['all-through', 'some-through'] as const).map((name): [string, ProfileRequest] => {
    const traits = profileTraits[kind];
    const label = `${kind}, ${name}`;
    const input = {
      ikev2: namedIkev2[name],
      wireguard: namedWireguard[name],
      password: namedPassword[name],
    }[traits.protocol];
    return [label, { kind, input } as ProfileRequest];
  }),
);

describe('a profile', () => {
  it.each(requests)('is these files: %s', async (label, request) => {
    const profiles = await renderProfiles(request);
    const folder = `ikev2/${label.replace(', ', '/')}`;
    const index = profiles.map(
      ({ kind, filename, mediaType }) => `${kind} ${mediaType} ${filename}\n`,
    );
    expectGolden(`${folder}/index.txt`, index.join(''));
    for (const profile of profiles) {
      const text = textOf(profile);
      if (text !== undefined) expectGolden(`${folder}/${profile.filename}.txt`, text);
    }
  });
});
