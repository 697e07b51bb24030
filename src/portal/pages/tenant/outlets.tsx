// Where the log goes: webhooks and syslog; and what became of mails.

import { useState } from 'preact/hooks';
import { api, idempotencyKey } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Badge, Copy, Do, Field, Form, More, Row, Waiting } from '../../parts.tsx';
import { ago } from '../../words.ts';
import { List } from './list.tsx';

type Props = { tenantId: string; mayChange: boolean };

function Webhooks({ tenantId, mayChange }: Props) {
  const [secret, show] = useState<string>();
  const [key, renew] = useState(idempotencyKey);
  const ask = (cursor: string | undefined) =>
    api.call('webhook.list', { params: { tenantId }, query: { limit: 50, cursor } });
  return (
    <>
      <h2>Webhooks</h2>
      {secret && (
        <div class="card">
          <Copy label="The secret that signs the requests. It is shown only now." text={secret} />
        </div>
      )}
      {mayChange && (
        <More title="Add a webhook">
          <Form
            label="Add it"
            submit={async ({ url = '' }) => {
              const options = { params: { tenantId }, body: { url }, idempotencyKey: key };
              show((await api.call('webhook.create', options)).secret ?? undefined);
              renew(idempotencyKey());
            }}
          >
            <Field label="Address" name="url" type="url" placeholder="https://" required />
          </Form>
        </More>
      )}
      <List ask={ask} again={secret} empty="No webhook yet.">
        {(webhook, reload) => (
          <Row
            key={webhook.id}
            title={webhook.url}
            badge={
              <Badge tone={webhook.enabled && !webhook.state.lastError ? 'good' : 'bad'}>
                {!webhook.enabled ? 'off' : webhook.state.lastError ? 'fails' : 'on'}
              </Badge>
            }
            notes={
              webhook.state.lastError ??
              (webhook.state.deliveredAt
                ? `delivered ${ago(webhook.state.deliveredAt)}`
                : 'nothing sent yet')
            }
          >
            {mayChange && (
              <Do
                tone="bad"
                confirm="Nothing goes there any more. Go on?"
                run={async () => {
                  const params = { tenantId, webhookId: webhook.id };
                  await api.call('webhook.delete', { params });
                  reload();
                }}
              >
                delete it
              </Do>
            )}
          </Row>
        )}
      </List>
    </>
  );
}

function Syslog({ tenantId, mayChange }: Props) {
  const params = { tenantId };
  const loaded = useLoaded(() => api.call('syslog.get', { params }).catch(() => null), [tenantId]);
  return (
    <>
      <h2>Syslog over TLS</h2>
      <Waiting loaded={loaded}>
        {(syslog) => (
          <ul class="rows">
            {syslog ? (
              <Row
                title={`${syslog.host}:${syslog.port}`}
                badge={
                  <Badge tone={syslog.state.lastError ? 'bad' : 'good'}>
                    {syslog.state.lastError ? 'fails' : 'on'}
                  </Badge>
                }
                notes={
                  syslog.state.lastError ??
                  (syslog.state.deliveredAt ? `sent ${ago(syslog.state.deliveredAt)}` : '')
                }
              />
            ) : (
              <Row title="Nowhere yet" />
            )}
          </ul>
        )}
      </Waiting>
      {mayChange && (
        <More title="Send the log to a server">
          <Form
            label="Send it there"
            submit={async ({ host = '', port }) => {
              const body = { host, port: Number(port ?? 6514) };
              await api.call('syslog.set', { params, body });
              loaded.reload();
            }}
          >
            <Field label="Host" name="host" required />
            <Field label="Port" name="port" inputMode="numeric" placeholder="6514" />
          </Form>
        </More>
      )}
    </>
  );
}

const mailTones = { sent: 'good', queued: 'wait', refused: 'bad' } as const;

function Mails({ tenantId }: { tenantId: string }) {
  const ask = (cursor: string | undefined) =>
    api.call('mail.list', { params: { tenantId }, query: { limit: 20, cursor } });
  return (
    <>
      <h2>Mails</h2>
      <List ask={ask} empty="No mail has gone out yet.">
        {(mail) => (
          <Row
            key={mail.id}
            title={mail.subject}
            badge={<Badge tone={mailTones[mail.status]}>{mail.status}</Badge>}
            notes={[mail.recipient, ago(mail.createdAt), mail.error ?? '']
              .filter(Boolean)
              .join(', ')}
          />
        )}
      </List>
    </>
  );
}

export function OutletsPage({ tenant: { tenantId, role } }: PageProps) {
  const mayChange = role !== 'auditor';
  return (
    <>
      <h1>Exports</h1>
      <Webhooks tenantId={tenantId} mayChange={mayChange} />
      <Syslog tenantId={tenantId} mayChange={mayChange} />
      <Mails tenantId={tenantId} />
    </>
  );
}
