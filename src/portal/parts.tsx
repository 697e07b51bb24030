// The parts that pages are made of.

import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiProblem } from '../client/client.ts';
import { type Action, type Loaded, useAction } from './load.ts';

type Children = { children?: ComponentChildren };

/** What went wrong, which rule, and what to do. */
export function Fault({ fault }: { fault: unknown }) {
  if (fault === undefined || fault === null) return null;
  if (!(fault instanceof ApiProblem))
    return (
      <p class="fault" role="alert">
        {fault instanceof Error ? fault.message : String(fault)}
      </p>
    );
  const { detail, wayOut, problems, requestId } = fault;
  return (
    <div class="fault" role="alert">
      <p>{detail}</p>
      {problems.length > 1 && (
        <ul>
          {problems.map(({ field, rule }) => (
            <li key={field}>
              <code>{field}</code> {rule}
            </li>
          ))}
        </ul>
      )}
      {wayOut && <p>{wayOut}</p>}
      {fault.status >= 500 && <p class="soft">Request {requestId}</p>}
    </div>
  );
}

/** Shows what was loaded, or that it is on its way, or why it did not come. */
export function Waiting<T>({
  loaded,
  children,
}: {
  loaded: Loaded<T>;
  children: (value: T) => ComponentChildren;
}) {
  if (loaded.value !== undefined) return <>{children(loaded.value)}</>;
  if (loaded.fault !== undefined)
    return (
      <>
        <Fault fault={loaded.fault} />
        <button type="button" class="plain" onClick={loaded.reload}>
          Try again
        </button>
      </>
    );
  return <p class="soft">Loading …</p>;
}

export function Card({ children, href }: Children & { href?: string }) {
  if (href === undefined) return <div class="card">{children}</div>;
  return (
    <a class="card" href={href}>
      {children}
    </a>
  );
}

/** A thing in a list: its name, what is to be known of it, and what can be done with it. */
export function Row(props: {
  title: ComponentChildren;
  href?: string;
  notes?: ComponentChildren;
  badge?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const title = props.href ? <a href={props.href}>{props.title}</a> : props.title;
  return (
    <li class="row">
      <div class="row-head">
        <strong>{title}</strong>
        {props.badge}
      </div>
      {props.notes && <div class="soft">{props.notes}</div>}
      {props.children && <div class="row-actions">{props.children}</div>}
    </li>
  );
}

export function Badge({ tone, children }: Children & { tone?: 'good' | 'bad' | 'wait' }) {
  return <span class={`badge ${tone ?? ''}`}>{children}</span>;
}

export function Field(
  props: { label: string; hint?: string | undefined } & JSX.IntrinsicElements['input'],
) {
  const { label, hint, ...input } = props;
  return (
    <label>
      {label}
      <input {...input} />
      {hint && <span class="hint">{hint}</span>}
    </label>
  );
}

export function Choice(props: {
  label: string;
  hint?: string;
  name: string;
  value?: string | undefined;
  options: readonly (readonly [value: string, text: string])[];
}) {
  return (
    <label>
      {props.label}
      <select name={props.name} defaultValue={props.value}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value} selected={value === props.value}>
            {text}
          </option>
        ))}
      </select>
      {props.hint && <span class="hint">{props.hint}</span>}
    </label>
  );
}

/** One of a few, all in sight. */
export function Radios(props: {
  label: string;
  name: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
}) {
  return (
    <fieldset>
      <legend>{props.label}</legend>
      {props.options.map(([value, text]) => (
        <label key={value}>
          <input
            type="radio"
            name={props.name}
            value={value}
            defaultChecked={value === props.value}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

export function Area(
  props: { label: string; hint?: string | undefined } & JSX.IntrinsicElements['textarea'],
) {
  const { label, hint, ...area } = props;
  return (
    <label>
      {label}
      <textarea {...area} />
      {hint && <span class="hint">{hint}</span>}
    </label>
  );
}

export function Check(props: { label: string; name: string; on: boolean; hint?: string }) {
  return (
    <label>
      <input type="checkbox" name={props.name} defaultChecked={props.on} />
      {props.label}
      {props.hint && <span class="hint">{props.hint}</span>}
    </label>
  );
}

/** The texts of a form by field; what was left empty is left out. */
export type Texts = Readonly<Record<string, string | undefined>>;

function textsOf(form: HTMLFormElement): Texts {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

/** What was done is not to be done again by a second tap. */
function putAway(form: HTMLFormElement): void {
  form.reset();
  const folded = form.closest('details');
  if (folded) folded.open = false;
}

/** A form that keeps what was typed when the answer is no. */
export function Form(
  props: Children & { label: string; submit: (texts: Texts) => Promise<unknown>; action?: Action },
) {
  const own = useAction();
  const action = props.action ?? own;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        action.run(() => props.submit(textsOf(form)).then(() => putAway(form)));
      }}
    >
      <Fault fault={action.fault} />
      {props.children}
      <button type="submit" disabled={action.busy}>
        {action.busy ? 'One moment …' : props.label}
      </button>
    </form>
  );
}

/** A button that does something, and asks once more where it cannot be taken back. */
export function Do(
  props: Children & {
    run: () => Promise<unknown>;
    confirm?: string;
    tone?: 'bad' | 'main' | undefined;
  },
) {
  const action = useAction();
  const [asking, ask] = useState(false);
  const begin = (): void => {
    ask(false);
    action.run(props.run);
  };
  if (asking)
    return (
      <div class="confirm">
        <p>{props.confirm}</p>
        <button type="button" class="small bad" onClick={begin}>
          Yes, {props.children}
        </button>
        <button type="button" class="small plain" onClick={() => ask(false)}>
          No
        </button>
      </div>
    );
  return (
    <>
      <button
        type="button"
        class={props.tone === 'main' ? 'main' : `small plain ${props.tone ?? ''}`}
        disabled={action.busy}
        onClick={() => (props.confirm === undefined ? begin() : ask(true))}
      >
        {action.busy ? 'One moment …' : props.children}
      </button>
      <Fault fault={action.fault} />
    </>
  );
}

/** Something to take along, shown once. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, set] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => set(true));
  };
  return (
    <div class="copy">
      <span class="soft">{label}</span>
      <pre>{text}</pre>
      <button type="button" class="small plain" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

export function More({ title, children }: Children & { title: string }) {
  return (
    <details class="more">
      <summary>{title}</summary>
      {children}
    </details>
  );
}
