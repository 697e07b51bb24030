// The pages of one tenant, and the tabs between them.

import { type Address, hrefOf } from '../address.ts';
import type { Tenant } from '../me.ts';
import { AuditPage } from './tenant/audit.tsx';
import { AuthoritiesPage } from './tenant/authorities.tsx';
import { DevicePage } from './tenant/device.tsx';
import { DevicesPage } from './tenant/devices.tsx';
import { GatewayPage } from './tenant/gateway.tsx';
import { GatewaysPage } from './tenant/gateways.tsx';
import { GroupPage, GroupsPage } from './tenant/groups.tsx';
import { KeysPage } from './tenant/keys.tsx';
import { OutletsPage } from './tenant/outlets.tsx';
import { OverviewPage } from './tenant/overview.tsx';
import { SettingsPage } from './tenant/settings.tsx';
import { UserPage } from './tenant/user.tsx';
import { UsersPage } from './tenant/users.tsx';

const pages = {
  overview: { title: 'Overview', page: OverviewPage, one: OverviewPage },
  devices: { title: 'Devices', page: DevicesPage, one: DevicePage },
  users: { title: 'Users', page: UsersPage, one: UserPage },
  groups: { title: 'Groups', page: GroupsPage, one: GroupPage },
  gateways: { title: 'Gateways', page: GatewaysPage, one: GatewayPage },
  keys: { title: 'API keys', page: KeysPage, one: KeysPage },
  audit: { title: 'Audit', page: AuditPage, one: AuditPage },
  outlets: { title: 'Exports', page: OutletsPage, one: OutletsPage },
  settings: { title: 'Settings', page: SettingsPage, one: SettingsPage },
  authorities: { title: 'Authorities', page: AuthoritiesPage, one: AuthoritiesPage },
} as const;
type Name = keyof typeof pages;

function isName(text: string | undefined): text is Name {
  return text !== undefined && text in pages;
}

const everything = Object.keys(pages) as Name[];

function namesFor({ role, status }: Tenant): readonly Name[] {
  if (role === 'member') return ['devices'];
  if (status !== 'active') return ['settings'];
  return role === 'auditor' ? everything.filter((name) => name !== 'settings') : everything;
}

/** The tab that leads to a page, which may be another's. */
function tabOf(name: Name): Name {
  return name === 'authorities' ? 'settings' : name;
}

/** The tab that one is on may be beyond the edge of a phone. */
function intoView(tab: HTMLAnchorElement | null): void {
  tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

export function TenantPages({ tenant, address }: { tenant: Tenant; address: Address }) {
  const names = namesFor(tenant);
  const [asked, id] = address;
  const name = isName(asked) && names.includes(asked) ? asked : (names[0] ?? 'devices');
  const { page, one } = pages[name];
  const Page = id === undefined ? page : one;
  return (
    <>
      <p class="brand">{tenant.name}</p>
      {names.length > 1 && (
        <nav class="tabs" aria-label={tenant.name}>
          {names
            .filter((tab) => tabOf(tab) === tab)
            .map((tab) => (
              <a
                key={tab}
                href={hrefOf('t', tenant.tenantId, tab)}
                aria-current={tab === tabOf(name) ? 'page' : undefined}
                ref={tab === tabOf(name) ? intoView : null}
              >
                {pages[tab].title}
              </a>
            ))}
        </nav>
      )}
      <Page key={`${tenant.tenantId}/${name}/${id}`} tenant={tenant} id={id} />
    </>
  );
}
