// The log of changes, and whether it is whole.

import { useState } from 'preact/hooks';
import type { Reply } from '../../../client/client.ts';
import { api } from '../../api.ts';
import type { PageProps } from '../../me.ts';
import { Do, Row } from '../../parts.tsx';
import { when } from '../../words.ts';
import { List } from './list.tsx';

type Verdict = Reply<'audit.verify'>;
type Revision = Reply<'audit.list'>['items'][number];

function inWords({ actor, address, at, number, summary }: Revision): string {
  const said = Object.entries(summary)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  const from = address ? ` from ${address}` : '';
  return [`${number}, ${when(at)}, by ${actor}${from}`, said].filter(Boolean).join(': ');
}

function Verdicts({ verdict }: { verdict: Verdict }) {
  if (verdict.fault)
    return (
      <p class="fault" role="alert">
        Revision {verdict.fault.number}: {verdict.fault.what}
      </p>
    );
  return <p role="status">Whole, up to revision {verdict.to}.</p>;
}

export function AuditPage({ tenant: { tenantId } }: PageProps) {
  const [verdict, show] = useState<Verdict>();
  const params = { tenantId };
  const ask = (cursor: string | undefined) =>
    api.call('audit.list', { params, query: { limit: 50, cursor } });
  return (
    <>
      <h1>Audit</h1>
      <div class="row-actions">
        <Do run={async () => show(await api.call('audit.verify', { params }))}>
          Check that it is whole
        </Do>
        <a href={`/v1/tenants/${tenantId}/audit/export`} download={`audit-${tenantId}.jsonl`}>
          Download it
        </a>
      </div>
      {verdict && <Verdicts verdict={verdict} />}
      <List ask={ask} empty="Nothing has happened yet.">
        {(revision) => (
          <Row
            key={revision.number}
            title={`${revision.operation} ${revision.subject}`}
            notes={inWords(revision)}
          />
        )}
      </List>
    </>
  );
}
