// The command line as a whole: global options, commands, and what becomes of errors.

import { Command, CommanderError } from 'commander';
import { addAccountCommands } from './commands/account.ts';
import { addApiKeyCommands } from './commands/api-key.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addAuthorityCommands } from './commands/authority.ts';
import { addDeviceCommands } from './commands/device.ts';
import { addGatewayCommands } from './commands/gateway.ts';
import { addGroupCommands } from './commands/group.ts';
import { addLinkCommands } from './commands/link.ts';
import { addMailCommands } from './commands/mail.ts';
import { addMeCommands } from './commands/me.ts';
import { addOidcCommands } from './commands/oidc.ts';
import { addPasskeyCommands } from './commands/passkey.ts';
import { addQuotaCommands } from './commands/quota.ts';
import { addSealingCommands } from './commands/sealing.ts';
import { addSessionCommands } from './commands/session.ts';
import { addSyslogCommands } from './commands/syslog.ts';
import { addTenantCommands } from './commands/tenant.ts';
import { addTotpCommands } from './commands/totp.ts';
import { addUserCommands } from './commands/user.ts';
import { addWebhookCommands } from './commands/webhook.ts';
import { exitCodes, Failure, redact } from './failure.ts';
import { printable, wrap } from './output.ts';
import type { Shell } from './shell.ts';

const helpColumns = 80;

const epilogue = `
Where and who:
  SALLYPORT_URL    address of the control plane (default http://127.0.0.1:8787)
  SALLYPORT_TOKEN  key to show to it
  or a file, ~/.config/sallyport/profile.json, of mode 600:
  {"url": "https://…", "token": "…"}
  "sallyport account sign-in" writes it.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 cannot reach the server`;

function createProgram(shell: Shell): Command {
  const program = new Command('sallyport')
    .description('Manage tenants, gateways and devices of a Sallyport control plane.')
    .option('--json', "print the API's answer as JSON")
    .option('--profile <path>', 'file with address and key')
    .option('--tenant <id>', 'tenant, if the key does not name it')
    .addHelpText('after', epilogue)
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 16 })
    .configureOutput({
      writeOut: (text) => shell.out(text),
      writeErr: (text) => shell.err(redact(text)),
      outputError: (text, write) => write(wrap(text.trimEnd(), shell.columns)),
      getOutHelpWidth: () => Math.min(shell.columns ?? helpColumns, helpColumns),
      getErrHelpWidth: () => Math.min(shell.columns ?? helpColumns, helpColumns),
    })
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride();
  addTenantCommands(program, shell);
  addQuotaCommands(program, shell);
  addSealingCommands(program, shell);
  addUserCommands(program, shell);
  addGroupCommands(program, shell);
  addApiKeyCommands(program, shell);
  addGatewayCommands(program, shell);
  addAuthorityCommands(program, shell);
  addDeviceCommands(program, shell);
  addLinkCommands(program, shell);
  addMailCommands(program, shell);
  addAuditCommands(program, shell);
  addWebhookCommands(program, shell);
  addSyslogCommands(program, shell);
  addOidcCommands(program, shell);
  addAccountCommands(program, shell);
  addMeCommands(program, shell);
  addSessionCommands(program, shell);
  addPasskeyCommands(program, shell);
  addTotpCommands(program, shell);
  return program;
}

function report(shell: Shell, failure: Failure): void {
  const lines = [failure.message, ...failure.notes].map((text) => printable(redact(text)));
  const [message = '', ...notes] = lines;
  shell.err(wrap(`error: ${message}`, shell.columns));
  for (const note of notes)
    shell.err(note.startsWith(' ') ? `  ${note}\n` : wrap(note, shell.columns, '  '));
}

/**
 * Runs one command line.
 * @param words without the names of the program
 * @returns the exit code
 */
export async function run(words: readonly string[], shell: Shell): Promise<number> {
  try {
    await createProgram(shell).parseAsync(words, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander has said already what is wrong; asking for help is not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (!(error instanceof Failure)) throw error;
    report(shell, error);
    return error.exitCode;
  }
}
