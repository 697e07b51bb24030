// A folder of files as one tar, for clients that take several.

import { createTar } from 'nanotar';

export interface FolderFile {
  name: string;
  /** Anybody may read it, or root alone. */
  access: 'public' | 'secret';
  text: string;
}

const modes = { public: '644', secret: '600' } as const;

/** The files as root's, in their order. The same files make the same tar. */
export function renderTar(files: readonly FolderFile[]): Uint8Array {
  return createTar(
    files.map(({ name, access, text }) => ({
      name,
      data: text,
      attrs: { mode: modes[access], uid: 0, gid: 0, user: 'root', group: 'root', mtime: 0 },
    })),
  );
}
