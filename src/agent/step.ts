// One thing to do to the machine. Plans are lists of these: data that can be printed and tested.

import type { SectionName } from '../model/desired-state.ts';

export type Step = { section: SectionName } & (
  | {
      kind: 'run';
      argv: readonly string[];
      /** Run when the first fails. */
      instead?: readonly string[];
      /** Its failure is no failure of the section. */
      bestEffort?: true;
    }
  | { kind: 'write'; path: string; text: string }
  | { kind: 'remove'; path: string }
  /** Keeps how nft lists the table that was just loaded. */
  | { kind: 'remember'; rendered: string }
  | { kind: 'refuse'; reason: string }
);

function shorten(argv: readonly string[]): string {
  const most = 12;
  const more = argv.length > most ? ` … (${argv.length - most} more)` : '';
  return argv.slice(0, most).join(' ') + more;
}

/** A step in one line, without the text of files: it may hold the private key. */
export function describeStep(step: Step): string {
  if (step.kind === 'run') {
    const instead = step.instead ? `, or else ${shorten(step.instead)}` : '';
    return shorten(step.argv) + instead;
  }
  if (step.kind === 'write')
    return `write ${step.path} (${step.text.split('\n').length - 1} lines)`;
  if (step.kind === 'remove') return `remove ${step.path}`;
  if (step.kind === 'remember') return 'remember how nft lists the firewall';
  return `cannot: ${step.reason}`;
}
