// Windows 10 and 11: a PowerShell script that sets up the system's own IKEv2 client.

import { toBase64, toHex } from '../../model/encoding.ts';
import type { Ikev2Connection, Ikev2ProfileInput } from '../../model/profile.ts';
import { oneLine } from '../../model/text.ts';

/**
 * A text as PowerShell's verbatim string, in which nothing is expanded. PowerShell ends it at
 * typographic quotes, too (U+2018 to U+201B); each is written twice to stand for itself.
 */
export function powershellString(text: string): string {
  return `'${oneLine(text).replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

const mostOfName = 60;

/** Names as the phone book takes them, all different: it is a file with sections and paths. */
function connectionNames({ tenantName, connections }: Ikev2ProfileInput): string[] {
  const taken = new Set<string>();
  return connections.map(({ gatewayName }) => {
    const plain = `${tenantName} ${gatewayName}`.replace(/[^\p{L}\p{M}\p{N}' &()._-]/gu, ' ');
    const name =
      oneLine(plain)
        .slice(0, mostOfName)
        .replace(/^[ .]+/, '')
        .trim() || 'VPN';
    let unique = name;
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name} ${count}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/**
 * What Windows is told of the routes. It sends all of IPv4 through a tunnel that is not split, and
 * none of IPv6 unless it is told; and it refuses ::/0, so that is written as its halves.
 */
function routing(routes: readonly string[]): { split: boolean; extra: string[] } {
  const split = !routes.includes('0.0.0.0/0');
  const listed = routes.filter((route) => split || route.includes(':'));
  if (!listed.includes('::/0')) return { split, extra: listed };
  return { split, extra: [...listed.filter((route) => !route.includes(':')), '::/1', '8000::/1'] };
}

function gateway(name: string, { host, routes }: Ikev2Connection): string {
  const { split, extra } = routing(routes);
  return `    @{
        Name = ${powershellString(name)}
        Server = ${powershellString(host)}
        Split = ${split ? '$true' : '$false'}
        Routes = @(${extra.map(powershellString).join(', ')})
    }`;
}

const head = `#Requires -Version 5.1
#Requires -RunAsAdministrator
# Sets up VPN connections with Windows' own IKEv2 client, or brings them up to date:
#   powershell -ExecutionPolicy Bypass -File THIS-FILE
# Takes them away again, with their certificates:
#   powershell -ExecutionPolicy Bypass -File THIS-FILE -Uninstall
# It holds a private key. Delete it when it has done its work.
[CmdletBinding()]
param([switch]$Uninstall)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
`;

const functions = `
function Add-Root([string]$Data) {
    $bytes = [Convert]::FromBase64String($Data)
    $root = [Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes)
    $store = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
    $store.Open('ReadWrite')
    try { $store.Add($root) } finally { $store.Close() }
    return $root
}

# The key stays on this computer: it is not marked as exportable, and in no file on the way.
function Add-Identity([byte[]]$Data) {
    $path = 'Cert:\\LocalMachine\\My\\' + $Thumbprint
    if ((Test-Path -Path $path) -and (Get-Item -Path $path).HasPrivateKey) {
        return Get-Item -Path $path
    }
    $kind = [Security.Cryptography.X509Certificates.X509KeyStorageFlags]
    $flags = $kind::MachineKeySet -bor $kind::PersistKeySet
    $own = [Security.Cryptography.X509Certificates.X509Certificate2]::new($Data, $Password, $flags)
    $store = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'LocalMachine')
    $store.Open('ReadWrite')
    try { $store.Add($own) } finally { $store.Close() }
    return $own
}

function Remove-Identity([string]$Keep) {
    foreach ($one in @(Get-ChildItem -Path 'Cert:\\LocalMachine\\My')) {
        $isOurs = $one.GetNameInfo('SimpleName', $false) -like $Identities
        if ($isOurs -and $one.Thumbprint -ne $Keep) {
            Remove-Item -Path ('Cert:\\LocalMachine\\My\\' + $one.Thumbprint) -DeleteKey
        }
    }
}

function Remove-Root([string]$Data) {
    $bytes = [Convert]::FromBase64String($Data)
    $root = [Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes)
    $path = 'Cert:\\LocalMachine\\Root\\' + $root.Thumbprint
    $users = @(Get-ChildItem -Path 'Cert:\\LocalMachine\\My' |
        Where-Object { $_.Issuer -eq $root.Subject })
    if ($users.Count -eq 0 -and (Test-Path -Path $path)) { Remove-Item -Path $path }
}

