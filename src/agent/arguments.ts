// The command line. Small on purpose: the native agent carries no library for it.

const onMachine = {
  dir: 'text',
  interface: 'text',
  'swanctl-dir': 'text',
  'strongswan-dir': 'text',
  vici: 'text',
  systemctl: 'text',
} as const;
const options = {
  enroll: { url: 'text', token: 'text', dir: 'text' },
  run: onMachine,
  plan: onMachine,
  status: { ...onMachine, json: 'flag' },
} as const;

type CommandName = keyof typeof options;

/** Where on the machine things are. */
export interface Places {
  directory: string;
  interfaceName: string;
  swanctlDirectory: string;
  strongswanDirectory: string;
  viciSocket: string;
  systemctl: string;
}

export type Command =
  | { name: 'enroll'; directory: string; url: string; token: string }
  | ({ name: 'run' | 'plan' } & Places)
  | ({ name: 'status'; json: boolean } & Places)
  | { name: 'help' }
  | { name: 'version' };

export const usage = `usage: sallyport-agent <command> [options]

  enroll --url URL --token TOKEN   make this machine a gateway
  run                              keep it as the control plane describes it
  plan                             print what run would do, and change nothing
  status [--json]                  show what it is

options
  --dir DIR          where keys and state are kept (/var/lib/sallyport)
  --interface NAME   the WireGuard interface (sallyport0)
  --swanctl-dir DIR  where strongSwan's swanctl keeps its files (/etc/swanctl)
  --strongswan-dir DIR
                     where strongSwan keeps charon's settings (/etc/strongswan.d)
  --vici PATH        charon's control socket (/run/charon.vici)
  --systemctl NAME   what starts charon anew: NAME restart strongswan, and before
                     that NAME kill --signal=SIGKILL strongswan if it hangs (systemctl)
  --version, --help`;

const defaultDirectory = '/var/lib/sallyport';
const defaultInterface = 'sallyport0';
const defaultSwanctlDirectory = '/etc/swanctl';
const defaultStrongswanDirectory = '/etc/strongswan.d';
const defaultViciSocket = '/run/charon.vici';

/** What is wrong with the command line, for the person who typed it. */
export class UsageError extends Error {}

function readOptions(name: CommandName, args: readonly string[]): Map<string, string> {
  const known: Record<string, 'text' | 'flag'> = options[name];
  const given = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, option = '', attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[i] ?? '') ?? [];
    const kind = Object.hasOwn(known, option) ? known[option] : undefined;
    if (!kind) throw new UsageError(`${name} has no option "${args[i]}"`);
    if (given.has(option)) throw new UsageError(`--${option} is given twice`);
    if (kind === 'flag' && attached !== undefined)
      throw new UsageError(`--${option} takes no value`);
    const value = kind === 'flag' ? '' : (attached ?? args[++i]);
    if (value === undefined || (kind === 'text' && value === ''))
      throw new UsageError(`--${option} needs a value`);
    given.set(option, value);
  }
  return given;
}

function withoutSlash(directory: string): string {
  return directory.replace(/(.)\/+$/, '$1');
}

function directoryOf(given: ReadonlyMap<string, string>): string {
  return withoutSlash(given.get('dir') ?? defaultDirectory);
}

function placesOf(given: ReadonlyMap<string, string>): Places {
  return {
    directory: directoryOf(given),
    interfaceName: interfaceOf(given),
    swanctlDirectory: withoutSlash(given.get('swanctl-dir') ?? defaultSwanctlDirectory),
    strongswanDirectory: withoutSlash(given.get('strongswan-dir') ?? defaultStrongswanDirectory),
    viciSocket: given.get('vici') ?? defaultViciSocket,
    systemctl: given.get('systemctl') ?? 'systemctl',
  };
}

function interfaceOf(given: ReadonlyMap<string, string>): string {
  const name = given.get('interface') ?? defaultInterface;
  // Linux allows more, but the name stands in the firewall's rules and on command lines.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,14}$/.test(name))
    throw new UsageError(
      `--interface "${name}": use up to 15 letters, digits, "_" and "-", no "_" or "-" first`,
    );
  return name;
}

function urlOf(given: ReadonlyMap<string, string>): string {
  const url = given.get('url')?.replace(/\/+$/, '');
  if (url === undefined)
    throw new UsageError('enroll needs --url, the address of the control plane');
  if (!/^https?:\/\/[\w.:[\]-]+(\/[\w./~-]*)?$/.test(url))
    throw new UsageError(`--url "${url}" is no http or https address`);
  return url;
}

function tokenOf(given: ReadonlyMap<string, string>): string {
  const token = given.get('token');
  if (token === undefined)
    throw new UsageError('enroll needs --token; it is shown once when the gateway is created');
  return token;
}

/** Reads the arguments behind the program's name. Throws UsageError. */
export function parseArguments(args: readonly string[]): Command {
  const [first, ...rest] = args;
  if (first === undefined) throw new UsageError('a command is missing');
  if (first === '--help' || first === 'help') return { name: 'help' };
  if (first === '--version') return { name: 'version' };
  if (!Object.hasOwn(options, first)) throw new UsageError(`there is no command "${first}"`);
  const name = first as CommandName;
  const given = readOptions(name, rest);
  if (name === 'enroll')
    return { name, directory: directoryOf(given), url: urlOf(given), token: tokenOf(given) };
  const places = placesOf(given);
  return name === 'status' ? { name, ...places, json: given.has('json') } : { name, ...places };
}
