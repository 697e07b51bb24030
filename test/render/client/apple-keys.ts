// The keys of Apple's configuration profiles that we write: what each may be, and who says so.
// Sources: apple/device-management, mdm/profiles/<file>.yaml (its payload schemas), and for the
// WireGuard app MOBILECONFIG.md of WireGuard/wireguard-apple.

export type Kind = 'string' | 'integer' | 'boolean' | 'data' | 'date' | 'array' | 'dictionary';

export interface Rule {
  type: Kind;
  required?: true;
  /** The only values. */
  values?: readonly (string | number)[];
  least?: number;
  most?: number;
  pattern?: RegExp;
  /** Of a dictionary, or of each member of an array: which table has its keys. */
  table?: string;
}

export type Table = Readonly<Record<string, Rule>>;

const uuid = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const identifier = /^[a-z0-9]+(\.[a-z0-9]+)+$/;
const flag: Rule = { type: 'integer', values: [0, 1] };
const text: Rule = { type: 'string' };
const needed: Rule = { type: 'string', required: true };

/** CommonPayloadKeys.yaml */
function common(type: string): Table {
  return {
    PayloadType: { type: 'string', required: true, values: [type] },
    PayloadVersion: { type: 'integer', required: true, values: [1] },
    PayloadIdentifier: { type: 'string', required: true, pattern: identifier },
    PayloadUUID: { type: 'string', required: true, pattern: uuid },
    PayloadDisplayName: text,
    PayloadDescription: text,
    PayloadOrganization: text,
  };
}

const certificate: Table = {
  PayloadCertificateFileName: text,
  PayloadContent: { type: 'data', required: true },
};

/** IKESecurityAssociationParameters and ChildSecurityAssociationParameters alike. */
const association: Table = {
  EncryptionAlgorithm: {
    type: 'string',
    values: [
      ...['DES', '3DES', 'AES-128', 'AES-256', 'AES-128-GCM', 'AES-256-GCM'],
      'ChaCha20Poly1305',
    ],
  },
  IntegrityAlgorithm: {
    type: 'string',
    values: ['SHA1-96', 'SHA1-160', 'SHA2-256', 'SHA2-384', 'SHA2-512'],
  },
  DiffieHellmanGroup: {
    type: 'integer',
    values: [1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 31, 32],
  },
  LifeTimeInMinutes: { type: 'integer', least: 10, most: 1440 },
};

const onDemand: Table = {
  OnDemandEnabled: flag,
  OnDemandRules: { type: 'array', table: 'OnDemandRule' },
};