function Remove-Gateway($Gateway) {
    $found = Get-VpnConnection -Name $Gateway.Name -AllUserConnection -ErrorAction SilentlyContinue
    if ($null -eq $found) { return }
    if ($found.ConnectionStatus -eq 'Connected') {
        & rasdial.exe $Gateway.Name /disconnect | Out-Null
    }
    Remove-VpnConnection -Name $Gateway.Name -AllUserConnection -Force
}

function Add-Gateway($Gateway, $Issuer) {
    $connection = @{
        Name = $Gateway.Name
        ServerAddress = $Gateway.Server
        TunnelType = 'Ikev2'
        AuthenticationMethod = 'MachineCertificate'
        EncryptionLevel = 'Required'
        MachineCertificateIssuerFilter = $Issuer
        SplitTunneling = $Gateway.Split
        AllUserConnection = $true
        Force = $true
    }
    Add-VpnConnection @connection
    # Without a policy Windows offers nothing better than a group of 1024 bits.
    $policy = @{
        ConnectionName = $Gateway.Name
        AuthenticationTransformConstants = 'GCMAES256'
        CipherTransformConstants = 'GCMAES256'
        EncryptionMethod = 'AES256'
        IntegrityCheckMethod = 'SHA256'
        DHGroup = 'ECP256'
        PfsGroup = 'ECP256'
        AllUserConnection = $true
        Force = $true
    }
    Set-VpnConnectionIPsecConfiguration @policy
    foreach ($route in $Gateway.Routes) {
        $to = @{ ConnectionName = $Gateway.Name; DestinationPrefix = $route }
        Add-VpnConnectionRoute @to -AllUserConnection
    }
}
`;

const main = `
try {
    if (-not (Get-Command -Name 'Add-VpnConnection' -ErrorAction SilentlyContinue)) {
        throw 'This Windows has no VPN commands. Windows 10 or 11 is needed.'
    }
    if ($Uninstall) {
        foreach ($gateway in $Gateways) { Remove-Gateway $gateway }
        Remove-Identity ''
        foreach ($root in $Roots) { Remove-Root $root }
        Write-Host 'The VPN connections and their certificates are gone.'
        exit 0
    }
    if ([DateTime]::UtcNow -gt $Expires) {
        throw 'The certificate in this file has expired. Get a new file.'
    }
    $authorities = @($Roots | ForEach-Object { Add-Root $_ })
    $own = Add-Identity ([Convert]::FromBase64String($Bundle))
    $issuer = $authorities | Where-Object { $_.Subject -eq $own.Issuer } | Select-Object -First 1
    if ($null -eq $issuer) { throw 'The file lacks the authority of its own certificate.' }
    foreach ($gateway in $Gateways) {
        Remove-Gateway $gateway
        Add-Gateway $gateway $issuer
        Write-Host ('Ready: ' + $gateway.Name)
    }
    Remove-Identity $own.Thumbprint
    Write-Host 'Connect from the network symbol in the task bar. Delete this file now.'
}
catch {
    Write-Host ('The VPN was not set up: ' + $_.Exception.Message) -ForegroundColor Red
    Write-Host ('Line ' + $_.InvocationInfo.ScriptLineNumber + '. It can be run again as it is.')
    exit 1
}
`;

/** Without this mark PowerShell 5.1 takes the file for one in the system's old code page. */
const byteOrderMark = '\ufeff';

/** The script. It holds the private key and the password that it is under. */
export async function renderWindows(input: Ikev2ProfileInput): Promise<string> {
  const names = connectionNames(input);
  const [device = ''] = input.identity.split('.');
  const [, domain = ''] = input.identity.split('@');
  const digest = await crypto.subtle.digest('SHA-1', Uint8Array.from(input.certificate));
  const roots = input.authorities.map(({ certificate }) => `    '${toBase64(certificate)}'`);
  const data = `
# Certificates of this device: that of this file, and those that it replaces.
$Identities = ${powershellString(`${device}.*@${domain}`)}
$Thumbprint = '${toHex(new Uint8Array(digest)).toUpperCase()}'
$Expires = [DateTimeOffset]::FromUnixTimeMilliseconds(${input.expiresAt}).UtcDateTime
$Password = ${powershellString(input.password)}
$Bundle = '${toBase64(input.pkcs12)}'
$Roots = @(
${roots.join(',\n')}
)
$Gateways = @(
${input.connections.map((one, index) => gateway(names[index] ?? '', one)).join(',\n')}
)
`;
  return byteOrderMark + (head + data + functions + main).replaceAll('\n', '\r\n');
}
