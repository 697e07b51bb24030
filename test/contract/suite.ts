// The contract of the API, as a function of how to send a request: every runtime must keep it.

import { accountContract } from './accounts.ts';
import { agentContract } from './agent.ts';
import { apiKeyContract } from './api-keys.ts';
import { auditContract } from './audit.ts';
import { authorityContract } from './authorities.ts';
import { belongingContract } from './belonging.ts';
import { bookmarkContract } from './bookmarks.ts';
import { deviceContract } from './devices.ts';
import { factorContract } from './factors.ts';
import { foundingContract } from './founding.ts';
import { gatewayContract } from './gateways.ts';
import { groupContract } from './groups.ts';
import { idempotencyContract } from './idempotency.ts';
import { linkMailContract } from './link-mails.ts';
import { linkContract } from './links.ts';
import { oidcContract } from './oidc.ts';
import { outletContract } from './outlets.ts';
import { passwordContract } from './passwords.ts';
import type { MailPlane } from './plane.ts';
import { quotaContract } from './quotas.ts';
import { receiptContract } from './receipts.ts';
import { redemptionContract } from './redemption.ts';
import { sealingContract } from './sealing.ts';
import { tenantLifeContract } from './tenant-life.ts';
import { tenantContract } from './tenants.ts';
import { userContract } from './users.ts';

/** @param create makes or shares a control plane whose operator key is `operatorKey` */
export function contract(create: () => Promise<MailPlane>): void {
  tenantContract(create);
  foundingContract(create);
  tenantLifeContract(create);
  sealingContract(create);
  quotaContract(create);
  gatewayContract(create);
  authorityContract(create);
  deviceContract(create);
  receiptContract(create);
  linkContract(create);
  redemptionContract(create);
  passwordContract(create);
  linkMailContract(create);
  bookmarkContract(create);
  agentContract(create);
  accountContract(create);
  factorContract(create);
  belongingContract(create);
  userContract(create);
  groupContract(create);
  apiKeyContract(create);
  idempotencyContract(create);
  oidcContract(create);
  auditContract(create);
  outletContract(create);
}
