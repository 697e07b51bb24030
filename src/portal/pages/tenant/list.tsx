// A list of a tenant, page after page.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLoaded } from '../../load.ts';
import { Fault, Waiting } from '../../parts.tsx';

interface Page<T> {
  items: T[];
  next: string | null;
}

/**
 * @param ask gives the page behind a cursor
 * @param again changes when the list has to be asked for anew
 */
export function List<T>(props: {
  ask: (cursor: string | undefined) => Promise<Page<T>>;
  again?: unknown;
  empty: ComponentChildren;
  children: (item: T, reload: () => void) => ComponentChildren;
}) {
  const [more, addMore] = useState<Page<T>>();
  const [fault, setFault] = useState<unknown>();
  const first = useLoaded(() => props.ask(undefined), [props.again]);
  const reload = (): void => {
    addMore(undefined);
    first.reload();
  };
  return (
    <Waiting loaded={first}>
      {(page) => {
        const items = [...page.items, ...(more?.items ?? [])];
        const next = more ? more.next : page.next;
        const goOn = (): void => {
          props
            .ask(next ?? undefined)
            .then(
              (got) => addMore({ items: [...(more?.items ?? []), ...got.items], next: got.next }),
              setFault,
            );
        };
        return (
          <>
            {items.length === 0 ? (
              <div class="card soft">{props.empty}</div>
            ) : (
              <ul class="rows">{items.map((item) => props.children(item, reload))}</ul>
            )}
            <Fault fault={fault} />
            {next !== null && (
              <button type="button" class="plain" onClick={goOn}>
                Show more
              </button>
            )}
          </>
        );
      }}
    </Waiting>
  );
}