export const appleKeys: Readonly<Record<string, Table>> = {
  // TopLevel.yaml
  Configuration: {
    ...common('Configuration'),
    PayloadContent: { type: 'array', table: 'payload' },
    PayloadRemovalDisallowed: { type: 'boolean' },
    RemovalDate: { type: 'date' },
    TargetDeviceType: { type: 'integer', values: [0, 1, 2, 3, 4, 5] },
  },
  // com.apple.security.pkcs12.yaml
  'com.apple.security.pkcs12': {
    ...common('com.apple.security.pkcs12'),
    ...certificate,
    Password: text,
    KeyIsExtractable: { type: 'boolean' },
  },
  // com.apple.security.root.yaml
  'com.apple.security.root': { ...common('com.apple.security.root'), ...certificate },
  // com.apple.webClip.managed.yaml
  'com.apple.webClip.managed': {
    ...common('com.apple.webClip.managed'),
    URL: { type: 'string', required: true, pattern: /^https?:\/\// },
    Label: needed,
    IsRemovable: { type: 'boolean' },
  },
  // com.apple.vpn.managed.yaml, as are all below
  'com.apple.vpn.managed': {
    ...common('com.apple.vpn.managed'),
    UserDefinedName: needed,
    VPNType: {
      type: 'string',
      required: true,
      values: ['VPN', 'L2TP', 'IPSec', 'IKEv2', 'AlwaysOn', 'TransparentProxy'],
    },
    // MOBILECONFIG.md
    VPNSubType: { type: 'string', values: ['com.wireguard.ios', 'com.wireguard.macos'] },
    VendorConfig: { type: 'dictionary', table: 'VendorConfig' },
    VPN: { type: 'dictionary', table: 'VPN' },
    IKEv2: { type: 'dictionary', table: 'IKEv2' },
    DNS: { type: 'dictionary', table: 'DNS' },
  },
  IKEv2: {
    RemoteAddress: needed,
    LocalIdentifier: needed,
    RemoteIdentifier: needed,
    AuthenticationMethod: {
      type: 'string',
      required: true,
      values: ['None', 'SharedSecret', 'Certificate'],
    },
    ExtendedAuthEnabled: flag,
    AuthName: text,
    AuthPassword: text,
    PayloadCertificateUUID: { type: 'string', pattern: uuid },
    CertificateType: {
      type: 'string',
      values: ['RSA', 'ECDSA256', 'ECDSA384', 'ECDSA521', 'RSA-PSS'],
    },
    // Optional there, and demanded by CertificateType.
    ServerCertificateIssuerCommonName: needed,
    ServerCertificateCommonName: text,
    IKESecurityAssociationParameters: { type: 'dictionary', table: 'association' },
    ChildSecurityAssociationParameters: { type: 'dictionary', table: 'association' },
    EnablePFS: flag,
    DeadPeerDetectionRate: { type: 'string', values: ['None', 'Low', 'Medium', 'High'] },
    DisableMOBIKE: flag,
    DisableRedirect: flag,
    UseConfigurationAttributeInternalIPSubnet: flag,
    EnableCertificateRevocationCheck: flag,
    MTU: { type: 'integer', least: 1280, most: 1400 },
    ...onDemand,
  },
  association,
  VPN: {
    RemoteAddress: needed,
    AuthenticationMethod: {
      type: 'string',
      values: ['Password', 'Certificate', 'Password+Certificate'],
    },
    ...onDemand,
  },
  // MOBILECONFIG.md
  VendorConfig: { WgQuickConfig: { type: 'string', required: true, pattern: /^\[Interface\]\n/ } },
  DNS: {
    DNSProtocol: { type: 'string', required: true, values: ['Cleartext', 'HTTPS', 'TLS'] },
    ServerAddresses: { type: 'array', required: true },
    SupplementalMatchDomains: { type: 'array' },
  },
  OnDemandRule: {
    Action: {
      type: 'string',
      required: true,
      values: ['Allow', 'Connect', 'Disconnect', 'EvaluateConnection', 'Ignore'],
    },
    InterfaceTypeMatch: { type: 'string', values: ['Ethernet', 'WiFi', 'Cellular'] },
    SSIDMatch: { type: 'array' },
    URLStringProbe: { type: 'string', pattern: /^https?:\/\// },
  },
};

type Value = unknown;
type Dictionary = Readonly<Record<string, Value>>;

export function isDictionary(value: Value): value is Dictionary {
  return typeof value === 'object' && value !== null && kindOf(value) === 'dictionary';
}

function kindOf(value: Value): Kind | undefined {
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'data';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as Kind;
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : undefined;
  return 'dictionary';
}

function faultsOfValue(path: string, rule: Rule, value: Value): string[] {
  const kind = kindOf(value);
  if (kind !== rule.type) return [`${path} is ${kind}, not ${rule.type}`];
  const bad =
    (rule.values && !rule.values.includes(value as string)) ||
    (rule.least !== undefined && Number(value) < rule.least) ||
    (rule.most !== undefined && Number(value) > rule.most) ||
    (rule.pattern && !rule.pattern.test(String(value)));
  if (bad) return [`${path} must not be ${JSON.stringify(value)}`];
  if (rule.table === undefined) return [];
  const members = Array.isArray(value) ? value : [value];
  return members.flatMap((member, index) => {
    if (!isDictionary(member)) return [`${path}[${index}] is no dictionary`];
    const table = rule.table === 'payload' ? String(member.PayloadType) : rule.table;
    return appleFaults(member, table ?? '', `${path}[${index}]`);
  });
}

/** Everything in a dictionary that its table does not allow, and what the table asks for. */
export function appleFaults(value: Dictionary, table = 'Configuration', path = table): string[] {
  const rules = appleKeys[table];
  if (!rules) return [`${path} is of the unknown type ${table}`];
  const missing = Object.entries(rules)
    .filter(([key, rule]) => rule.required && !(key in value))
    .map(([key]) => `${path} lacks ${key}`);
  const wrong = Object.entries(value).flatMap(([key, member]) => {
    const rule = rules[key];
    return rule ? faultsOfValue(`${path}.${key}`, rule, member) : [`${path} must not have ${key}`];
  });
  return [...missing, ...wrong];
}
