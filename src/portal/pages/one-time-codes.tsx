// One-time codes of an authenticator app: switched on by proving one, with codes for the bad day.

import { useState } from 'preact/hooks';
import type { Reply } from '../../client/client.ts';
import { api } from '../api.ts';
import { Copy, Do, Field, Form } from '../parts.tsx';

type Enrolment = Reply<'totp.create'>;

function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  return (
    <>
      <Copy
        label={
          'Your recovery codes. Each signs you in once when your app is not at hand. ' +
          'They are shown only now.'
        }
        text={codes.join('\n')}
      />
      <button type="button" onClick={done}>
        I have kept them
      </button>
    </>
  );
}

function Confirm(props: { enrolment: Enrolment; confirmed: (codes: string[]) => void }) {
  const { qrSvg, secret, uri } = props.enrolment;
  return (
    <>
      <p>
        Scan this with your authenticator app, or <a href={uri}>open it there</a> on this device.
      </p>
      {/* A QR code that our own API drew. */}
      <div class="qr" dangerouslySetInnerHTML={{ __html: qrSvg }} />
      <p class="soft">
        By hand: <code>{secret}</code>
      </p>
      <Form
        label="Switch it on"
        submit={async ({ code = '' }) => {
          const body = { code: code.replaceAll(/\D/g, '') };
          props.confirmed((await api.call('totp.confirm', { body })).recoveryCodes);
        }}
      >
        <Field
          label="The code that it shows"
          name="code"
          class="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
        />
      </Form>
    </>
  );
}

export function OneTimeCodes({ hasTotp, reload }: { hasTotp: boolean; reload: () => void }) {
  const [enrolment, enrol] = useState<Enrolment>();
  const [codes, show] = useState<string[]>();
  const done = (): void => {
    show(undefined);
    enrol(undefined);
    reload();
  };
  return (
    <>
      <h2>One-time codes</h2>
      {codes && <RecoveryCodes codes={codes} done={done} />}
      {!codes && enrolment && <Confirm enrolment={enrolment} confirmed={show} />}
      {!codes && !enrolment && !hasTotp && (
        <>
          <p class="soft">A second factor beside the mailed code, from an authenticator app.</p>
          <Do run={async () => enrol(await api.call('totp.create'))}>Set up one-time codes</Do>
        </>
      )}
      {!codes && hasTotp && (
        <div class="row-actions">
          <Do
            confirm="Your old recovery codes stop working. Go on?"
            run={async () => show((await api.call('totp.renewCodes')).recoveryCodes)}
          >
            make new recovery codes
          </Do>
          <Do
            tone="bad"
            confirm="Signing in by mail will need no second factor any more. Go on?"
            run={async () => {
              await api.call('totp.delete');
              reload();
            }}
          >
            switch them off
          </Do>
        </div>
      )}
    </>
  );
}
