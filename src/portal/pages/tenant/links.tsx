// The links to a device's profile, or to a user's own page: made, mailed, and what became of them.

import { useState } from 'preact/hooks';
import type { Reply } from '../../../client/client.ts';
import { api } from '../../api.ts';
import { Badge, Copy, Do, Row } from '../../parts.tsx';
import { ago, when } from '../../words.ts';
import { List } from './list.tsx';

type Link = Reply<'link.list'>['items'][number];
type Made = Reply<'link.create'>;

interface Props {
  tenantId: string;
  of: { deviceId: string } | { userId: string };
  mayChange: boolean;
  /** Whether new ones can be made. */
  mayMake: boolean;
}

/** What a person wants to know first. */
function stateOf({ status, openedAt, mail }: Link) {
  if (status === 'used') return ['good', 'used'] as const;
  if (status !== 'open') return ['bad', status] as const;
  if (openedAt !== null) return ['wait', 'opened'] as const;
  if (mail?.status === 'refused') return ['bad', 'not delivered'] as const;
  if (mail?.status === 'queued') return ['wait', 'being sent'] as const;
  return ['wait', mail ? 'sent' : 'open'] as const;
}

function notesOf({ status, mail, usedAt, openedAt, expiresAt }: Link): string {
  const notes: string[] = [];
  if (mail?.sentAt) notes.push(`mailed to ${mail.to} ${ago(mail.sentAt)}`);
  else if (mail) notes.push(`mail to ${mail.to}: ${mail.error ?? 'on its way'}`);
  if (openedAt) notes.push(`first looked at ${ago(openedAt)}`);
  if (usedAt) notes.push(`used ${ago(usedAt)}`);
  else if (status === 'open' && expiresAt) notes.push(`works until ${when(expiresAt)}`);
  const text = notes.join('; ');
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function MadeLink({ made: { link, url } }: { made: Made }) {
  if (link.mail)
    return <p class="card">It is on its way to {link.mail.to}. Below you see when it is opened.</p>;
  const once = link.kind === 'once' && link.expiresAt !== null;
  return (
    <div class="card">
      <Copy
        label={once ? `Works once, until ${when(link.expiresAt ?? '')}` : 'To keep as a bookmark'}
        text={url}
      />
      <a class="button" href={url}>
        Open it on this device
      </a>
    </div>
  );
}

export function Links({ tenantId, of, mayChange, mayMake }: Props) {
  const [made, show] = useState<Made>();
  const [turn, next] = useState(0);
  const params = { tenantId };
  const kind: Link['kind'] = 'deviceId' in of ? 'once' : 'bookmark';
  const what = kind === 'once' ? 'link to its profile' : 'link to their own page';
  const after = (change: Made | undefined): void => {
    show(change);
    next(turn + 1);
  };
  const make = (send: boolean) => async () => {
    after(await api.call('link.create', { params, body: { ...of, kind, send } }));
  };
  const ask = (cursor: string | undefined) =>
    api.call('link.list', { params, query: { ...of, limit: 10, cursor } });
  return (
    <>
      {mayMake && (
        <div class="row-actions">
          <Do run={make(false)}>Make a {what}</Do>
          <Do run={make(true)}>Mail a {what}</Do>
        </div>
      )}
      {made && <MadeLink made={made} />}
      <List ask={ask} again={`${JSON.stringify(of)} ${turn}`} empty="No link yet.">
        {(link) => {
          const [tone, state] = stateOf(link);
          const one = { params: { tenantId, linkId: link.id } };
          const isOpen = link.status === 'open';
          return (
            <Row
              key={link.id}
              title={`Made ${ago(link.createdAt)}`}
              badge={<Badge tone={tone}>{state}</Badge>}
              notes={notesOf(link)}
            >
              {mayChange && link.mail && (isOpen || link.status === 'expired') && (
                <Do run={async () => after(await api.call('link.resend', one))}>Send a new one</Do>
              )}
              {mayChange && isOpen && (
                <Do
                  tone="bad"
                  run={async () => {
                    await api.call('link.revoke', one);
                    after(undefined);
                  }}
                >
                  Revoke it
                </Do>
              )}
            </Row>
          );
        }}
      </List>
    </>
  );
}
